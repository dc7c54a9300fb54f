"""Requests, a clock that is set by hand, and a journal with both."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import delete

from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.journal.tables import entries, events, holds, targets
from bot.messages.request import Request, Source

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECRET = "https://hooks.slack.test/commands/T1/42/secret"
ASKED = [{"operation": "add", "arguments": {"group": "Sales"}}]


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


def asking(key: str, *, line: str = "add 1001 to Sales", user: str = "U1") -> Request:
    return Request(
        key=key, team="T1", user=user, source=Source.SLASH, line=line, channel="C1", response_url=SECRET, asked_at=START
    )


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'park.sqlite3'}"


class Desk:
    """A journal, the clock it goes by, and short words for what tests do all the time."""

    def __init__(self, address: str) -> None:
        self.address, self.clock = address, Clock()
        self.journal = Journal(address, now=self.clock)
        self._keys = map(str, count())

    def begin_anew(self) -> None:
        """As if nothing had ever been asked, but for the numbers, which go on."""
        self._keys, self.clock.time = map(str, count()), START
        with self.journal.database.writing() as connection:
            for table in (targets, holds, events, entries):
                connection.execute(delete(table))

    def accept(self, *footprint: str, run_at: datetime | None = None, user: str = "U1") -> int:
        request = asking(f"key {next(self._keys)}", user=user)
        return self.journal.accept(request, asked=ASKED, footprint=frozenset(footprint), run_at=run_at).id

    def claim(self, owner: str = "worker") -> Entry:
        entry = self.journal.claim(owner)
        assert entry is not None
        return entry

    def next_due(self) -> datetime | None:
        """By the clock."""
        due = self.journal.due_in()
        return None if due is None else self.clock() + due

    @property
    def folder(self) -> Path:
        """Where SQLite's file is."""
        return Path(self.address.removeprefix("sqlite:///")).parent

    def story(self, number: int) -> list[str]:
        return [event.what for event in self.journal.events(number)]

    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal(self.address, now=self.clock)
