"""Payload -> Request."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.slack.buttons import read
from bot.slack.forms.state import FormState
from bot.slack.text import mention_line, plain

Payload = Mapping[str, Any]


def of_slash(command: Payload, team: str) -> Request:
    """`trigger_id` is a command's own; a command is delivered once, or not at all."""
    return Request(
        key=f"{team}:{command['trigger_id']}",
        team=team,
        user=command["user_id"],
        source=Source.SLASH,
        line=plain(command.get("text", "")).strip("`"),
        channel=channel_of(command["channel_id"]),
        response_url=command.get("response_url"),
        asked_at=datetime.now(UTC),
    )


def of_mention(event: Payload, team: str, bot_user: str) -> Request:
    """A message is known by its channel and `ts`, however often it is delivered; it was asked when it was written."""
    return Request(
        key=f"{team}:{event['channel']}:{event['ts']}",
        team=team,
        user=event["user"],
        source=Source.MENTION,
        line=mention_line(event["text"], bot_user),
        channel=channel_of(event["channel"]),
        thread=event.get("thread_ts", event["ts"]),
        at_top=event.get("thread_ts", event["ts"]) == event["ts"],
        asked_at=datetime.fromtimestamp(float(event["ts"]), UTC),
    )


def of_click(body: Payload, action: Payload, team: str) -> Request:
    """A drawn button has a nonce of its own: a second click on it by the same person is the same request."""
    click = read(action["value"])
    return Request(
        key=f"{team}:{click.nonce}:{body['user']['id']}",
        team=team,
        user=body["user"]["id"],
        source=Source.BUTTON,
        line=click.line,
        **where(body)._asdict(),
        response_url=body.get("response_url"),
        asked_at=datetime.now(UTC),
        expects=click.expects,
    )


class MessageLocation(NamedTuple):
    """Where a gesture was made, as requests and forms have it."""

    channel: str | None = None
    thread: str | None = None
    at_top: bool = False


def where(body: Payload) -> MessageLocation:
    """Of a click on a message, of a message shortcut, or of the form that came from one."""
    container, message = body.get("container", {}), body.get("message", {})
    if "channel_id" in container:
        thread = thread_of(container)
        return MessageLocation(channel_of(container["channel_id"]), thread, thread == container.get("message_ts"))
    if body["type"] == "message_action":
        thread = message.get("thread_ts", message.get("ts"))
        return MessageLocation(channel_of(body["channel"]["id"]), thread, thread == message.get("ts"))
    if packed := body.get("view", {}).get("private_metadata"):
        place = FormState.model_validate_json(packed)
        return MessageLocation(place.channel, place.thread, place.at_top)
    return MessageLocation()


def channel_of(channel: str) -> str | None:
    """None for a direct message."""
    return None if channel.startswith("D") else channel


def thread_of(container: Payload) -> str | None:
    """A click on a card belongs to the card's thread; what only one person sees has no thread of its own."""
    own = None if container.get("is_ephemeral") else container.get("message_ts")
    return container.get("thread_ts") or own


FormPayload = Mapping[str, Any]


def of_opening(body: FormPayload, team: str) -> Request:
    """Whoever opens a form, and from where: it decides what they may, and where the confirmation goes."""
    return Request(
        key=f"{team}:{body['trigger_id']}",
        team=team,
        user=body["user"]["id"],
        source=Source.FORM,
        line="",
        **where(body)._asdict(),
        response_url=body.get("response_url"),
        asked_at=datetime.now(UTC),
    )


def of_typing(body: FormPayload, place: FormState, team: str) -> Request:
    """Whoever types in a picker: it is for deciding only, and comes to nothing that is recorded."""
    return Request(
        key=f"{team}:{body['view']['id']}",
        team=team,
        user=body["user"]["id"],
        source=Source.FORM,
        line="",
        channel=place.channel,
        asked_at=datetime.now(UTC),
    )


def of_form(body: FormPayload, place: FormState, asked: Operation, team: str) -> Request:
    """A form that is submitted twice is the same request: its view and the nonce of its drawing are its key."""
    return Request(
        key=f"{team}:{body['view']['id']}:{place.nonce}",
        team=team,
        user=body["user"]["id"],
        source=Source.FORM,
        line=asked.text(),
        channel=place.channel,
        thread=place.thread,
        at_top=place.at_top,
        post_to=place.post_to,
        asked_at=datetime.now(UTC),
        expects=place.expects,
    )
