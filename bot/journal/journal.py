"""The journal: accepts requests, and lets workers claim, checkpoint, schedule and end entries."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.errors import JournalUnavailable, TargetBusy
from bot.journal import intake, leases, queue, schedules, target_locks
from bot.journal import targets as changed_targets
from bot.journal.claiming import ClaimingJournal
from bot.journal.database import open_database
from bot.journal.events import EventData, checkpoint_events
from bot.journal.migrations import migrate, require_current
from bot.journal.models import Accepted, Entry, FollowUp, Json, Reschedule, ScheduleUpdate, State
from bot.messages.request import Request
from bot.times.model import Clock

LEASE = timedelta(seconds=60)
"""How long a claim lasts without renewal."""


class Journal(ClaimingJournal):
    """Reads and writes the journal; thread-safe. Every method raises JournalUnavailable, which may be temporary.

    Methods that take a claimed entry raise LeaseLost if another worker has claimed it since.
    """

    def __init__(self, url: str, *, lease: timedelta = LEASE, now: Clock | None = None) -> None:
        """Opens the database at `url`.

        Args:
            url: SQLAlchemy URL of SQLite or PostgreSQL.
            lease: has to be the same for all replicas.
            now: replaces the database's clock.

        Raises:
            SettingsError: the URL is invalid.
            JournalUnavailable: the database can't be used, or its tables are those of another version of Park.
        """
        super().__init__(open_database(url), now, lease)
        try:
            # A start on PostgreSQL only reads, so it does not wait for a replica that writes or hangs.
            with self.database.writing() if self.database.exclusive else self.database.reading() as connection:
                self._prepare(connection)
        except BaseException:
            self.close()
            raise

    def _prepare(self, connection: Connection) -> None:
        # Replicas share tables and claims: there, an operator migrates, and claims of dead workers expire.
        if self.database.exclusive:
            migrate(connection, self._at(connection))
            queue.release_all(connection, at=self._at(connection))
            leases.release_all(connection)
            self._latest = queue.time_of_last_event(connection)
        else:
            require_current(connection)

    def close(self) -> None:
        """Closes the database, so that another process can open it."""
        self.database.close()

    def accept(
        self, request: Request, *, operations: Sequence[Json], footprint: frozenset[str], run_at: datetime | None = None
    ) -> Accepted:
        """Stores a request durably, once per key; without `run_at` it is due at once."""

        def row(at: datetime) -> dict[str, Any]:
            return intake.waiting_row(request, operations, footprint, at=at, run_at=run_at)

        return self._add(request.key, row, lambda row: {"accepted": intake.request_data(row)})

    def refuse(self, request: Request, *, operations: Sequence[Json], outcome: Json, policy: str | None = None) -> int:
        """Records a request that was refused before it was accepted, as ended and reported; returns its id."""

        def row(at: datetime) -> dict[str, Any]:
            return intake.refused_row(request, operations, outcome, policy=policy, at=at)

        def new_events(row: dict[str, Any]) -> EventData:
            return {"refused": {**intake.request_data(row), "outcome": outcome, "policy": policy}}

        return self._add(request.key, row, new_events).id

    def checkpoint(
        self,
        entry: Entry,
        *,
        operations: Sequence[Json] | None = None,
        rule: str | None = None,
        policy: str | None = None,
        plan: Json | None = None,
        began: bool = False,
        card: Json | None = None,
        outcome: Json | None = None,
        about: int | None = None,
        targets: Collection[str] | None = None,
        durable: bool = True,
    ) -> Entry:
        """Stores what is known of a claimed entry and renews the lease; None leaves a value as it is.

        Args:
            began: once stored as True, it stays so.
            targets: PBX objects to lock until the entry ends.
            durable: as for `Database.writing`.

        Raises:
            TargetTaken: another entry holds the lock of a target; this one was released, to be claimed after it.
        """
        values: dict[str, Any] = {
            "operations": operations,
            "rule": rule,
            "policy": policy,
            "plan": plan,
            "began": began or None,
        }
        values |= {"card": card, "outcome": outcome, "about": about}
        values = {name: value for name, value in values.items() if value is not None}
        return self._update(entry, values, targets, durable=durable)

    def schedule(
        self,
        entry: Entry,
        run_at: datetime,
        due_at: datetime | None = None,
        *,
        shifts: Sequence[Reschedule] = (),
        **known: Any,
    ) -> None:
        """Releases a claimed entry until `due_at` or `run_at`; until then it blocks no other entry.

        Args:
            shifts: other scheduled entries to move in the same commit; as `end`, raises StalePlan.
            known: values to store, as for `checkpoint`.
        """
        when = {"state": State.SCHEDULED, "run_at": run_at, "due_at": due_at or run_at}
        values = {**known, **when, "owner": None, "lease_until": None}
        new_events = {**checkpoint_events(known), "scheduled": {"run_at": run_at.isoformat()}}
        with self._writing() as connection:
            now = self._at(connection)
            target_locks.unlock(connection, entry.id)
            queue.update_claimed(connection, entry, values, new_events=new_events, at=now)
            if "plan" in known:
                changed_targets.store(connection, entry.id, known["plan"])
            for shift in shifts:
                intake.reschedule(connection, shift, by=entry, at=now)

    def record_failure(self, entry: Entry, reason: str) -> tuple[Entry, datetime]:
        """Stores why a claimed entry could not be carried out, and since when; only the first failure is an event.

        Returns:
            The entry, and the time now, at which it was still claimed.
        """
        first = entry.failing_since is None
        with self._writing() as connection:
            now = self._at(connection)
            values: dict[str, Any] = {"failing_since": entry.failing_since or now, "failure": reason}
            new_events = {"failing": {"reason": reason}} if first else {}
            queue.update_claimed(connection, entry, values, new_events=new_events, at=now)
        return replace(entry, **values), now

    def mark_failure_told(self, entry: Entry) -> Entry:
        """Stores that people were told in Slack that the claimed entry fails."""
        return self._update(entry, {"failure_told": True})

    def end(
        self,
        entry: Entry,
        state: State,
        outcome: Json,
        *,
        follow_up: FollowUp | None = None,
        shifts: Sequence[Reschedule] = (),
        flags: Mapping[str, str | None] | None = None,
        schedule_updates: Sequence[ScheduleUpdate] = (),
    ) -> Entry:
        """Ends a claimed entry, whose outcome is still to be reported; an entry in state UNKNOWN can end again.

        Args:
            follow_up: a request to accept in the same commit.
            shifts: scheduled entries to move or cancel in the same commit.
            flags: text by name; None deletes the flag.
            schedule_updates: schedules to store in the same commit.

        Raises:
            Moved: a scheduled entry was changed since it was read; nothing has ended.
        """
        if not state.ended:
            raise ValueError(f"{state} is no end")
        new_events = {"ended": {"state": state, "outcome": outcome}}
        with self._writing() as connection:
            now = self._at(connection)
            values = dict[str, Any](state=state, outcome=outcome, ended_at=now, lease_until=now + self.lease)
            parameters = values | {"same_state": state}
            queue.update_claimed(connection, entry, parameters, queue.IF_NOT_ENDED, new_events=new_events, at=now)
            ended = replace(entry, **values)
            intake.free_footprint(connection, entry.id)
            for name, text in (flags or {}).items():
                intake.set_flag(connection, name, text, by=ended, at=now)
            target_locks.unlock(connection, entry.id)
            for shift in shifts:
                intake.reschedule(connection, shift, by=ended, at=now)
            for one in schedule_updates:
                schedules.store(connection, one, by=ended.request.user, at=now)
            if follow_up is not None:
                intake.add_follow_up(connection, follow_up, ended, at=now)
            return ended

    def move_schedule(self, number: int, *, expected: datetime, next_at: datetime) -> bool:
        """Stores when a schedule recurs next; returns False if that has changed since it was read."""
        with self.database.writing() as connection:
            return schedules.move_next(connection, number, expected=expected, next_at=next_at)

    def move_card(self, number: int, old: Json | None, new: Json) -> None:
        """Stores where the card of an entry is now, unless it was moved since it was read; needs no claim."""
        with self.database.writing() as connection:
            intake.move_card(connection, number, old, new, at=self._at(connection))

    def mark_notified(self, entry: Entry, card: Json | None = None) -> None:
        """Marks the outcome as reported: nothing is left to do, and the response_url is deleted.

        Args:
            card: where the card is, if that is still to be stored.
        """
        known = {} if card is None else {"card": card}
        new_events = {**checkpoint_events(known), "told": None}
        with self._writing() as connection:
            now = self._at(connection)
            values = {**known, "notified_at": now, "response_url": None, "lease_until": None}
            queue.update_claimed(connection, entry, values, queue.IF_ENDED, new_events=new_events, at=now)

    def _update(
        self, entry: Entry, values: dict[str, Any], targets: Collection[str] | None = None, *, durable: bool = True
    ) -> Entry:
        ahead = [] if targets is None else [target_locks.lock_of_another(entry.id, targets)]
        with self._writing(*ahead, durable=durable) as connection:
            locked = targets is None or target_locks.lock(connection, entry.id, targets)
            now = self._at(connection)
            if locked:
                new_events = checkpoint_events(values)
                values = {**values, "lease_until": now + self.lease}
                queue.update_claimed(connection, entry, values, new_events=new_events, at=now)
                if "plan" in values:
                    changed_targets.store(connection, entry.id, values["plan"])
                return replace(entry, **values)
            queue.update_claimed(connection, entry, {"due_at": None}, queue.RELEASE, new_events={}, at=now)
        raise TargetBusy(f"Change {entry.id} waits for another one at {', '.join(sorted(targets or ()))}")

    def _add(
        self, key: str, row: Callable[[datetime], dict[str, Any]], new_events: Callable[[dict[str, Any]], EventData]
    ) -> Accepted:
        """Inserts a row; if the outcome of the commit is unclear, looks for an entry with the key."""
        added: Accepted | None = None
        try:
            with self._writing(intake.find_key(key)) as connection:
                new = row(self._at(connection))
                added = intake.add(connection, new, new_events(new))
        except JournalUnavailable:
            found = self.find(key)
            if found is None:
                raise
            return Accepted(id=found.id, fresh=added is not None and added.fresh and added.id == found.id)
        return added
