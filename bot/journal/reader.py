"""Queries."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, collate, exists, func, select

from bot.journal.database import Database
from bot.journal.drift_store import drift
from bot.journal.models import Entry, Event, Flag, State, entry_of, event_of
from bot.journal.queue import claimable, next_moment
from bot.journal.tables import entries, events, flags
from bot.times.model import Now

MOST = 100
"""Of what is shown as unknown."""
AMONG = 1000
"""Requests among which a person's own are looked for."""
LAST = chr(0x10FFFF)
"""No character comes after it."""
LATEST = 50
"""Of these, as many at most."""

_OF_NUMBER = select(entries).where(entries.c.id == bindparam("number"))
_OF_KEY = select(entries).where(entries.c.key == bindparam("sought"))
_SEQUEL = select(entries).where(entries.c.about == bindparam("number")).order_by(entries.c.id)
_WAITING_FOR_ITS_TIME = and_(entries.c.told_at.is_(None), entries.c.state == State.SCHEDULED)  # by its index
_SCHEDULED = select(entries).where(_WAITING_FOR_ITS_TIME).order_by(entries.c.run_at, entries.c.id)
_FLAG = select(flags).where(flags.c.name == bindparam("sought"))


class Reader:
    """The half of the journal that changes nothing. Each raises JournalUnavailable."""

    def __init__(self, database: Database, now: Now | None = None) -> None:
        self.database = database
        self._clock = now

    def now(self) -> datetime:
        """By the journal's clock, which all its replicas share; in UTC."""
        return self.database.moment() if self._clock is None else self._clock()

    def _at(self, connection: Connection) -> datetime:
        return self.database.now(connection) if self._clock is None else self._clock()

    def get(self, number: int) -> Entry:
        """Raise KeyError if there is no such change."""
        if found := self._entries(_OF_NUMBER, number=number):
            return found[0]
        raise KeyError(number)

    def find(self, key: str) -> Entry | None:
        """The entry of a delivery, if it was accepted or refused before."""
        found = self._entries(_OF_KEY, sought=key)
        return found[0] if found else None

    def others(self, entry: Entry) -> list[Entry]:
        """What came of other people's clicks on the same button, as far as it ended or is to come."""
        if (button := entry.request.button) is None:
            return []
        key = collate(entries.c.key, "BINARY" if self.database.alone else "C")  # byte by byte, as its index has it
        theirs = key >= button, key < button + LAST, entries.c.id != entry.id
        return self._entries(select(entries).where(*theirs).order_by(entries.c.id))

    def recent(self, limit: int) -> list[Entry]:
        """Newest first."""
        return self._entries(select(entries).order_by(entries.c.id.desc()).limit(limit))

    def waiting(self) -> list[Entry]:
        """What has not ended, in the order of acceptance."""
        unended = select(entries).where(entries.c.told_at.is_(None), entries.c.ended_at.is_(None))
        return self._entries(unended.order_by(entries.c.id))

    def footprint(self, number: int) -> frozenset[str]:
        """What that change touches; nothing where there is none of that number."""
        return frozenset().union(*(one.footprint for one in self._entries(_OF_NUMBER, number=number)))

    def drift_footprint(self, number: int) -> frozenset[str]:
        """What that drift is about; nothing where there is none of that number."""
        with self.database.reading() as connection:
            found = drift(connection, number)
        return frozenset(found.footprint if found else ())

    def sequel(self, number: int) -> list[Entry]:
        """What was asked about that change afterwards: taken back, extended, its end."""
        return self._entries(_SEQUEL, number=number)

    def scheduled(self) -> list[Entry]:
        """What is waiting for its time, the next first."""
        return self._entries(_SCHEDULED)

    def unsettled(self) -> list[Entry]:
        """Of which nobody knows whether they were made, and that nothing was done about since; newest first."""
        sequel = entries.alias("sequel")
        taken_up = exists().where(sequel.c.about == entries.c.id, sequel.c.state == State.DONE)
        unknown = select(entries).where(entries.c.state == State.UNKNOWN, ~taken_up)
        return self._entries(unknown.order_by(entries.c.id.desc()).limit(MOST))

    def done(self, limit: int) -> list[Entry]:
        """Changes that stand, or stood, newest first."""
        made = select(entries).where(entries.c.state == State.DONE)
        return self._entries(made.order_by(entries.c.id.desc()).limit(limit))

    def flag(self, name: str) -> Flag | None:
        """None where it isn't up."""
        with self.database.reading() as connection:
            row = connection.execute(_FLAG, {"sought": name}).one_or_none()
        return None if row is None else Flag(**row._mapping)

    def asked_by(self, team: str, user: str) -> list[Entry]:
        """What that person asked for that was planned, and is about no other change: newest first, of the last ones."""
        latest = select(func.coalesce(func.max(entries.c.id), 0)).scalar_subquery()
        theirs = and_(
            entries.c.id > latest - AMONG,  # no index: who asked is inside of the request
            entries.c.request["team"].as_string() == team,
            entries.c.request["user"].as_string() == user,
        )
        planned = and_(entries.c.plan.is_not(None), entries.c.about.is_(None), entries.c.state != State.REFUSED)
        return self._entries(select(entries).where(theirs, planned).order_by(entries.c.id.desc()).limit(LATEST))

    def events(self, number: int) -> list[Event]:
        """The story of one entry."""
        with self.database.reading() as connection:
            rows = connection.execute(select(events).where(events.c.entry_id == number).order_by(events.c.id)).all()
        return [event_of(row) for row in rows]

    def busy(self) -> bool:
        """Whether anything is to be done, or told, before something scheduled is due."""
        with self.database.reading() as connection:
            later = and_(entries.c.state == State.SCHEDULED, entries.c.due_at > self._at(connection))
            return connection.scalar(select(exists().where(entries.c.told_at.is_(None), ~later))) is True

    def due_in(self, but_not: Collection[str] = ()) -> timedelta | None:
        """How long until `claim` is worth trying, if nobody accepts, ends or gives back anything; zero is at once.

        None is never. `but_not`: people whose requests are to wait.
        """
        with self.database.reading() as connection:
            now = self._at(connection)
            due = now if claimable(connection, now, but_not) is not None else next_moment(connection, now)
        return None if due is None else due - now

    def _entries(self, wanted: Select[Any], **sought: Any) -> list[Entry]:
        with self.database.reading() as connection:
            rows = connection.execute(wanted, sought).all()
        return [entry_of(row) for row in rows]
