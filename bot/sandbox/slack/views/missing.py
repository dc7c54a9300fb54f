"""What Slack's client itself says of a form before it sends it."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import held


def complaints(sheet: Sheet) -> dict[str, str]:
    """block_id -> what is wrong with it; a form with any is not sent."""
    found: dict[str, str] = {}
    for block in sheet.blocks:
        if block["type"] == "input":
            element = block["element"]
            value = held(sheet.values[block["block_id"]][element["action_id"]])
            for words in _wrong(block, element, value):
                found.setdefault(block["block_id"], words)
    return found


def _wrong(block: Json, element: Json, value: Any) -> Iterator[str]:
    if value in (None, "", []):
        if not block.get("optional"):
            yield "Please complete this required field."
    elif element["type"] == "plain_text_input":
        yield from _length(element, value)
    elif element["type"] == "number_input":
        yield from _number(element, value)


def _length(element: Json, value: str) -> Iterator[str]:
    if len(value) < (least := element.get("min_length", 0)):
        yield f"Please enter at least {least} characters."
    if len(value) > (most := element.get("max_length", 3000)):
        yield f"Please enter no more than {most} characters."


def _number(element: Json, value: str) -> Iterator[str]:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        yield "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
        return
    if number < float(least := element.get("min_value", "-inf")):
        yield f"Please enter a number that is at least {least}."
    if number > float(most := element.get("max_value", "inf")):
        yield f"Please enter a number that is no more than {most}."
