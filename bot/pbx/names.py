"""How names are compared: as people type them, not as computers store them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from rapidfuzz import fuzz, process

from bot.names import fold

T = TypeVar("T")
Labels = tuple[str | None, ...]

CLOSE_ENOUGH = 60.0
"""Of rapidfuzz's 100: below it, a suggestion only puzzles."""


def fitting(text: str, things: Iterable[T], labels: Callable[[T], Labels]) -> list[T]:
    """All things called exactly `text`; else all that are but for case, width and spaces."""
    every = [(thing, [label for label in labels(thing) if label]) for thing in things]
    exact = [thing for thing, names in every if text in names]
    folded = fold(text)
    return exact or [thing for thing, names in every if folded in map(fold, names)]


def closest(text: str, things: Iterable[T], labels: Callable[[T], Labels], limit: int) -> list[T]:
    """The things whose names look most like `text`, best first."""
    every = list(things)
    named = [(fold(label), place) for place, thing in enumerate(every) for label in labels(thing) if label]
    found = process.extract(
        fold(text), [name for name, _ in named], scorer=fuzz.WRatio, limit=None, score_cutoff=CLOSE_ENOUGH
    )
    places = dict.fromkeys(named[index][1] for _, _, index in found)
    return [every[place] for place in places][:limit]
