"""What menus offer and hold, as the page draws it: options, whatever the element keeps of them."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.choices import choices, options_of
from bot.sandbox.slack.views.values import SLOTS, held


def offered(state: State, user: str, element: Json) -> list[Json]:
    """The options of a menu; those of people and channels are their names and ids."""
    if there := options_of(element):
        return there
    names: dict[str, str] = {}
    for name, id in choices(state, user, element, []).items():
        names[id] = max(names.get(id, ""), "" if name == id else name, key=len) or id
    return [_option(name, id) for id, name in sorted(names.items(), key=lambda one: one[1])]


def chosen(element: Json, entry: Json) -> list[Json]:
    """The options that are chosen; ids as options without a name."""
    value = _value(element, entry)
    there = value if isinstance(value, list) else [] if value is None else [value]
    return [one if isinstance(one, dict) else _option(str(one), str(one)) for one in there]


def labels(element: Json, entry: Json) -> str:
    """Of what is typed, or picked from a calendar or a clock; empty where there is nothing."""
    value = _value(element, entry)
    if value is None:
        return ""
    if element["type"] == "datetimepicker":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def _value(element: Json, entry: Json) -> Any:
    """In a message nobody's choice is kept: what it starts with."""
    return held(entry) if entry else element.get(SLOTS[element["type"]].initial)


def _option(name: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": value}
