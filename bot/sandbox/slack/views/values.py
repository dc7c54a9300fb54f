"""What the elements of a view hold: where the state keeps it, and what it is at first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.parts import elements

Values = dict[str, dict[str, Json]]
"""block_id -> action_id -> entry: `{"type": "users_select", "selected_user": "U1"}`."""


@dataclass(frozen=True)
class Slot:
    """The entry's key, and the element's property that it starts with."""

    key: str
    initial: str = ""

    @property
    def many(self) -> bool:
        return self.key.endswith("s")

    @property
    def empty(self) -> Any:
        return [] if self.many else None


SLOTS = {
    "plain_text_input": Slot("value", "initial_value"),
    "number_input": Slot("value", "initial_value"),
    "static_select": Slot("selected_option", "initial_option"),
    "external_select": Slot("selected_option", "initial_option"),
    "radio_buttons": Slot("selected_option", "initial_option"),
    "checkboxes": Slot("selected_options", "initial_options"),
    "multi_static_select": Slot("selected_options", "initial_options"),
    "multi_external_select": Slot("selected_options", "initial_options"),
    "users_select": Slot("selected_user", "initial_user"),
    "multi_users_select": Slot("selected_users", "initial_users"),
    "conversations_select": Slot("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Slot("selected_conversations", "initial_conversations"),
    "channels_select": Slot("selected_channel", "initial_channel"),
    "multi_channels_select": Slot("selected_channels", "initial_channels"),
    "datepicker": Slot("selected_date", "initial_date"),
    "timepicker": Slot("selected_time", "initial_time"),
    "datetimepicker": Slot("selected_date_time", "initial_date_time"),
    "file_input": Slot("files"),
}
"""Elements that hold something; buttons and overflow menus don't."""


def held(entry: Json) -> Any:
    """What the entry holds."""
    return entry[SLOTS[entry["type"]].key]


def entry_of(element: Json, value: Any) -> Json:
    return {"type": element["type"], SLOTS[element["type"]].key: value}


def first(blocks: Sequence[Json], channel: str | None) -> Values:
    """The entries of a view that nobody has touched; `channel` is where the person was when it opened."""
    return kept({}, blocks, channel)


def kept(old: Values, blocks: Sequence[Json], channel: str | None) -> Values:
    """The entries of what replaces a view: old ones of the same block_id, action_id and type stay."""
    values: Values = {}
    for block, element in elements(blocks):
        if element["type"] in SLOTS:
            before = old.get(block["block_id"], {}).get(element["action_id"], {})
            entry = before if before.get("type") == element["type"] else entry_of(element, _initial(element, channel))
            values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def _initial(element: Json, channel: str | None) -> Any:
    slot = SLOTS[element["type"]]
    if slot.initial in element:
        return element[slot.initial]
    if channel and element.get("default_to_current_conversation"):
        return [channel] if slot.many else channel
    return slot.empty
