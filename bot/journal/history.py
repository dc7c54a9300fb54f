"""History records, their source as an interface, and their export as CSV and JSON lines."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bot.journal.models import Entry
from bot.messages.message import Offer

NameOf = Callable[[str], str]
"""Returns the name of a Slack user or channel by its id; empty where it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRecord:
    """One request in the history; times are in UTC, users and channels are ids."""

    change: int
    at: datetime
    ended_at: datetime | None
    user: str
    line: str
    """The operation in canonical words."""
    said: str
    """Before and after; empty if nothing was planned."""
    source: str
    channel: str | None
    outcome: str
    """The entry's state."""
    reason: str
    """Why it failed; empty if it did not."""
    rule: str | None
    groups: tuple[tuple[str, ...], ...]
    """The groups that it is about, each as its name or as the possible spellings of what was typed."""
    names_by_id: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names then of the groups that were planned to be changed, by their ids: they may have others today."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Pairs of the old and the new name."""
    aspects: frozenset[str] = frozenset()
    """What of its groups it was to change: recall, members, name."""
    subjects: frozenset[str] = frozenset()
    """What else it is about: the server, and numbers and names of the members whom it adds or removes."""
    about: int | None = None
    """The change that it undoes, ends, keeps ..."""
    schedule: int | None = None
    """The schedule that it is an occurrence of, or the end of one."""


@dataclass(frozen=True, slots=True)
class ShownState:
    """What the card of an entry says of its state now, and its buttons."""

    status: str
    offers: tuple[Offer, ...]


class History(Protocol):
    """Access to history records. Raises JournalUnavailable."""

    def card(self, entry: Entry) -> ShownState | None:
        """Returns what an entry's card shows now; None if it has no card."""

    def newest_first(
        self,
        *,
        before: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        user: str | None = None,
        targets: Callable[[], Collection[str]] | None = None,
        indexed: bool = False,
    ) -> Iterator[HistoryRecord]:
        """Yields records of changes with lower ids than `before`, requested or ended in the period, by `user`.

        Args:
            targets: returns the keys of what is wanted (`bot.journal.targets`), which may become more on the way.
                Beyond the latest requests, those that changed none of these are left out.
            indexed: leave out of the latest requests too those whose plans change none of these.
        """

    def all_after(self) -> int:
        """Returns the id after which a search by targets finds all requests; up to it, only those with a plan."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The history, and the id of the user who reads it."""

    history: History
    user: str
    name_of: NameOf = lambda _: ""


_FORMULA_CHARACTERS = frozenset("=+-@\u2212")
"""Characters that begin a formula in some spreadsheet, in any width: they are compared after NFKC normalisation."""
_SEPARATORS = frozenset(",;\t\r\n\v\f|\u0085\u2028\u2029")
"""Characters at which some spreadsheet splits cells, even within quotes."""


def escape_formulas(text: str) -> str:
    """Puts an apostrophe before what a spreadsheet would run as a formula, at the start and after each separator.

    Unpaired surrogates, which no file can hold, become U+FFFD.
    """
    escaped, at_start = "", True
    for character in text:
        if at_start and not _FORMULA_CHARACTERS.isdisjoint(unicodedata.normalize("NFKC", character)):
            escaped += "'"
        escaped += "\ufffd" if unicodedata.category(character) == "Cs" else character
        at_start = character in _SEPARATORS or (at_start and _may_be_stripped(character))
    return f"'{escaped}" if text[:1] in ("\t", "\r") else escaped


def _may_be_stripped(character: str) -> bool:
    """Returns whether a spreadsheet may drop it from the start of a cell: blanks, invisible characters, quotes."""
    return character.isspace() or character in "\"'" or unicodedata.category(character) in ("Cc", "Cf")


COLUMNS = (
    *("change", "asked at", "ended at", "who", "who name", "what", "before → after"),
    *("source", "channel", "channel name", "outcome", "reason", "rule"),
)
"""Header of the CSV export."""


def to_csv(records: Iterable[HistoryRecord], name_of: NameOf) -> Iterator[str]:
    """Yields CSV lines as in RFC 4180: the header, then one per record, every cell quoted."""
    yield _csv_line(COLUMNS)
    for record in records:
        yield _csv_line([escape_formulas(str("" if value is None else value)) for value in _values(record, name_of)])


def to_json_lines(records: Iterable[HistoryRecord], name_of: NameOf) -> Iterator[str]:
    """Yields one JSON object per line, in ASCII."""
    names = [name.replace(" → ", "_").replace(" ", "_") for name in COLUMNS]
    for record in records:
        yield json.dumps(dict(zip(names, _values(record, name_of), strict=True))) + "\n"


def _values(record: HistoryRecord, name_of: NameOf) -> tuple[int | str | None, ...]:
    return (
        record.change,
        _iso_time(record.at),
        _iso_time(record.ended_at),
        record.user,
        name_of(record.user),
        record.line,
        record.said,
        record.source,
        record.channel,
        name_of(record.channel) if record.channel else None,
        record.outcome,
        record.reason,
        record.rule,
    )


def _iso_time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue()
