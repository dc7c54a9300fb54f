"""Queries of entries, flags and events."""

import logging
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, collate, exists, func, select

from bot.journal import aside, schedules
from bot.journal import targets as changed_targets
from bot.journal.database import Database
from bot.journal.drift_store import drift
from bot.journal.events import events_of_entry
from bot.journal.models import Entry, Event, FailingEnds, Flag, Json, SetAside, State, StoredSchedule, newest_first
from bot.journal.prepared import Prepared, Query
from bot.journal.queue import Work, last_entry, work
from bot.journal.rows import UNREADABLE, entry_from_values, read_entries
from bot.journal.tables import UtcDateTime, entries, flags, not_notified
from bot.journal.temporary import TemporaryChange, TemporaryChanges
from bot.messages.request import Source, proposal_nonce
from bot.times.model import Clock

log = logging.getLogger(__name__)

MAX_UNKNOWN = 100
"""Entries with an unknown outcome that `with_unknown_outcome` returns at most."""
USER_SEARCH_DEPTH = 1000
"""How many of the newest entries `requested_by` searches: there is no index on the user."""
MAX_OF_USER = 50
"""Entries that `requested_by` returns at most."""
_LAST_CHARACTER = chr(0x10FFFF)

_BY_ID = Prepared(select(entries).where(entries.c.id == bindparam("wanted_id")))
_BY_KEY = Prepared(select(entries).where(entries.c.key == bindparam("wanted_key")))
_BY_IDS = Prepared(select(entries).where(entries.c.id.in_(bindparam("ids", expanding=True))), lists=("ids",))
_ABOUT = Prepared(select(entries).where(entries.c.about == bindparam("wanted_id")).order_by(entries.c.id))
_STATE_SCHEDULED = and_(not_notified, entries.c.state == State.SCHEDULED)  # not_notified, because it has an index
_SCHEDULED = Prepared(select(entries).where(_STATE_SCHEDULED).order_by(entries.c.run_at, entries.c.id))
_SCHEDULED_STARTS = Prepared(_SCHEDULED.statement.where(entries.c.about.is_(None)))
_FAILING = select(func.count(), func.min(entries.c.failing_since)).where(
    not_notified,
    entries.c.ended_at.is_(None),
    entries.c.failing_since.is_not(None),
    entries.c.request["source"].as_string() != Source.SCHEDULE.value,
)
_LATER = and_(entries.c.state == State.SCHEDULED, entries.c.due_at > bindparam("now", type_=UtcDateTime()))
_HAS_WORK = Prepared(select(exists().where(not_notified, ~_LATER).label("found")))
_FLAG = Prepared(select(flags).where(flags.c.name == bindparam("wanted_name")))


def about(number: int) -> Query:
    """Finds the later entries about a change."""
    return _ABOUT.of(wanted_id=number)


class Reader:
    """The read-only part of the journal. Every method raises JournalUnavailable."""

    def __init__(self, database: Database, now: Clock | None = None) -> None:
        """`now` replaces the database's clock."""
        self.database = database
        self._clock, self._temporary = now, TemporaryChanges()
        self._shared = threading.local()  # `connection`: that of the snapshot which the thread is in

    @contextmanager
    def snapshot(self, *ahead: Query) -> Iterator[None]:
        """Has what this thread reads in the block be of one state of the journal, read in one transaction.

        The block must wait for nothing else: the transaction is open meanwhile.

        Args:
            ahead: as for `Database.writing`.
        """
        with self._reading(*ahead) as connection:
            before, self._shared.connection = getattr(self._shared, "connection", None), connection
            try:
                yield
            finally:
                self._shared.connection = before

    @contextmanager
    def _reading(self, *ahead: Query) -> Iterator[Connection]:
        """Opens a transaction to read in, or takes that of the snapshot which the thread is in."""
        if (shared := getattr(self._shared, "connection", None)) is not None:
            yield shared
            return
        with self.database.reading(ahead=ahead) as connection:
            yield connection

    def _fetch(self, *queries: Query) -> list[list[Json]]:
        """Returns the rows of each query, in the snapshot that the thread is in, or all of one state of the journal."""
        if (shared := getattr(self._shared, "connection", None)) is not None:
            return [query.rows(shared) for query in queries]
        return self.database.fetch(queries)

    def now(self) -> datetime:
        """Returns the time in UTC by the clock that all replicas share."""
        return self.database.current_time() if self._clock is None else self._clock()

    def _at(self, connection: Connection) -> datetime:
        return self.database.now(connection) if self._clock is None else self._clock()

    def get(self, number: int) -> Entry:
        """Returns an entry by id; raises KeyError if there is none."""
        if found := self._entries(_BY_ID.of(wanted_id=number)):
            return found[0]
        raise KeyError(number)

    def get_all(self, numbers: Collection[int]) -> dict[int, Entry]:
        """Returns the entries with these ids, by id, without those that are not there or can't be read."""
        return {one.id: one for one in self._entries(_BY_IDS.of(ids=list(numbers)))} if numbers else {}

    def find(self, key: str) -> Entry | None:
        """Returns the entry of a request that was accepted or refused, by its key."""
        found = self._entries(_BY_KEY.of(wanted_key=key))
        return found[0] if found else None

    def of_same_button(self, entry: Entry) -> list[Entry]:
        """Returns the other entries that come from clicks on the same button, whose keys have a common prefix."""
        if (button := entry.request.button) is None:
            return []
        return [one for one in self._with_key_prefix(button) if one.id != entry.id]

    def decisions_on(self, proposal: Entry) -> list[Entry]:
        """Returns the changes that were asked for by clicks on a workflow's proposal, the oldest first."""
        return self._with_key_prefix(f"{proposal.request.team}:{proposal_nonce(proposal.id)}")

    def _with_key_prefix(self, prefix: str) -> list[Entry]:
        key = collate(entries.c.key, self._key_collation)
        has_prefix = key >= prefix, key < prefix + _LAST_CHARACTER
        return self._entries(select(entries).where(*has_prefix).order_by(entries.c.id))

    @property
    def _key_collation(self) -> str:
        """The collation of the index of the entries' keys."""
        return "BINARY" if self.database.exclusive else "C"

    def recent(self, limit: int) -> list[Entry]:
        """Returns the newest entries, newest first."""
        return self._entries(select(entries).order_by(entries.c.id.desc()).limit(limit))

    def newest(self) -> int:
        """Returns the id of the entry that was accepted last; 0 if there is none."""
        with self.database.reading() as connection:
            return last_entry(connection)

    def waiting(self) -> list[Entry]:
        """Returns the entries that have not ended, in the order of acceptance."""
        unfinished = select(entries).where(not_notified, entries.c.ended_at.is_(None))
        return self._entries(unfinished.order_by(entries.c.id))

    def footprint(self, number: int) -> frozenset[str]:
        """Returns the footprint of an entry; empty if there is no such entry."""
        return frozenset().union(*(entry.footprint for entry in self._entries(_BY_ID.of(wanted_id=number))))

    def drift_footprint(self, number: int) -> frozenset[str]:
        """Returns the footprint of a drift; empty if there is no such drift."""
        with self._reading() as connection:
            found = drift(connection, number)
        return frozenset(found.footprint if found else ())

    def entries_about(self, number: int) -> list[Entry]:
        """Returns the later entries about that change: undo, extension, end."""
        return self._entries(about(number))

    def scheduled(self) -> list[Entry]:
        """Returns the scheduled entries, the next one first."""
        return self._entries(_SCHEDULED.of())

    def scheduled_starts(self) -> list[Entry]:
        """Returns the scheduled entries that are about no other, the next one first."""
        return self._entries(_SCHEDULED_STARTS.of())

    def with_unknown_outcome(self) -> list[Entry]:
        """Returns entries in state UNKNOWN that no later change is about, newest first, at most `MAX_UNKNOWN`."""
        later = entries.alias("sequel")
        resolved = exists().where(later.c.about == entries.c.id, later.c.state == State.DONE)
        unknown = select(entries).where(entries.c.state == State.UNKNOWN, ~resolved)
        return self._entries(unknown.order_by(entries.c.id.desc()).limit(MAX_UNKNOWN))

    def done(self, limit: int) -> list[Entry]:
        """Returns the changes that were made, by their acceptance, newest first; some may have been undone since."""
        made = select(entries).where(entries.c.state == State.DONE)
        return self._entries(made.order_by(entries.c.id.desc()).limit(limit))

    def made_on(self, targets: Collection[str], limit: int, after: Entry | None = None) -> list[Entry]:
        """Returns changes of PBX objects that were made and are about no other change, the one made last first.

        Args:
            targets: keys of PBX objects, as in `bot.journal.targets`.
            after: only changes that were made after this one are returned.
        """
        found = self._entries(changed_targets.made_on(targets, limit, after))
        if len(found) == limit:  # an older entry may have been put off until after these
            found += self._entries(changed_targets.put_off_on(targets, limit, found[-1]))
        return newest_first(one for one in found if after is None or one.made_after(after))[:limit]

    def done_since(self, targets: Collection[str], since: datetime) -> list[Entry]:
        """Returns what has changed PBX objects since an instant, undos included, the first one first."""
        return self._entries(changed_targets.done_since(targets, since))

    def scheduled_on(self, targets: Collection[str]) -> list[Entry]:
        """Returns the scheduled changes of these PBX objects that are about no other change, the next one first."""
        return self._entries(changed_targets.scheduled_on(targets))

    def unfinished_about(self, targets: Collection[str]) -> list[Entry]:
        """Returns the unfinished entries about changes of these PBX objects, such as their ends, the next one first."""
        return self._entries(changed_targets.unfinished_about(targets))

    def temporary_changes(self) -> list[TemporaryChange]:
        """Returns the temporary changes in effect, in the order of their ends."""
        with self._reading() as connection:
            return self._temporary.read(connection)

    def failing_ends(self) -> FailingEnds:
        """Returns how many ends of temporary changes are due and have failed so far, and since when."""
        with self._reading() as connection:
            return FailingEnds(*connection.execute(_FAILING).one())

    def flag(self, name: str) -> Flag | None:
        """Returns a flag; None if it is not set."""
        (rows,) = self._fetch(_FLAG.of(wanted_name=name))
        return Flag(**rows[0]) if rows else None

    def requested_by(self, team: str, user: str) -> list[Entry]:
        """Returns the user's latest planned requests that are about no other change, newest first."""
        latest = select(func.coalesce(func.max(entries.c.id), 0)).scalar_subquery()
        of_user = and_(
            entries.c.id > latest - USER_SEARCH_DEPTH,
            entries.c.request["team"].as_string() == team,
            entries.c.request["user"].as_string() == user,
            entries.c.request["source"].as_string() != Source.SCHEDULE.value,
        )
        planned = and_(entries.c.plan.is_not(None), entries.c.about.is_(None), entries.c.state != State.REFUSED)
        return self._entries(select(entries).where(of_user, planned).order_by(entries.c.id.desc()).limit(MAX_OF_USER))

    def events(self, number: int) -> list[Event]:
        """Returns the events of one entry, the oldest first."""
        with self._reading() as connection:
            return list(events_of_entry(connection, number))

    def has_work(self) -> bool:
        """Returns whether there is anything to run or report, other than entries scheduled for later."""
        with self._reading() as connection:
            now, occurrence = self._at(connection), schedules.next_time(connection)
            is_occurrence_due = occurrence is not None and occurrence <= now
            return is_occurrence_due or bool(_HAS_WORK.scalar(connection, {"now": now}))

    def due_in(self, excluded_users: Collection[str] = ()) -> timedelta | None:
        """Returns after what time `claim` can succeed if no entry is accepted, ended or released meanwhile.

        Args:
            excluded_users: ids of users whose requests are left out.

        Returns:
            Zero if there is an entry to claim now; None if there will be none.
        """
        now = self._seen_now()
        ((row,),) = self._fetch(work(now, excluded_users))
        found = Work(**row)
        if found.entry is not None:
            return timedelta(0)
        due = [at for at in (found.due, found.occurrence) if at is not None]
        return max(min(due) - now, timedelta(0)) if due else None

    def _seen_now(self) -> datetime:
        """Returns the time, by which something is going to be looked for."""
        return self.now()

    def entries_set_aside(self) -> list[SetAside]:
        """Returns the entries that were set aside because their rows can't be read."""
        with self._reading() as connection:
            return aside.read_set_aside(connection)

    def stored_schedule(self, number: int) -> StoredSchedule | None:
        """Returns the schedule that an entry has made; None if it has made none."""
        with self._reading() as connection:
            return schedules.read(connection, number)

    def standing_schedules(self, numbers: Collection[int] | None = None) -> list[StoredSchedule]:
        """Returns the schedules that are active or paused, the next one first, or those of them with these numbers."""
        with self._reading() as connection:
            return schedules.read_standing(connection, numbers)

    def beginning_schedules(self, until: datetime, limit: int) -> list[StoredSchedule]:
        """Returns the schedules whose next occurrence begins until an instant, the next one first."""
        with self._reading() as connection:
            return schedules.read_beginning(connection, until, limit)

    def schedule_parts(self) -> list[tuple[int, frozenset[tuple[str, str]]]]:
        """Returns what each active or paused schedule changes, by its number, in the order in which they were made."""
        with self._reading() as connection:
            return schedules.read_parts(connection)

    def schedules_waiting_for(self, number: int) -> list[int]:
        """Returns the schedules whose next occurrence waits for the end of a change."""
        with self._reading() as connection:
            return schedules.read_waiting_for(connection, number)

    def occurrences(self, schedule: StoredSchedule, limit: int) -> list[Entry]:
        """Returns the entries of a schedule's latest occurrences, newest first."""
        team = self.get(schedule.number).request.team
        query = schedules.occurrences_query(team, schedule.number, self._key_collation)
        return self._entries(query.limit(limit))

    def _entries(self, query: Query | Select[Any]) -> list[Entry]:
        """Returns the entries that a query finds, without those that can't be read."""
        if isinstance(query, Query):
            with suppress(*UNREADABLE):  # then the rows are read one by one
                (rows,) = self._fetch(query)
                return list(map(entry_from_values, rows))
        statement, given = (query.statement.statement, query.given) if isinstance(query, Query) else (query, {})
        with self._reading() as connection:
            found, unreadable = read_entries(connection, statement, given)
        for number in unreadable:
            log.error("change %d can't be read from the journal", number)
        return found
