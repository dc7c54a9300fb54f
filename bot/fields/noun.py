"""What a noun is: how it is typed, how it is said back, and what on the PBX it names."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.words import Words, quote


class Refers(StrEnum):
    """What a noun's text has to be looked up as."""

    GROUP = "group"
    MEMBERS = "members"
    RECALL = "recall"
    MEMBER = "member"
    NEW_GROUP = "new group"


@dataclass(frozen=True, kw_only=True, slots=True)
class Noun:
    """`read` raises ValueError or NotPossible with what to type instead; `say(read(words))` reads back as the same."""

    placeholder: str
    label: str = ""
    """What a form calls it; without one no form asks for it."""
    hint: str = ""
    read: Callable[[Words], Any]
    say: Callable[[Any], str] = quote
    refers: Refers | None = None
    most: int = 150
    """Characters that a form's text input takes for it."""
    whole_line: bool = False
    """Whether it is a line of its own: of what was typed it has all, up to the next small word."""
