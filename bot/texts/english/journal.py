"""What people are told about the journal itself: entries that can't be read."""

from bot.texts.english.wording import change_number


def set_aside_title(number: int) -> str:
    """The post about an entry that was set aside."""
    return f"{change_number(number)} can't be read from Park's journal any more, and was set aside."


HEAD_TITLE = "The head of Park's journal today"
HEAD = "Head"
HEAD_NOTE = "`python -m bot audit verify --head` with it tells whether anything up to here was changed or cut off."
SET_ASIDE_NOTES = (
    "It is neither made nor ended until it can be read again. All other changes go on.",
    "Check on the PBX what it was to change, then mend the row or restore the journal's backup: docs/operations.md.",
)


def set_aside_row(number: int) -> str:
    """The entry in the list of what is pending."""
    return f"{change_number(number)} can't be read from the journal: it is neither made nor ended until it can be"
