"""Conversion between typed text, escaped text with entities, and readable text."""

import re
from collections.abc import Iterator

from bot.sandbox.slack.model import Json, User
from bot.sandbox.slack.state import SlackState

_ENTITY = re.compile(r"<([@#!][^<>|]+)(?:\|[^<>]*)?>")
_URL = re.compile(r"https?://[^\s<>|]+")
_MAY_NEED_ENTITIES = re.compile(r"[@#<]|https?://", re.IGNORECASE)


def escape(text: str) -> str:
    """Escapes the three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Reverses `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape_stray(text: str) -> str:
    """Escapes lone ampersands in an app's text; entities stay."""
    return re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)


def escape_typed_text(state: SlackState, text: str, *, with_names: bool = False) -> str:
    """Returns what the app gets of typed text; in slash commands entities have names (`<@U1|ada>`)."""
    if not _MAY_NEED_ENTITIES.search(text):
        return escape(text)
    entities = _entities(state, with_names)
    names = sorted(entities, key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(n)}(?!\w)" for n in names)
    parts = re.split(rf"({_URL.pattern}|{pattern})", text, flags=re.IGNORECASE)
    return "".join(_escape_part(part, entities) for part in parts)


def _escape_part(part: str, entities: dict[str, str]) -> str:
    known = entities.get(part.lower())
    return known or (f"<{escape(part)}>" if _URL.fullmatch(part) else escape(part))


def _entities(state: SlackState, with_names: bool) -> dict[str, str]:
    """Returns the entity by name in lower case, for everything that Slack's completion offers."""
    found: dict[str, str] = {}
    for name, reference, label in _references(state):
        entity = f"<{reference}|{label}>" if with_names else f"<{reference}>"
        found[name.lower()] = found[f"<{reference}>".lower()] = entity
    return found


def _references(state: SlackState) -> Iterator[tuple[str, str, str]]:
    """Yields (typed name, reference, label) of broadcasts, users, channels and user groups."""
    for word in ("here", "channel", "everyone"):
        yield f"@{word}", f"!{word}", f"@{word}"
    for person in state.people.values():
        for name in (person.real_name, person.name):
            yield f"@{name}", f"@{person.id}", person.name
    for channel in state.channels.values():
        if not channel.direct:
            yield f"#{channel.name}", f"#{channel.id}", channel.name
    for group in state.groups.values():
        yield f"@{group.handle}", f"!subteam^{group.id}", f"@{group.handle}"


def display_text(state: SlackState, text: str) -> str:
    """Returns readable text: names for ids, unescaped."""
    return unescape(re.sub(r"<([^<>]+)>", lambda match: _reference_text(state, match[1]), text))


def _reference_text(state: SlackState, inside: str) -> str:
    reference, _, label = inside.partition("|")
    if reference.startswith("@") and (person := state.people.get(reference[1:])):
        return f"@{_display_name(person)}"
    if reference.startswith("#") and (channel := state.channels.get(reference[1:])):
        return f"#{channel.name}"
    if reference.startswith("!subteam^") and (group := state.groups.get(reference[9:])):
        return f"@{group.handle}"
    if reference.startswith("!"):
        return label or "@" + reference[1:]
    return label or reference


def _display_name(person: User) -> str:
    return person.real_name or person.name


def rich_text(text: str) -> list[Json]:
    """Returns the rich text block that Slack's client sends beside the text."""
    elements = [_rich_text_element(part) for part in re.split(r"(<[@#!][^<>]+>)", text) if part]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]


def _rich_text_element(part: str) -> Json:
    match = _ENTITY.fullmatch(part)
    kinds = {"@": ("user", "user_id"), "#": ("channel", "channel_id")}
    if match and match[1][0] in kinds:
        kind, key = kinds[match[1][0]]
        return {"type": kind, key: match[1][1:]}
    return {"type": "text", "text": unescape(part)}
