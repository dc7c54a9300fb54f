"""Previews: what a line would do, asked before it is done."""

from bot.texts.english.wording import change_number, sentence

NOTHING_TO_CHANGE = "Nothing to change."
NOTHING_YET = "Nothing has changed yet."


def question(planned: str) -> str:
    """The title of a preview."""
    return f"{planned}? {NOTHING_YET}"


def afterwards(title: str) -> str:
    """What holds once a preview's button was pressed."""
    return f"Afterwards: {sentence(title)}"


def decide(decision: str, number: int, planned: str) -> str:
    """The title of the preview of a decision, `Approve` or `Reject`."""
    return f"{decision} {change_number(number)}: {planned}? {NOTHING_YET}"


def understood_as(line: str) -> str:
    """A note that teaches the canonical line."""
    return f"Understood as `{line}`."
