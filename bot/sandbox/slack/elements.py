"""Interactive elements of blocks: their ids, their values, and finding one by what the user sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.model import Json, new_id


def with_ids(block: Json) -> Json:
    """Returns the block with generated ids where the app gave none."""
    made = {"block_id": new_id("", 5), **block}
    if block["type"] == "actions":
        made["elements"] = [_with_action_id(element) for element in block["elements"]]
    for key in ("accessory", "element"):
        if block.get(key, {}).get("type", "image") != "image":
            made[key] = _with_action_id(block[key])
    return made


def _with_action_id(element: Json) -> Json:
    return {"action_id": new_id("", 5), **element}


def interactive_elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yields each interactive element with its block, in reading order."""
    for block in blocks:
        if block["type"] == "actions":
            yield from ((block, element) for element in block["elements"])
        for key in ("accessory", "element"):
            if block.get(key, {}).get("type", "image") != "image":
                yield block, block[key]


def options_of(content: Json) -> list[Json]:
    """Returns all options of an element or a response, with or without option groups."""
    groups = content.get("option_groups") or []
    return list(content.get("options") or [option for group in groups for option in group["options"]])


Values = dict[str, dict[str, Json]]
"""block_id -> action_id -> entry, such as `{"type": "users_select", "selected_user": "U1"}`."""


@dataclass(frozen=True)
class ValueSlot:
    """Key of the value in an entry, and name of the element's initial value."""

    key: str
    initial: str = ""

    @property
    def many(self) -> bool:
        return self.key.endswith("s")

    @property
    def empty(self) -> Any:
        return [] if self.many else None


VALUE_SLOTS = {
    "plain_text_input": ValueSlot("value", "initial_value"),
    "number_input": ValueSlot("value", "initial_value"),
    "static_select": ValueSlot("selected_option", "initial_option"),
    "external_select": ValueSlot("selected_option", "initial_option"),
    "radio_buttons": ValueSlot("selected_option", "initial_option"),
    "checkboxes": ValueSlot("selected_options", "initial_options"),
    "multi_static_select": ValueSlot("selected_options", "initial_options"),
    "multi_external_select": ValueSlot("selected_options", "initial_options"),
    "users_select": ValueSlot("selected_user", "initial_user"),
    "multi_users_select": ValueSlot("selected_users", "initial_users"),
    "conversations_select": ValueSlot("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ValueSlot("selected_conversations", "initial_conversations"),
    "channels_select": ValueSlot("selected_channel", "initial_channel"),
    "multi_channels_select": ValueSlot("selected_channels", "initial_channels"),
    "datepicker": ValueSlot("selected_date", "initial_date"),
    "timepicker": ValueSlot("selected_time", "initial_time"),
    "datetimepicker": ValueSlot("selected_date_time", "initial_date_time"),
    "file_input": ValueSlot("files"),
}
"""Elements that have a value; buttons and overflow menus have none."""


def value_of(entry: Json) -> Any:
    """Returns the value in an entry."""
    return entry[VALUE_SLOTS[entry["type"]].key]


def entry_of(element: Json, value: Any) -> Json:
    """Returns the entry of an element with that value."""
    return {"type": element["type"], VALUE_SLOTS[element["type"]].key: value}


def initial_values(blocks: Sequence[Json], channel: str | None) -> Values:
    """Returns the initial entries of a view or message; `channel` is the one it was opened in."""
    return merge_values({}, blocks, channel)


def merge_values(old: Values, blocks: Sequence[Json], channel: str | None) -> Values:
    """Returns the entries of an updated view: values stay where block_id, action_id and type stay."""
    values: Values = {}
    for block, element in interactive_elements(blocks):
        if element["type"] in VALUE_SLOTS:
            before = old.get(block["block_id"], {}).get(element["action_id"], {})
            entry = (
                before if before.get("type") == element["type"] else entry_of(element, _initial_value(element, channel))
            )
            values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def _initial_value(element: Json, channel: str | None) -> Any:
    slot = VALUE_SLOTS[element["type"]]
    if slot.initial in element:
        return element[slot.initial]
    if channel and element.get("default_to_current_conversation"):
        return [channel] if slot.many else channel
    return slot.empty


FoundElement = tuple[Json, Json]
"""A block and one of its elements."""


def find_element(blocks: Sequence[Json], **wanted: str | None) -> FoundElement:
    """Returns the first button, or element with options outside of inputs, that matches all arguments.

    Raises:
        LookupError: Nothing matches; the message lists the candidates.
    """
    there = [(b, e) for b, e in interactive_elements(blocks) if b["type"] != "input" and _is_clickable(e)]
    return _first_match(there, [pair for pair in there if _matches_click(pair, **wanted)], wanted)


def find_field(blocks: Sequence[Json], **wanted: str | None) -> FoundElement:
    """Returns the first element with a value that matches label, action_id and block_id; LookupError."""
    there = [(b, e) for b, e in interactive_elements(blocks) if e["type"] in VALUE_SLOTS]
    return _first_match(there, [pair for pair in there if _matches_field(pair, **wanted)], wanted)


def label_of(block: Json, element: Json) -> str:
    """Returns a field's label: of the input, of the section, or of the element itself."""
    text = block.get("label") or block.get("text") or element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))


def find_option(element: Json, label: str | None, value: str | None) -> Json:
    """Returns the first option with that label and value."""
    return next(o for o in options_of(element) if label in (None, _label_text(o)) and value in (None, o["value"]))


def action_of(block: Json, element: Json, *, label: str | None, value: str | None) -> Json:
    """Returns the entry of `actions` for a click on the element."""
    action: Json = {
        key: element[key] for key in ("type", "action_id", "text", "value", "style", "url") if key in element
    }
    action["block_id"] = block["block_id"]
    if options_of(element):
        action["selected_option"] = find_option(element, label, value)
    return action


def _first_match(there: list[FoundElement], fitting: list[FoundElement], wanted: dict[str, str | None]) -> FoundElement:
    if not fitting:
        given = ", ".join(f"“{text}”" for text in wanted.values() if text is not None)
        labels = ", ".join(dict.fromkeys(_label_text(e) or label_of(b, e) for b, e in there))
        raise LookupError(f"There is nothing to click or fill in called {given}. There is: {labels or 'nothing'}.")
    return fitting[0]


def _is_clickable(element: Json) -> bool:
    return element["type"] == "button" or bool(options_of(element))


def _matches_click(pair: FoundElement, label: str | None = None, value: str | None = None, **ids: str | None) -> bool:
    """Matches a button by its label and value, a menu by those of its options."""
    choices = options_of(pair[1]) or [pair[1]]
    return _matches_ids(pair, **ids) and any(
        label in (None, _label_text(c)) and value in (None, c.get("value")) for c in choices
    )


def _matches_field(pair: FoundElement, label: str | None = None, **ids: str | None) -> bool:
    return _matches_ids(pair, **ids) and label in (None, label_of(*pair))


def _matches_ids(pair: FoundElement, action_id: str | None = None, block_id: str | None = None) -> bool:
    return action_id in (None, pair[1]["action_id"]) and block_id in (None, pair[0]["block_id"])


def _label_text(element: Json) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))
