"""The change between a list with buttons and the same list as a table."""

from bot.messages.message import Offer
from bot.texts import answers

_AS_TABLE = " as table"
"""Ends the line of an operation that shows a list as a table."""


def switch_button(line: str) -> Offer:
    """The button to the other view of what a list's canonical line shows: the table, or from there the list."""
    if line.endswith(_AS_TABLE):
        return Offer(label=answers.AS_LIST, line=line.removesuffix(_AS_TABLE))
    return Offer(label=answers.AS_TABLE, line=f"{line}{_AS_TABLE}")
