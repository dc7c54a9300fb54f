"""Tells lines that may hold a recurrence from others, and loads what reads one with the first of them."""

import re

from bot.messages.text import Words
from bot.recurrence.model import Recurrence

MAX_LENGTH = 220
"""Characters; longer text is no recurrence."""
_MAY_REPEAT = re.compile(
    r"\b(?:every\w*|each|daily|nightly|weekly|monthly|yearly|annually|fortnight\w*|bi-?weekly|altern\w+|hourly"
    r"|quarterly|all days|weeknights|(?:week|work|working|business) ?days|weekends|\w+days"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]* ?(?:and|&|/|\+) ?(?:on )?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    r"|\w+ (?:nights|evenings|mornings|afternoons)|holidays?|hours|after work|after closing|of the month"
    r"|(?:a|per) (?:week|month|year)|[a-z]{3,} ?(?:-|to|through) ?[a-z]{3,}|\d\w*\.? ?(?:and|&) (?:on )?(?:the )?\d+\w*"
    r"|\d\w* [a-z]+(?: \d{4})? (?:and|&) (?:on )?(?:the )?(?:\d+\w*|[a-z]+)|outside)\b"
)


def may_repeat(text: str) -> bool:
    """Whether a normalized text may hold a recurrence, from a look at its words."""
    return len(text) <= MAX_LENGTH and _MAY_REPEAT.search(text) is not None


def read_recurrence(words: Words) -> Recurrence:
    """Reads the words of a recurrence, in any order.

    Raises:
        ValueError: the words are none; the message says what to type instead.
    """
    from bot.recurrence import parser  # with its patterns 20 ms of CPU, which a start without a recurrence does without

    return parser.read_recurrence(words)
