"""Accept, claim, checkpoint, schedule, end."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from bot.errors import JournalUnavailable, TargetTaken
from bot.journal import intake, queue
from bot.journal.database import open_database
from bot.journal.events import Happened, checkpoints
from bot.journal.migrations import migrate, refuse_old
from bot.journal.models import Accepted, Entry, FollowUp, Json, Reschedule, State
from bot.journal.queue import claimable
from bot.journal.reader import Reader
from bot.journal.tables import holds
from bot.messages.request import Request
from bot.times.model import Now

LEASE = timedelta(seconds=60)
_FREE = delete(holds).where(holds.c.entry_id == bindparam("number"))


class Journal(Reader):
    """Safe to share between threads. Whatever keeps it from being written is JournalUnavailable, and may pass."""

    def __init__(self, url: str, *, lease: timedelta = LEASE, now: Now | None = None) -> None:
        """`lease` is the same for all replicas; `now` stands in for the database's clock."""
        super().__init__(open_database(url), now)
        self.lease = lease
        try:
            with self.database.writing() as connection:
                self._open(connection)
        except BaseException:
            self.close()
            raise

    def _open(self, connection: Connection) -> None:
        """Replicas share tables and leases: the tables are brought up to date on request, the leases run out."""
        if self.database.alone:
            migrate(connection)
            queue.void_all(connection, at=self._at(connection))
        else:
            refuse_old(connection)

    def close(self) -> None:
        """Let another process have it."""
        self.database.close()

    def accept(
        self, request: Request, *, asked: Sequence[Json], footprint: frozenset[str], run_at: datetime | None = None
    ) -> Accepted:
        """When this returns, the request is durable. Without `run_at` it is due at once."""

        def row(at: datetime) -> dict[str, Any]:
            return intake.accepted(request, asked, footprint, at=at, run_at=run_at)

        return self._add(request.key, row, lambda row: {"accepted": intake.said(row)})

    def refuse(self, request: Request, *, asked: Sequence[Json], outcome: Json, policy: str | None = None) -> int:
        """Record what was refused at the door; the asker has been told, and nobody needs to work on it."""

        def row(at: datetime) -> dict[str, Any]:
            return intake.refused(request, asked, outcome, policy=policy, at=at)

        return self._add(
            request.key, row, lambda row: {"refused": {**intake.said(row), "outcome": outcome, "policy": policy}}
        ).id

    def claim(self, owner: str, but_not: Collection[str] = ()) -> Entry | None:
        """Take the oldest that is due and blocked by nobody: to carry out, or, where it has ended, to tell.

        `but_not`: people whose requests are to wait.
        """
        with self.database.writing() as connection:
            now = self._at(connection)
            number = claimable(connection, now, but_not)
            if number is None:
                return None
            return queue.take(connection, number, owner, at=now, until=now + self.lease)

    def renew(self, entry: Entry) -> Entry:
        """A lease that begins now. Raise LeaseLost, as do all that follow, when another has claimed it since."""
        return self._change(entry, {})

    def checkpoint(
        self,
        entry: Entry,
        *,
        asked: Sequence[Json] | None = None,
        rule: str | None = None,
        policy: str | None = None,
        plan: Json | None = None,
        began: bool = False,
        card: Json | None = None,
        outcome: Json | None = None,
        about: int | None = None,
        targets: Collection[str] | None = None,
    ) -> Entry:
        """Make durable what is known now, and renew the lease; None leaves as it was, `began` is never taken back.

        With `targets`, the one that has them until it ends; raise TargetTaken where another has one of them.
        """
        known = {
            "asked": asked, "rule": rule, "plan": plan, "began": began or None, "card": card, "outcome": outcome,
            "about": about, "policy": policy,
        }  # fmt: skip
        known = {name: value for name, value in known.items() if value is not None}
        return self._change(entry, known) if targets is None else self._aim(entry, known, targets)

    def schedule(self, entry: Entry, run_at: datetime, due_at: datetime | None = None, **known: Any) -> None:
        """Given back, to be claimed at `due_at`, or when it is to run; until then it holds up nobody."""
        when = {"state": State.SCHEDULED, "run_at": run_at, "due_at": due_at or run_at}
        values = {**known, **when, "owner": None, "lease_until": None}
        happened = {**checkpoints(known), "scheduled": {"run_at": run_at.isoformat()}}
        with self.database.writing() as connection:
            queue.let_go(connection, entry.id)
            queue.change(connection, entry, values, happened=happened, at=self._at(connection))

    def end(
        self,
        entry: Entry,
        state: State,
        outcome: Json,
        *,
        follow_up: FollowUp | None = None,
        shifts: Sequence[Reschedule] = (),
        flags: Mapping[str, str | None] | None = None,
    ) -> Entry:
        """Settled and still to be told; the footprint is free. What was UNSETTLED may end again, once it is known.

        In the same commit a `follow_up` is accepted, scheduled entries get other times, and flags are put up or taken
        down; raise Moved where an entry no longer stands as it was seen: then nothing has ended.
        """
        if not state.ended:
            raise ValueError(f"{state} is no end")
        happened = {"ended": {"state": state, "outcome": outcome}}
        with self.database.writing() as connection:
            now = self._at(connection)
            values = dict[str, Any](state=state, outcome=outcome, ended_at=now, lease_until=now + self.lease)
            queue.change(connection, entry, values | {"same": state}, queue.UNENDED, happened=happened, at=now)
            ended = replace(entry, **values)
            connection.execute(_FREE, {"number": entry.id})
            for name, text in (flags or {}).items():
                intake.put(connection, name, text, by=ended, at=now)
            queue.let_go(connection, entry.id)
            for shift in shifts:
                intake.shift(connection, shift, by=ended, at=now)
            if follow_up is not None:
                intake.follow(connection, follow_up, ended, at=now)
            return ended

    def writable(self) -> bool:
        """Whether the journal takes writes now."""
        try:
            with self.database.writing() as connection:
                queue.try_to_write(connection)
        except JournalUnavailable:
            return False
        return True

    def backlog(self) -> tuple[dict[str, int], timedelta] | None:
        """Unfinished entries by state, and for how long the oldest has been due; None where it can't be read."""
        try:
            now = self.now()
            with self.database.reading() as connection:
                found = queue.backlog(connection, now)
        except JournalUnavailable:
            return None
        return found.depth, found.oldest

    def told(self, entry: Entry) -> None:
        """The confirmation stands: nothing is left to do, and the response_url is dropped."""
        with self.database.writing() as connection:
            now = self._at(connection)
            values = {"told_at": now, "response_url": None, "lease_until": None}
            queue.change(connection, entry, values, queue.ENDED, happened={"told": None}, at=now)

    def release(self, entry: Entry, run_at: datetime) -> None:
        """Give it back, to be claimed again from then on; it keeps its place before those that came later."""
        due, happened = {"due_at": run_at}, {"released": {"until": run_at.isoformat()}}
        with self.database.writing() as connection:
            queue.change(connection, entry, due, queue.GIVEN_BACK, happened=happened, at=self._at(connection))

    def _change(self, entry: Entry, known: dict[str, Any]) -> Entry:
        with self.database.writing() as connection:
            return self._write(connection, entry, known)

    def _aim(self, entry: Entry, known: dict[str, Any], targets: Collection[str]) -> Entry:
        with self.database.writing() as connection:
            if queue.take_targets(connection, entry.id, targets):
                return self._write(connection, entry, known)
            due, happened = {"due_at": None}, {"released": {"until": "its target is free"}}
            queue.change(connection, entry, due, queue.GIVEN_BACK, happened=happened, at=self._at(connection))
        raise TargetTaken(f"Change {entry.id} waits for another one at {', '.join(sorted(targets))}")

    def _write(self, connection: Connection, entry: Entry, known: dict[str, Any]) -> Entry:
        now = self._at(connection)
        values = {**known, "lease_until": now + self.lease}
        queue.change(connection, entry, values, happened=checkpoints(known), at=now)
        return replace(entry, **values)

    def _add(
        self, key: str, row: Callable[[datetime], dict[str, Any]], happened: Callable[[dict[str, Any]], Happened]
    ) -> Accepted:
        """After a commit whose outcome is unclear the key is looked up: what is there was accepted."""
        ours: Accepted | None = None
        try:
            with self.database.writing() as connection:
                new = row(self._at(connection))
                ours = intake.add(connection, new, happened(new))
        except JournalUnavailable:
            found = self.find(key)
            if found is None:
                raise
            return Accepted(id=found.id, fresh=ours is not None and ours.fresh and ours.id == found.id)
        return ours
