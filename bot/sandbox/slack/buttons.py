"""Finding what a person clicks or fills in, and what a click says."""

from collections.abc import Sequence

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.parts import elements
from bot.sandbox.slack.views.choices import options_of
from bot.sandbox.slack.views.values import SLOTS

Found = tuple[Json, Json]
"""A block, and one of its elements."""


def find_element(blocks: Sequence[Json], **wanted: str | None) -> Found:
    """The first button, or element with options outside of inputs, that fits all of: label, value, action_id, block_id.

    LookupError lists what is there."""
    there = [(b, e) for b, e in elements(blocks) if b["type"] != "input" and _is_clicked(e)]
    return _first(there, [pair for pair in there if _is_clicked_as(pair, **wanted)], wanted)


def find_field(blocks: Sequence[Json], **wanted: str | None) -> Found:
    """The first element that holds something and fits all of: label, action_id, block_id."""
    there = [(b, e) for b, e in elements(blocks) if e["type"] in SLOTS]
    return _first(there, [pair for pair in there if _is_field(pair, **wanted)], wanted)


def label_of(block: Json, element: Json) -> str:
    """What a person calls a field: an input's label, a section's text, or what stands on the element itself."""
    text = block.get("label") or block.get("text") or element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))


def chosen(element: Json, label: str | None, value: str | None) -> Json:
    """The first option that has that label and value."""
    return next(o for o in options_of(element) if label in (None, _text(o)) and value in (None, o["value"]))


def action_of(block: Json, element: Json, *, label: str | None, value: str | None) -> Json:
    """The entry of `actions` that a click on the element makes."""
    action: Json = {
        key: element[key] for key in ("type", "action_id", "text", "value", "style", "url") if key in element
    }
    action["block_id"] = block["block_id"]
    if options_of(element):
        action["selected_option"] = chosen(element, label, value)
    return action


def _first(there: list[Found], fitting: list[Found], wanted: dict[str, str | None]) -> Found:
    if not fitting:
        given = ", ".join(f"{name}={text!r}" for name, text in wanted.items() if text is not None)
        raise LookupError(f"nothing to click or fill in fits {given}: {[_text(e) or label_of(b, e) for b, e in there]}")
    return fitting[0]


def _is_clicked(element: Json) -> bool:
    return element["type"] == "button" or bool(options_of(element))


def _is_clicked_as(pair: Found, label: str | None = None, value: str | None = None, **ids: str | None) -> bool:
    """A button by its own label and value, a menu by those of one of its options."""
    choices = options_of(pair[1]) or [pair[1]]
    return _has_ids(pair, **ids) and any(label in (None, _text(c)) and value in (None, c.get("value")) for c in choices)


def _is_field(pair: Found, label: str | None = None, **ids: str | None) -> bool:
    return _has_ids(pair, **ids) and label in (None, label_of(*pair))


def _has_ids(pair: Found, action_id: str | None = None, block_id: str | None = None) -> bool:
    return action_id in (None, pair[1]["action_id"]) and block_id in (None, pair[0]["block_id"])


def _text(element: Json) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))
