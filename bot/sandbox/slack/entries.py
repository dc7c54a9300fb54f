"""What an element holds, in words."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.text import display
from bot.sandbox.slack.views.values import held


def in_words(state: State, entry: Json) -> str:
    """The value as the person reads it; empty where there is none."""
    value = held(entry)
    every = value if isinstance(value, list) else [] if value is None else [value]
    return ", ".join(_word(state, entry["type"], one) for one in every)


def _word(state: State, kind: str, value: Any) -> str:
    if isinstance(value, dict):
        return display(state, value["text"]["text"]) if "text" in value else str(value.get("name", ""))
    if "users" in kind:
        return display(state, f"<@{value}>")
    if "channels" in kind or "conversations" in kind:
        return display(state, f"<#{value}>")
    return datetime.fromtimestamp(value, UTC).isoformat(" ", "minutes") if kind == "datetimepicker" else str(value)


def shown_entry(state: State, element: Json, entry: Json) -> str:
    """Radio buttons and checkboxes with all their options; others by value, or their placeholder in brackets."""
    if element["type"] in ("radio_buttons", "checkboxes"):
        value = held(entry)
        chosen = value if isinstance(value, list) else [value]
        return "  ".join(
            f"({'x' if o in chosen else ' '}) {display(state, o['text']['text'])}" for o in element["options"]
        )
    return in_words(state, entry) or f"[{element.get('placeholder', {}).get('text', '')}]"
