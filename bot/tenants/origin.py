"""Reads from a payload of Slack's where a gesture was made, by whom, and which PBX its message or view is about."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from bot.slack.outgoing import MARK

Payload = Mapping[str, Any]


class Kind(StrEnum):
    """What was done in Slack, as far as it matters for the answer."""

    SLASH = "slash"
    MESSAGE = "message"
    """A mention, or a message to Park alone."""
    HOME = "home"
    """The Home tab or the conversation with Park was opened."""
    BUTTON = "button"
    """A click on a message."""
    VIEW = "view"
    """A click or a submission in a modal or on the Home tab."""
    OPTIONS = "options"
    """Somebody types into a picker."""
    SHORTCUT = "shortcut"
    STEP = "step"
    """A step of Workflow Builder is due; no person has made a gesture."""
    OTHER = "other"


CARRIES_MARK = frozenset({Kind.BUTTON, Kind.VIEW, Kind.OPTIONS})
"""Gestures on something that Park has sent, which says which PBX it is about."""


class Origin(NamedTuple):
    """Where a gesture was made."""

    kind: Kind
    team: str
    user: str
    channel: str | None
    """Id of the channel; None in a direct message, on the Home tab, and wherever there is no channel."""
    mark: str | None
    """Name of the PBX that the message or the view carries."""


def read_origin(body: Payload) -> Origin:
    """Reads the origin of a payload; raises KeyError or ValueError for one that Slack does not send."""
    if "command" in body:
        return Origin(Kind.SLASH, body["team_id"], body["user_id"], _channel(body["channel_id"]), None)
    if body.get("type") == "event_callback":
        return _of_event(body)
    return _of_interaction(body)


def _of_event(body: Payload) -> Origin:
    event = body["event"]
    if event["type"] == "function_executed":
        where = (event.get("inputs") or {}).get("channel_id")
        return Origin(
            Kind.STEP, body.get("team_id") or "", "", _channel(where if isinstance(where, str) else None), None
        )
    kind = {"app_mention": Kind.MESSAGE, "message": Kind.MESSAGE, "app_home_opened": Kind.HOME}.get(event["type"])
    writer = event.get("message") or {}
    user = event.get("user") or writer.get("user") or ""
    channel = _channel(event.get("channel")) if isinstance(event.get("channel"), str) else None
    return Origin(kind or Kind.OTHER, body.get("team_id") or "", user, channel, None)


def _of_interaction(body: Payload) -> Origin:
    team = (body.get("team") or {}).get("id") or body["user"].get("team_id") or ""
    user, view = body["user"]["id"], body.get("view") or {}
    metadata = _metadata(view)
    match body.get("type"):
        case "block_actions" if view:
            kind = Kind.VIEW
        case "block_actions":
            container = body.get("container") or {}
            channel = container.get("channel_id") or (body.get("channel") or {}).get("id")
            return Origin(Kind.BUTTON, team, user, _channel(channel), _mark_of_block(body["actions"][0]))
        case "block_suggestion":
            kind = Kind.OPTIONS if view else Kind.OTHER
        case "view_submission" | "view_closed":
            kind = Kind.VIEW
        case "shortcut" | "message_action":
            return Origin(Kind.SHORTCUT, team, user, _channel((body.get("channel") or {}).get("id")), None)
        case _:
            kind = Kind.OTHER
    return Origin(kind, team, user, _channel(metadata.get("channel")), metadata.get(MARK))


def _metadata(view: Payload) -> dict[str, Any]:
    """Returns what a view of Park's carries; empty for one that carries nothing."""
    text = view.get("private_metadata") or "{}"
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("private_metadata of another app")  # noqa: TRY004 - what is wrong is a value of Slack's
    return found


def _mark_of_block(action: Payload) -> str | None:
    kind, _, rest = str(action.get("block_id") or "").partition(":")
    return rest.rpartition(":")[0] or None if kind == MARK else None


def _channel(id: str | None) -> str | None:
    """Returns None for a conversation between people, in which no channel decides."""
    return None if not id or id.startswith("D") else id
