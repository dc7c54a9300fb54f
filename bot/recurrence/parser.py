"""Reads recurrences such as `every weekday 18:00 to 8:00`."""

from bot.messages.text import Words
from bot.recurrence.model import Recurrence
from bot.texts import recurrences as texts


def read_recurrence(words: Words) -> Recurrence:
    """Reads a recurrence; raises ValueError with what to type instead."""
    raise ValueError(texts.EXAMPLES)
