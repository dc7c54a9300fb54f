"""What users do in conversations and with the app: slash commands, messages, shortcuts, Home tab."""

from bot.sandbox.slack.content import thread_root
from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.methods.registry import direct_channel
from bot.sandbox.slack.model import Ack, Channel, Json, Message, Post, SlackError, User
from bot.sandbox.slack.payloads import (
    app_home_opened,
    changed_event,
    event_callback,
    global_shortcut,
    message_action,
    message_event,
    slash_command,
    subscribed_events,
)
from bot.sandbox.slack.rendering import View, render_view
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.text import escape_typed_text, rich_text


class MessageActions:
    """Slash commands and messages; each waits for the bot's acknowledgement or the time-out."""

    state: SlackState
    urls: ResponseURLs
    deliveries: Deliveries

    def slash(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        command: str | None = None,
        trigger_id: str | None = None,
        as_sent: bool = False,
    ) -> Ack:
        """Sends a slash command; the acknowledgement's message is shown to the user.

        Args:
            command: One that the app does not declare is refused as Slack does; None is the one it declares.
            as_sent: The text already has entities, as Slack's client makes them of what was typed.
        """
        person, place = self._resolve(user, channel)
        command = command or self.state.command
        if "commands" not in self.state.scopes or command != self.state.command:
            return self._report_failure(
                person, channel, Ack(ok=False, seconds=0.0, error="not_a_valid_command"), command
            )
        url = self.urls.new(channel, user)
        sent = text if as_sent else escape_typed_text(self.state, text, with_names=True)
        payload = slash_command(self.state, person, place, command, sent, url, trigger_id)
        return self._command(person, payload)

    def _command(self, person: User, payload: Json) -> Ack:
        ack = self.deliveries.deliver("slash_commands", payload)
        channel = payload["channel_id"]
        if ack.ok and ack.payload:
            try:
                self.urls.post(channel, person.id, ack.payload)
            except SlackError:
                ack = Ack(ok=False, seconds=ack.seconds, payload=ack.payload, error="invalid_command_response")
        return self._report_failure(person, channel, ack, payload["command"])

    def _report_failure(self, person: User, channel: str, ack: Ack, what: str) -> Ack:
        """Posts the failure as Slackbot, if there was one."""
        if ack.error:
            self.state.post_as_slackbot(channel, person.id, f'{what} failed with the error "{ack.error}"')
        return ack

    def say(self, user: str, channel: str, text: str, *, thread: str | None = None) -> str:
        """Posts a message and returns its timestamp; the bot gets the subscribed events."""
        _, place = self._resolve(user, channel)
        if place.archived:
            raise ValueError(f"{place.name} is archived: nobody writes there")
        sent = escape_typed_text(self.state, text)
        stamp = self.state.timestamps.next()
        root = thread_root(self.state, channel, thread)
        post = Post(channel=channel, ts=stamp, user=user, text=sent, blocks=rich_text(sent), thread_ts=root)
        self._announce(self.state.post(post))
        return post.ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Edits the user's own message; a mention in it is sent again with `edited` and the same `ts`."""
        post = self.state.find(channel, ts)
        if post is None or post.user != user:
            raise ValueError("people edit their own messages only")
        with self.state.changed:
            before = message_event(self.state, post, "message")
            post.text = escape_typed_text(self.state, text)
            post.blocks = rich_text(post.text)
            post.edited = {"user": user, "ts": self.state.timestamps.next()}
            self.state.changed.notify_all()
        self._announce(post, before)

    def _announce(self, post: Post, before: Json | None = None) -> None:
        channel = self.state.channels[post.channel]
        for kind in subscribed_events(self.state, post):
            if before is not None and kind == "message":
                event = changed_event(self.state, post, before)
            else:
                event = message_event(self.state, post, kind)
            self.deliveries.event(event_callback(self.state, channel, event))

    def deliver_again(self, kind: str | None = None) -> Ack:
        """Delivers the last payload (of that envelope type) again in a new envelope."""
        with self.state.changed:
            made = [d.envelope for d in self.deliveries.made if kind in (None, d.envelope["type"])]
        last = made[-1]
        if last["type"] == "events_api":
            return self.deliveries.deliver_event_once(last["payload"], last["retry_attempt"] + 1)
        if last["type"] == "slash_commands":
            return self._command(self.state.people[last["payload"]["user_id"]], last["payload"])
        return self.deliveries.deliver(last["type"], last["payload"])

    def _resolve(self, user: str, channel: str) -> tuple[User, Channel]:
        """Returns the user and the channel; ValueError if the user has no access to it."""
        place = self.state.channels[channel]
        if user not in place.members and (place.private or place.direct):
            raise ValueError(f"{user} is not in {place.name}")
        return self.state.people[user], place


class ShortcutActions:
    """Shortcuts of the manifest, which need the scope `commands`, and the Home tab."""

    state: SlackState
    urls: ResponseURLs
    deliveries: Deliveries

    def shortcut(self, user: str, callback_id: str) -> Ack:
        """Uses a global shortcut; LookupError if it is not declared."""
        self._declared(callback_id, "global")
        person = self.state.people[user]
        return self.deliveries.deliver("interactive", global_shortcut(self.state, person, callback_id))

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Ack:
        """Uses a shortcut of a message; ephemeral messages have none."""
        self._declared(callback_id, "message")
        post = self.state.find(message.channel, message.ts)
        channel = self.state.channels[message.channel]
        if post is None or (user not in channel.members and channel.private):
            raise LookupError("that message has no menu for them")
        url = self.urls.new(channel.id, user)
        person = self.state.people[user]
        payload = message_action(self.state, person, post, callback_id, url)
        ack = self.deliveries.deliver("interactive", payload)
        if ack.error:
            self.state.post_as_slackbot(channel.id, user, f'The app failed with the error "{ack.error}"')
        return ack

    def open_home(self, user: str, tab: str = "home") -> Ack | None:
        """Opens the app; None if app_home_opened is not subscribed."""
        if "app_home_opened" not in self.state.events:
            return None
        channel = direct_channel(self.state, [user])
        event = app_home_opened(self.state, self.state.people[user], channel.id, tab)
        return self.deliveries.event(event_callback(self.state, channel, event))

    def home(self, user: str) -> View | None:
        """Returns the user's Home tab, or None if nothing was published."""
        with self.state.changed:
            stored_view = self.state.views.home(user)
            return render_view(self.state, stored_view) if stored_view else None

    def _declared(self, callback_id: str, kind: str) -> None:
        if self.state.shortcuts.get(callback_id) != kind or "commands" not in self.state.scopes:
            raise LookupError(f"there is no {kind} shortcut {callback_id!r}: {self.state.shortcuts}")
