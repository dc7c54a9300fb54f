"""What people do in conversations: type a command, write, edit."""

from bot.sandbox.slack.content import thread_root
from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Ack, Channel, Json, Person, Post
from bot.sandbox.slack.payloads import event_callback, message_event, slash_command
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.state import State
from bot.sandbox.slack.subscriptions import events_of
from bot.sandbox.slack.text import rich_text, typed


class Gestures:
    """Every gesture waits for the bot's acknowledgement or the time-out."""

    state: State
    urls: ResponseURLs
    deliveries: Deliveries

    def slash(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        command: str = "/park",
        trigger_id: str | None = None,
        as_sent: bool = False,
    ) -> Ack:
        """Type a slash command; what the bot acknowledges with is shown to the person, or to all if it says so.

        `as_sent`: the text is what Slack's client made of what was typed, links and entities included."""
        person, place = self._in(user, channel)
        if "commands" not in self.state.scopes:
            return self._told(person, channel, Ack(ok=False, seconds=0.0, error="not_a_valid_command"), command)
        url = self.urls.new(channel, user)
        sent = text if as_sent else typed(self.state, text, with_names=True)
        payload = slash_command(self.state, person, place, command, sent, url, trigger_id)
        return self._command(person, payload)

    def _command(self, person: Person, payload: Json) -> Ack:
        ack = self.deliveries.once("slash_commands", payload)
        channel = payload["channel_id"]
        if ack.ok and ack.payload:
            try:
                self.urls.post(channel, person.id, ack.payload)
            except SlackError:
                ack = Ack(ok=False, seconds=ack.seconds, payload=ack.payload, error="invalid_command_response")
        return self._told(person, channel, ack, payload["command"])

    def _told(self, person: Person, channel: str, ack: Ack, what: str) -> Ack:
        """Slackbot tells the person of a failure."""
        if ack.error:
            self.state.by_slackbot(channel, person.id, f'{what} failed with the error "{ack.error}"')
        return ack

    def say(self, user: str, channel: str, text: str, *, thread: str | None = None) -> str:
        """Write a message and return its timestamp; the bot hears of it if it is mentioned or subscribed."""
        _, place = self._in(user, channel)
        if place.archived:
            raise ValueError(f"{place.name} is archived: nobody writes there")
        sent = typed(self.state, text)
        stamp = self.state.stamps.next()
        root = thread_root(self.state, channel, thread)
        post = Post(channel=channel, ts=stamp, user=user, text=sent, blocks=rich_text(sent), thread_ts=root)
        self._announce(self.state.post(post))
        return post.ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Edit one's own message: a mention in it is sent again, with `edited` and the same timestamp."""
        post = self.state.find(channel, ts)
        if post is None or post.user != user:
            raise ValueError("people edit their own messages only")
        with self.state.changed:
            post.text = typed(self.state, text)
            post.blocks = rich_text(post.text)
            post.edited = {"user": user, "ts": self.state.stamps.next()}
            self.state.changed.notify_all()
        self._announce(post)

    def _announce(self, post: Post) -> None:
        channel = self.state.channels[post.channel]
        for kind in events_of(self.state, post):
            self.deliveries.event(event_callback(self.state, channel, message_event(self.state, post, kind)))

    def deliver_again(self, kind: str | None = None) -> Ack:
        """Deliver the last envelope (of that type) a second time: the same payload, in an envelope of its own."""
        with self.state.changed:
            made = [d.envelope for d in self.deliveries.made if kind in (None, d.envelope["type"])]
        last = made[-1]
        if last["type"] == "events_api":
            return self.deliveries.attempt(last["payload"], last["retry_attempt"] + 1)
        if last["type"] == "slash_commands":
            return self._command(self.state.people[last["payload"]["user_id"]], last["payload"])
        return self.deliveries.once(last["type"], last["payload"])

    def _in(self, user: str, channel: str) -> tuple[Person, Channel]:
        """People act where they are."""
        place = self.state.channels[channel]
        if user not in place.members and (place.private or place.direct):
            raise ValueError(f"{user} is not in {place.name}")
        return self.state.people[user], place
