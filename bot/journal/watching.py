"""What the journal notices by itself: rows that can't be read, a clock that was set back, and writes that fail."""

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.errors import JournalUnavailable
from bot.journal import aside, queue
from bot.journal.database import Database
from bot.journal.events import PARK
from bot.journal.models import State
from bot.journal.reader import Reader
from bot.journal.rows import UNREADABLE
from bot.journal.tables import chain, entries, flags, not_notified
from bot.times.model import Clock

log = logging.getLogger(__name__)

MIN_FREE_SPACE = 5_000_000
"""Free bytes on the disk of a SQLite journal below which Park is not ready: its write-ahead log grows to about 4 MB."""
CLOCK_TOLERANCE = timedelta(seconds=1)
"""By how much the clock may step back without anybody noticing."""


_NOT_NOTIFIED = "to be told"
_BACKLOG_STATES = (*(state.value for state in State if not state.ended), _NOT_NOTIFIED)


class Backlog(NamedTuple):
    """Unfinished entries by state ("to be told": ended, not reported), and for how long the oldest has been due."""

    depth: dict[str, int]
    oldest: timedelta


def read_backlog(connection: Connection, now: datetime) -> Backlog:
    """Counts the unfinished entries; the index makes the cost independent of the size of the journal."""
    columns = entries.c.state, func.count(), func.min(entries.c.run_at)
    depth, oldest = dict.fromkeys(_BACKLOG_STATES, 0), now
    for state, count, run_at in connection.execute(select(*columns).where(not_notified).group_by(entries.c.state)):
        depth[_NOT_NOTIFIED if state.ended else state.value] += count
        oldest = oldest if state.ended else min(oldest, run_at)
    return Backlog(depth=depth, oldest=now - oldest)


_PROBE = "probe"
PROBE_SIZE = 16_384
"""Bytes that a probe allocates: more than a change needs, which is about 10 KB."""


def try_to_write(connection: Connection) -> None:
    """Writes something as large as a change and deletes it again, to be committed: raises what a change would."""
    connection.execute(update(chain).where(chain.c.id == 1).values(posted=chain.c.posted))
    connection.execute(delete(flags).where(flags.c.name == _PROBE))
    probe = {"name": _PROBE, "text": "x" * PROBE_SIZE, "by": PARK, "at": datetime.now(UTC)}
    connection.execute(insert(flags).values(probe))
    connection.execute(delete(flags).where(flags.c.name == _PROBE))


class WatchedJournal(Reader):
    """Adds to `Reader` what has to be written about what was noticed. Every method raises JournalUnavailable."""

    def __init__(self, database: Database, now: Clock | None, lease: timedelta) -> None:
        super().__init__(database, now)
        self.lease = lease
        self.on_set_aside: Callable[[], None] = lambda: None
        """Called after an entry was set aside."""
        self._latest: datetime | None = None  # the time that was seen last
        # The latest time and the last entry from before the clock was set back, until `due_in` has dealt with it.
        self._set_backs: tuple[tuple[datetime, int], ...] = ()

    def due_in(self, excluded_users: Collection[str] = ()) -> timedelta | None:
        """Returns what `Reader.due_in` does, after noticing a clock that was set back and rows that can't be read."""
        try:
            due = super().due_in(excluded_users)
        except UNREADABLE:
            self.set_aside_unreadable()
            due = super().due_in(excluded_users)
        if not (set_backs := self._set_backs):
            return due
        for one in set_backs:
            self._keep_due(*one)
        self._set_backs = tuple(one for one in self._set_backs if one not in set_backs)
        return super().due_in(excluded_users)

    def set_aside_unreadable(self) -> None:
        """Sets all unfinished entries aside that can't be read, and takes back those that can be read again."""
        with self.database.reading() as connection:
            unreadable, readable_again = aside.survey(connection)
        for entry_id, reason in unreadable.items():
            self._set_aside(entry_id, reason)
        for entry in readable_again:
            with self.database.writing() as connection:
                aside.take_back(connection, entry, at=self._at(connection))

    def _set_aside(self, entry_id: int, fault: object) -> None:
        with self.database.writing() as connection:
            aside.set_aside(connection, entry_id, str(fault), at=self._at(connection))
        log.error("change %d can't be read, and was set aside: %s", entry_id, fault)
        self.on_set_aside()

    def _seen_now(self) -> datetime:
        now = super()._seen_now()
        if self._is_set_back(now):
            with self.database.reading() as connection:
                return self._at(connection)
        self._latest = now
        return now

    def _is_set_back(self, now: datetime) -> bool:
        return self._latest is not None and now < self._latest - CLOCK_TOLERANCE

    def _at(self, connection: Connection) -> datetime:
        now = super()._at(connection)
        if self._latest is not None and self._is_set_back(now):
            self._set_backs = (*self._set_backs, (self._latest, queue.last_entry(connection)))
        self._latest = now
        return now

    def _keep_due(self, seen: datetime, last_entry: int) -> None:
        """Keeps what was due due when the clock is set back; what is asked for afterwards goes by the new time."""
        with self.database.writing() as connection:
            now = self._at(connection)
            log.warning("the clock was set back from %s to %s", seen.isoformat(), now.isoformat())
            queue.keep_due(connection, last_entry, seen=seen, now=now, lease=self.lease)

    def writable(self) -> bool:
        """Returns whether the journal takes writes now."""
        return self.fault() is None

    def fault(self) -> str | None:
        """Returns why the journal takes no writes now; None if it does."""
        free = self.database.free_space()
        if free is not None and free < MIN_FREE_SPACE:
            return f"The disk of the journal is full: {free / 1e6:.1f} MB are free. Make room on it."
        try:
            with self.database.writing() as connection:
                try_to_write(connection)
        except JournalUnavailable as fault:
            return str(fault)
        return None

    def backlog(self) -> Backlog | None:
        """Returns the size and the age of the backlog; None if the journal can't be read."""
        try:
            now = self.now()
            with self.database.reading() as connection:
                return read_backlog(connection, now)
        except (JournalUnavailable, *UNREADABLE):
            return None
