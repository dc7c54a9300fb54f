"""What a menu offers to a person, by everything that they may call it."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.sandbox.slack.attached import shown_file
from bot.sandbox.slack.model import Channel, Json
from bot.sandbox.slack.payloads import channel_type, is_shared
from bot.sandbox.slack.state import State

Choices = dict[str, Any]
"""Name -> what the state holds of it: an option, an id, or a file."""

_KINDS = {"im": "im", "mpim": "mpim", "group": "private", "channel": "public"}


def choices(state: State, user: str, element: Json, offered: Sequence[Json]) -> Choices:
    """`offered` are the options that the app suggested last for a menu that asks it."""
    kind = element["type"].removeprefix("multi_")
    if kind == "file_input":
        theirs = [file for file in state.files.values() if file.user == user]
        return {name: shown_file(state, file) for file in theirs for name in (file.name, file.id)}
    if kind == "users_select":
        return {name: p.id for p in state.people.values() for name in (p.id, p.name, p.real_name)}
    if kind == "channels_select":
        return _places(c for c in state.channels.values() if channel_type(c) == "channel" and not c.archived)
    if kind == "conversations_select":
        return _places(_conversations(state, user, element.get("filter", {})))
    return by_name(offered if kind == "external_select" else options_of(element))


def options_of(content: Json) -> list[Json]:
    """All options of an element or of an answer, whether in groups or not."""
    groups = content.get("option_groups") or []
    return list(content.get("options") or [option for group in groups for option in group["options"]])


def by_name(options: Sequence[Json]) -> Choices:
    """By text first: where one option's value is another's text, the text counts."""
    values = {option["value"]: option for option in options}
    return {**values, **{option["text"]["text"]: option for option in reversed(options)}}


def _places(channels: Iterator[Channel]) -> Choices:
    return {name: c.id for c in channels for name in ((c.id,) if c.direct else (c.id, c.name, f"#{c.name}"))}


def _conversations(state: State, user: str, only: Json) -> Iterator[Channel]:
    """Those that the person can see and the menu's filter lets through."""
    for channel in state.channels.values():
        kind = _KINDS[channel_type(channel)]
        seen = user in channel.members or kind == "public"
        wanted = kind in only.get("include", _KINDS.values())
        shared = only.get("exclude_external_shared_channels") and is_shared(state, channel)
        bots = only.get("exclude_bot_users") and kind == "im" and state.bot.id in channel.members
        if seen and wanted and not (channel.archived or shared or bots):
            yield channel
