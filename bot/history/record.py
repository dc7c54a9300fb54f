"""One request as history tells it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Times are in UTC, people and channels are ids."""

    change: int
    at: datetime
    ended_at: datetime | None
    user: str
    line: str
    """In Park's own words."""
    said: str
    """What it made of what; empty where nothing was planned."""
    door: str
    channel: str | None
    outcome: str
    """The entry's state."""
    reason: str
    """Why it came to nothing; empty where it didn't."""
    rule: str | None
    groups: tuple[tuple[str, ...], ...]
    """Each group it is about: its name, or the spellings of what was typed."""
    renamed: tuple[tuple[str, str], ...] = ()
    """From, to."""


class History(Protocol):
    """Raises JournalUnavailable."""

    def newest_first(
        self, *, before: int | None = None, since: datetime | None = None, user: str | None = None
    ) -> Iterator[Record]:
        """Of changes with lower numbers than `before`, asked for since then, by that person."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """History, and the id of whoever looks at it."""

    history: History
    user: str
