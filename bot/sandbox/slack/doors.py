"""Ways to an app that begin with no word and no button of its own: shortcuts and its Home tab."""

from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.methods.access import direct_channel
from bot.sandbox.slack.model import Ack, Message
from bot.sandbox.slack.payloads import event_callback
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views import payloads
from bot.sandbox.slack.views.seen import View, seen


class Doors:
    """Shortcuts are there as the manifest declares them, with the scope `commands`."""

    state: State
    urls: ResponseURLs
    deliveries: Deliveries

    def shortcut(self, user: str, callback_id: str) -> Ack:
        """Use a global shortcut; LookupError where there is none."""
        self._declared(callback_id, "global")
        person = self.state.people[user]
        return self.deliveries.once("interactive", payloads.shortcut(self.state, person, callback_id))

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Ack:
        """Use a shortcut from a message's menu: ephemeral messages have none."""
        self._declared(callback_id, "message")
        post = self.state.find(message.channel, message.ts)
        channel = self.state.channels[message.channel]
        if post is None or (user not in channel.members and channel.private):
            raise LookupError("that message has no menu for them")
        url = self.urls.new(channel.id, user)
        person = self.state.people[user]
        payload = payloads.message_action(self.state, person, post, callback_id, url)
        ack = self.deliveries.once("interactive", payload)
        if ack.error:
            self.state.by_slackbot(channel.id, user, f'The app failed with the error "{ack.error}"')
        return ack

    def open_home(self, user: str, tab: str = "home") -> Ack | None:
        """Look at the app: None where the app has not subscribed to hear of it."""
        if "app_home_opened" not in self.state.events:
            return None
        channel = direct_channel(self.state, [user])
        event = payloads.app_home_opened(self.state, self.state.people[user], channel.id, tab)
        return self.deliveries.event(event_callback(self.state, channel, event))

    def home(self, user: str) -> View | None:
        """What the person's Home tab shows, if anything was ever published."""
        with self.state.changed:
            sheet = self.state.sheets.home(user)
            return seen(self.state, sheet) if sheet else None

    def _declared(self, callback_id: str, kind: str) -> None:
        if self.state.shortcuts.get(callback_id) != kind or "commands" not in self.state.scopes:
            raise LookupError(f"there is no {kind} shortcut {callback_id!r}: {self.state.shortcuts}")
