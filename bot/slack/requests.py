"""Conversion of Slack's payloads into `Request`, with the idempotency key of each kind of gesture."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.slack.buttons import parse_click
from bot.slack.client import Identity
from bot.slack.clock import SlackClock
from bot.slack.forms.state import FormState
from bot.slack.text import command_text, mention_text
from bot.times.model import Clock

Payload = Mapping[str, Any]


class MessageLocation(NamedTuple):
    """Where a gesture was made; the fields have the meaning of the same fields of `Request`."""

    channel: str | None = None
    direct: str | None = None
    thread: str | None = None
    on_thread_root: bool = False


class RequestFactory:
    """Builds requests of one workspace; `now` tells when a gesture without a time of its own was made."""

    def __init__(self, identity: Identity | None, now: Clock, slack_clock: SlackClock | None = None) -> None:
        """Prepares the factory; without an identity, `identify` is called before the first request is built."""
        self._now, self._slack_clock = now, slack_clock or SlackClock(now)
        self._team = self._bot_user = ""
        self._identity = identity
        if identity is not None:
            self.identify(identity)

    def identify(self, identity: Identity) -> None:
        """Sets who the bot is, as Slack said when Park signed in."""
        self._identity, self._team, self._bot_user = identity, identity.team, identity.user

    def link(self, channel: str, ts: str) -> str:
        """Returns the address of a message; empty until Park has signed in to Slack."""
        return self._identity.link(channel, ts) if self._identity is not None else ""

    def slash(self, command: Payload) -> Request:
        """Builds the request of a slash command, identified by its `trigger_id`; Slack delivers it at most once."""
        typed = command_text(command.get("text", ""))
        return Request(
            key=f"{self._team}:{command['trigger_id']}",
            team=self._team,
            user=command["user_id"],
            source=Source.SLASH,
            line=typed.line,
            note=typed.note,
            channel=_channel(command["channel_id"]),
            response_url=command.get("response_url"),
            asked_at=self._now(),
        )

    def is_addressed(self, event: Payload) -> bool:
        """Returns whether the message is a command; a mention in the middle of a sentence makes it none."""
        return mention_text(event["text"], self._bot_user).addressed

    def line(self, event: Payload) -> str:
        """Returns the command in a mention, or in a message to Park alone; empty where a sentence mentions Park."""
        typed = mention_text(event["text"], self._bot_user)
        return typed.line if typed.addressed else ""

    def mention(self, event: Payload) -> Request:
        """Builds the request of a mention, identified by channel and `ts`, and made when the message was written."""
        return self._written(event, Source.MENTION)

    def direct_message(self, event: Payload) -> Request:
        """Builds the request of a message that was written to Park alone, identified as a mention is."""
        return self._written(event, Source.DIRECT)

    def _written(self, event: Payload, source: Source) -> Request:
        ts = event["ts"]
        thread = event.get("thread_ts", ts)
        typed = mention_text(event["text"], self._bot_user)
        return Request(
            key=f"{self._team}:{event['channel']}:{ts}",
            team=self._team,
            user=event["user"],
            source=source,
            line=typed.line,
            note=typed.note,
            channel=_channel(event["channel"]),
            direct=event["channel"] if source is Source.DIRECT else None,
            thread=thread,
            on_thread_root=thread == ts,
            asked_at=self._slack_clock.time_here(ts),
            received_at=self._now(),
        )

    def step(self, event: Payload, inputs: Payload) -> Request:
        """Builds the request of a workflow's step, identified by its execution; Park asks, and nobody in particular."""
        channel, note = inputs.get("channel_id"), inputs.get("note")
        return Request(
            key=f"{self._team}:{event['function_execution_id']}",
            team=self._team,
            user=self._bot_user,
            source=Source.WORKFLOW,
            line="",
            note=note if isinstance(note, str) else "",
            channel=_channel(channel) if isinstance(channel, str) and channel else None,
            execution=event["function_execution_id"],
            asked_at=self._now(),
        )

    def click(self, body: Payload, action: Payload) -> Request:
        """Builds the request of a click, identified by the button's nonce and the user."""
        click = parse_click(action["value"])
        return self._interaction(
            body,
            f"{click.nonce}:{body['user']['id']}",
            Source.BUTTON,
            line=click.line,
            note=click.note,
            expects=click.expects,
            ends_change=click.ends_change,
            post_to=click.post_to,
            proposal=click.proposal,
            meant=click.meant,
            response_url=body.get("response_url"),
            **_location(body)._asdict(),
        )

    def opening(self, body: Payload) -> Request:
        """Builds a request for opening a form: it decides permissions and where the confirmation is posted."""
        location, response_url = _location(body)._asdict(), body.get("response_url")
        return self._interaction(body, body["trigger_id"], Source.FORM, response_url=response_url, **location)

    def typeahead(self, body: Payload, state: FormState) -> Request:
        """Builds a request for a picker's options, which only decides permissions and is never stored."""
        return self._interaction(body, body["view"]["id"], Source.FORM, channel=state.channel)

    def submission(self, body: Payload, state: FormState, operation: Operation) -> Request:
        """Builds the request of a submitted form, identified by its view and nonce."""
        return self._interaction(
            body,
            f"{body['view']['id']}:{state.nonce}",
            Source.FORM,
            line=operation.text(),
            note=state.note,
            channel=state.channel,
            thread=state.thread,
            on_thread_root=state.on_thread_root,
            post_to=state.post_to,
            expects=state.expects,
            ends_change=state.ends_change or state.replaces,
        )

    def home(self, user: str) -> Request:
        """Builds the request that a person's Home tab is drawn for; it is never stored."""
        now = self._now()
        key = f"{self._team}:{user}:home:{now.timestamp()}"
        return Request(key=key, team=self._team, user=user, source=Source.HOME, line="", asked_at=now)

    def _interaction(self, body: Payload, key: str, source: Source, *, line: str = "", **fields: Any) -> Request:
        return Request(
            key=f"{self._team}:{key}",
            team=self._team,
            user=body["user"]["id"],
            source=source,
            line=line,
            asked_at=self._now(),
            **fields,
        )


def _location(body: Payload) -> MessageLocation:
    """Returns the location of a click on a message, of a message shortcut, or of the form that came from one."""
    container, message = body.get("container", {}), body.get("message", {})
    if "channel_id" in container:
        # An ephemeral message has a `ts`, but no thread of its own.
        own = None if container.get("is_ephemeral") else container.get("message_ts")
        thread, channel = container.get("thread_ts") or own, container["channel_id"]
        # Whoever types /park in a conversation with somebody else gets ephemeral messages there, from outside.
        direct = channel if own and channel.startswith("D") else None
        return MessageLocation(_channel(channel), direct, thread, thread == container.get("message_ts"))
    if body["type"] == "message_action":
        thread = message.get("thread_ts", message.get("ts"))
        return MessageLocation(_channel(body["channel"]["id"]), None, thread, thread == message.get("ts"))
    if (state := FormState.of(body.get("view", {}))) is not None:
        return MessageLocation(state.channel, None, state.thread, state.on_thread_root)
    return MessageLocation()


def _channel(channel: str) -> str | None:
    """Returns None for a direct message."""
    return None if channel.startswith("D") else channel
