"""Fields in words."""

from collections.abc import Iterator

from bot.sandbox.slack.buttons import label_of
from bot.sandbox.slack.entries import in_words, shown_entry
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.parts import elements
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import SLOTS


def fields(state: State, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Each label with its value in words."""
    for block, element in elements(sheet.blocks):
        if element["type"] in SLOTS:
            entry = sheet.values[block["block_id"]][element["action_id"]]
            yield label_of(block, element), in_words(state, entry)


def field_line(state: State, sheet: Sheet, block: Json) -> str:
    """An input: `Label (optional): value`, and below it its hint and what is wrong with it."""
    element = block["element"]
    entry = sheet.values[block["block_id"]][element["action_id"]]
    name = block["label"]["text"] + (" (optional)" if block.get("optional") else "")
    hint, wrong = block.get("hint", {}).get("text"), sheet.errors.get(block["block_id"])
    lines = [
        f"{name}: {shown_entry(state, element, entry)}",
        f"  {hint}" if hint else "",
        f"  ! {wrong}" if wrong else "",
    ]
    return "\n".join(line for line in lines if line)
