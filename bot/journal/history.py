"""HistoryRecord; CSV and JSON lines."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRecord:
    """Times are in UTC, people and channels are ids."""

    change: int
    at: datetime
    ended_at: datetime | None
    user: str
    line: str
    """In Park's own words."""
    said: str
    """What it made of what; empty where nothing was planned."""
    source: str
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
    ) -> Iterator[HistoryRecord]:
        """Of changes with lower numbers than `before`, asked for since then, by that person."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """History, and the id of whoever looks at it."""

    history: History
    user: str


_RUN = frozenset("=+-@\u2212")
"""What makes a cell a formula somewhere; in every width, which folding tells."""
_APART = frozenset(",;\t\r\n\v\f|\u0085\u2028\u2029")
"""What one or another spreadsheet splits cells at, whatever the quotes around them say."""


def harmless(text: str) -> str:
    """The text, with an apostrophe before whatever would begin a formula, at its start or after a separator.

    Halves of characters, which no file can hold, are replaced."""
    safe, begins = "", True
    for character in text:
        if begins and _runs(character):
            safe += "'"
        safe += "\ufffd" if unicodedata.category(character) == "Cs" else character
        begins = character in _APART or (begins and _is_skipped(character))
    return f"'{safe}" if text[:1] in ("\t", "\r") else safe


def _runs(character: str) -> bool:
    return not _RUN.isdisjoint(unicodedata.normalize("NFKC", character))


def _is_skipped(character: str) -> bool:
    """What may be dropped from the start of a cell: blanks, what is drawn as nothing, and quotes."""
    return character.isspace() or character in "\"'" or unicodedata.category(character) in ("Cc", "Cf")


COLUMNS = (
    *("change", "asked at", "ended at", "who", "what", "before -> after"),
    *("source", "channel", "outcome", "reason", "rule"),
)


def csv_of(records: Iterable[HistoryRecord]) -> Iterator[str]:
    """The header, then a row each, as RFC 4180 has them; every cell is quoted."""
    yield _row(COLUMNS)
    for record in records:
        yield _row([harmless(str("" if value is None else value)) for value in _values(record)])


def json_of(records: Iterable[HistoryRecord]) -> Iterator[str]:
    """A JSON object a line, as it is; in ASCII, so that no character is lost on the way."""
    names = [name.replace(" -> ", "_").replace(" ", "_") for name in COLUMNS]
    for record in records:
        yield json.dumps(dict(zip(names, _values(record), strict=True))) + "\n"


def _values(record: HistoryRecord) -> tuple[int | str | None, ...]:
    return (
        record.change,
        _time(record.at),
        _time(record.ended_at),
        record.user,
        record.line,
        record.said,
        record.source,
        record.channel,
        record.outcome,
        record.reason,
        record.rule,
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue()
