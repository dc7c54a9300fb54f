"""Previews in German: what a line would do, asked before it is done."""

from bot.texts.german.wording import change_number, sentence

NOTHING_TO_CHANGE = "Nichts zu ändern."
NOTHING_YET = "Noch ist nichts geändert."


def question(planned: str) -> str:
    return f"{planned}? {NOTHING_YET}"


def afterwards(title: str) -> str:
    return f"Danach: {sentence(title)}"


def decide(decision: str, number: int, planned: str) -> str:
    return f"{decision}: {change_number(number)}, {planned}? {NOTHING_YET}"


def understood_as(line: str) -> str:
    return f"Verstanden als `{line}`."
