"""Registry of Web API methods, and what they share: scopes, access to channels, paging."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox.slack.model import Channel, Json, SlackError, new_id
from bot.sandbox.slack.state import SlackState

MethodBody = Callable[[SlackState, Json], Json]


@dataclass(frozen=True)
class Method:
    """An implementation with its requirements.

    One of `scopes` suffices; `token` is "bot", "app" or "config".
    """

    run: MethodBody
    scopes: tuple[str, ...]
    token: str


METHODS: dict[str, Method] = {}


def api_method(
    name: str, *scopes: str, app: bool = False, token: str | None = None
) -> Callable[[MethodBody], MethodBody]:
    """Registers a Web API method."""

    def declare(body: MethodBody) -> MethodBody:
        METHODS[name] = Method(body, scopes, token or ("app" if app else "bot"))
        return body

    return declare


def require_scope(state: SlackState, *scopes: str) -> None:
    """Raises missing_scope unless one of the scopes is granted."""
    if not state.scopes.intersection(scopes):
        raise SlackError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(state.scopes)))


def visible_channel(state: SlackState, given: Any) -> Channel:
    """Returns a channel by id, or a public one by name; private ones only if the bot is a member."""
    channel = state.channels.get(given) or _public_channel_by_name(state, given)
    if channel is None or ((channel.private or channel.direct) and state.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def postable_channel(state: SlackState, given: Any, *, ephemeral: bool = False) -> Channel:
    """Returns the channel to post in; a user id is the direct conversation, chat:write.public admits public
    channels.
    """
    channel = direct_channel(state, [given]) if given in state.people else visible_channel(state, given)
    if channel.archived:
        raise SlackError("is_archived")
    if state.bot.id not in channel.members and (ephemeral or "chat:write.public" not in state.scopes):
        raise SlackError("not_in_channel")
    return channel


def direct_channel(state: SlackState, users: list[str]) -> Channel:
    """Returns the direct conversation of the bot with these users, and creates it if needed."""
    members = [state.bot.id, *users]
    with state.changed:
        for channel in state.channels.values():
            if channel.direct and set(channel.members) == set(members):
                return channel
        made = Channel(id=new_id("D"), name="directmessage", members=members, private=True, direct=True)
        state.channels[made.id] = made
        state.changed.notify_all()
        return made


def _public_channel_by_name(state: SlackState, given: Any) -> Channel | None:
    name = str(given).removeprefix("#")
    return next((c for c in state.channels.values() if c.name == name and not c.direct and not c.private), None)


T = TypeVar("T")
MAX_PAGE_SIZE = 1000
"""Items of one page, unless a method has a lower limit."""


def paginate(items: Sequence[T], args: Json, *, most: int = MAX_PAGE_SIZE) -> tuple[Sequence[T], str]:
    """Returns the page for `limit` and `cursor`, and the next cursor, which is empty at the end."""
    try:
        limit = int(args.get("limit") or 100)
        start = int(base64.b64decode(args.get("cursor") or "", validate=True).removeprefix(b"next:") or 0)
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor" if args.get("cursor") else "invalid_limit") from None
    if not 0 < limit <= most:
        raise SlackError("invalid_limit")
    end = start + limit
    return items[start:end], base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
