"""Helpers for tests of the journal: requests, a clock that is set by hand, and a harness around a journal."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import delete

from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.journal.tables import changed_targets, entries, events, footprints, schedules, target_locks
from bot.messages.request import Request, Source

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECRET = "https://hooks.slack.test/commands/T1/42/secret"
OPERATIONS = [{"operation": "add", "arguments": {"group": "Sales"}}]


class Clock:
    """A clock that only `move` changes."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


def make_request(key: str, *, line: str = "add 1001 to Sales", user: str = "U1") -> Request:
    return Request(
        key=key, team="T1", user=user, source=Source.SLASH, line=line, channel="C1", response_url=SECRET, asked_at=START
    )


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'park.sqlite3'}"


class JournalHarness:
    """A journal with its clock, and shortcuts for frequent calls."""

    def __init__(self, address: str) -> None:
        self.address, self.clock = address, Clock()
        self.journal = Journal(address, now=self.clock)
        self._keys = map(str, count())

    def reset(self) -> None:
        """Deletes all entries and resets the clock; ids are not used again."""
        self._keys, self.clock.time = map(str, count()), START
        with self.journal.database.writing() as connection:
            for table in (schedules, target_locks, footprints, changed_targets, events, entries):
                connection.execute(delete(table))

    def accept(self, *footprint: str, run_at: datetime | None = None, user: str = "U1") -> int:
        request = make_request(f"key {next(self._keys)}", user=user)
        return self.journal.accept(request, operations=OPERATIONS, footprint=frozenset(footprint), run_at=run_at).id

    def claim(self, owner: str = "worker") -> Entry:
        entry = self.journal.claim(owner)
        assert entry is not None
        return entry

    def next_due(self) -> datetime | None:
        """Returns when an entry is due next, by the clock."""
        due = self.journal.due_in()
        return None if due is None else self.clock() + due

    @property
    def folder(self) -> Path:
        """Returns the folder of SQLite's file."""
        return Path(self.address.removeprefix("sqlite:///")).parent

    def event_names(self, number: int) -> list[str]:
        return [event.what for event in self.journal.events(number)]

    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal(self.address, now=self.clock)
