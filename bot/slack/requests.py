"""Conversion of Slack's payloads into `Request`, with the idempotency key of each kind of gesture."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.slack.buttons import parse_click
from bot.slack.forms.state import FormState
from bot.slack.text import command_text, mention_text

Payload = Mapping[str, Any]


class MessageLocation(NamedTuple):
    """Where a gesture was made; the fields have the meaning of the same fields of `Request`."""

    channel: str | None = None
    thread: str | None = None
    on_thread_root: bool = False


def slash_request(command: Payload, team: str) -> Request:
    """Builds the request of a slash command, identified by its `trigger_id`; Slack delivers commands at most once."""
    command_line = command_text(command.get("text", ""))
    return Request(
        key=f"{team}:{command['trigger_id']}",
        team=team,
        user=command["user_id"],
        source=Source.SLASH,
        line=command_line.line,
        note=command_line.note,
        channel=_channel(command["channel_id"]),
        response_url=command.get("response_url"),
        asked_at=datetime.now(UTC),
    )


def mention_request(event: Payload, team: str, bot_user: str) -> Request:
    """Builds the request of a mention, identified by channel and `ts`, and made when the message was written."""
    ts = event["ts"]
    thread = event.get("thread_ts", ts)
    command = mention_text(event["text"], bot_user)
    return Request(
        key=f"{team}:{event['channel']}:{ts}",
        team=team,
        user=event["user"],
        source=Source.MENTION,
        line=command.line,
        note=command.note,
        channel=_channel(event["channel"]),
        thread=thread,
        on_thread_root=thread == ts,
        asked_at=datetime.fromtimestamp(float(ts), UTC),
    )


def click_request(body: Payload, action: Payload, team: str) -> Request:
    """Builds the request of a click, identified by the button's nonce and the user."""
    click = parse_click(action["value"])
    return _interaction_request(
        body,
        team,
        f"{click.nonce}:{body['user']['id']}",
        Source.BUTTON,
        line=click.line,
        note=click.note,
        expects=click.expects,
        response_url=body.get("response_url"),
        **_location(body)._asdict(),
    )


def opening_request(body: Payload, team: str) -> Request:
    """Builds a request for opening a form: it decides permissions and where the confirmation is posted."""
    location, response_url = _location(body)._asdict(), body.get("response_url")
    return _interaction_request(body, team, body["trigger_id"], Source.FORM, response_url=response_url, **location)


def typeahead_request(body: Payload, state: FormState, team: str) -> Request:
    """Builds a request for a picker's options, which only decides permissions and is never stored."""
    return _interaction_request(body, team, body["view"]["id"], Source.FORM, channel=state.channel)


def submission_request(body: Payload, state: FormState, operation: Operation, team: str) -> Request:
    """Builds the request of a submitted form, identified by its view and nonce."""
    return _interaction_request(
        body,
        team,
        f"{body['view']['id']}:{state.nonce}",
        Source.FORM,
        line=operation.text(),
        channel=state.channel,
        thread=state.thread,
        on_thread_root=state.on_thread_root,
        post_to=state.post_to,
        expects=state.expects,
    )


def _interaction_request(
    body: Payload, team: str, key: str, source: Source, *, line: str = "", **fields: Any
) -> Request:
    user, now = body["user"]["id"], datetime.now(UTC)
    return Request(key=f"{team}:{key}", team=team, user=user, source=source, line=line, asked_at=now, **fields)


def _location(body: Payload) -> MessageLocation:
    """Returns the location of a click on a message, of a message shortcut, or of the form that came from one."""
    container, message = body.get("container", {}), body.get("message", {})
    if "channel_id" in container:
        # An ephemeral message has a `ts`, but no thread of its own.
        own = None if container.get("is_ephemeral") else container.get("message_ts")
        thread = container.get("thread_ts") or own
        return MessageLocation(_channel(container["channel_id"]), thread, thread == container.get("message_ts"))
    if body["type"] == "message_action":
        thread = message.get("thread_ts", message.get("ts"))
        return MessageLocation(_channel(body["channel"]["id"]), thread, thread == message.get("ts"))
    if metadata := body.get("view", {}).get("private_metadata"):
        state = FormState.model_validate_json(metadata)
        return MessageLocation(state.channel, state.thread, state.on_thread_root)
    return MessageLocation()


def _channel(channel: str) -> str | None:
    """Returns None for a direct message."""
    return None if channel.startswith("D") else channel
