"""The values that a form was submitted with, and what is wrong with them."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks.basic_components import DispatchActionConfig

from bot.slack.text import form_text

SubmittedValues = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""view.state.values: block_id -> action_id -> value."""
CHOICE = "park:choice:"
"""Prefix of the action_id of an input, other than a picker, whose choice is shown at once."""
AS_IT_IS_TYPED = DispatchActionConfig(trigger_actions_on=["on_character_entered"])
"""The default is Enter, which few people press; see "Preserving input entry in views" in Slack's docs."""


class InvalidInput(Exception):
    """Submitted values are invalid; `errors` are messages by the name of the input."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def element_value(values: SubmittedValues, name: str) -> Any:
    """Returns what an input holds; None where it is empty or not there.

    That is a text, the value of the selected option, the values of all, file ids, a date, a time or a Unix time.
    """
    for element in values.get(name, {}).values():
        if element["type"] == "file_input":
            return [file["id"] for file in element["files"]]
        if "selected_options" in element:
            return [option["value"] for option in element["selected_options"]]
        if "selected_option" in element:
            return element["selected_option"] and element["selected_option"]["value"]
        for picked in ("selected_date_time", "selected_date", "selected_time"):
            if picked in element:
                return element[picked]
        return form_text(element["value"] or "") or None
    return None
