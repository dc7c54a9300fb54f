"""Claims of entries: which is taken next, and how a claim is renewed, given up or ended early."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.journal import queue, schedules, target_locks
from bot.journal.events import HEAD
from bot.journal.models import Entry
from bot.journal.prepared import Query
from bot.journal.rows import UNREADABLE
from bot.journal.watching import WatchedJournal


class ClaimingJournal(WatchedJournal):
    """Adds claims to `WatchedJournal`. Every method raises JournalUnavailable.

    Methods that take a claimed entry raise LeaseLost if another worker has claimed it since.
    """

    def claim(self, owner: str, excluded_users: Collection[str] = ()) -> Entry | None:
        """Claims the oldest entry that is due and not blocked; None if there is none.

        Args:
            owner: the worker.
            excluded_users: ids of users whose requests are left out.

        Returns:
            An entry to run, or an ended entry whose outcome is to be reported.
        """
        may_be_more = True
        while True:
            entry_id = None
            try:
                with self._writing(durable=False) as connection:  # a restart releases all claims
                    now = self._at(connection)
                    entry_id, occurrence, _ = queue.find_claimable(connection, now, excluded_users)
                    if not (may_be_more and occurrence is not None and occurrence <= now):
                        if entry_id is None:
                            return None
                        return queue.claim(connection, entry_id, owner, at=now, until=now + self.lease)
                may_be_more = self._begin_occurrences()
            except UNREADABLE as fault:
                if entry_id is None:
                    raise
                self._set_aside(entry_id, fault)

    def _begin_occurrences(self) -> bool:
        """Accepts the occurrences that are due; durably, since people see the numbers of their entries.

        Returns:
            Whether there may be more.
        """
        with self.database.writing() as connection:
            return schedules.begin_due(connection, self._at(connection))

    @contextmanager
    def _writing(self, *ahead: Query, durable: bool = True) -> Iterator[Connection]:
        """Opens a transaction that appends events; arguments as for `Database.writing`."""
        with self.database.writing(durable=durable, ahead=(HEAD, *ahead)) as connection:
            yield connection

    def renew(self, entry: Entry) -> Entry:
        """Restarts the entry's lease; not durably, since a restart ends all leases."""
        with self.database.writing(durable=False) as connection:
            now = self._at(connection)
            until = now + self.lease
            queue.update_claimed(connection, entry, {"lease_until": until}, new_events={}, at=now)
        return replace(entry, lease_until=until)

    def postpone(self, entry: Entry, due_at: datetime, *, durable: bool = True) -> None:
        """Releases a claimed entry as scheduled until `due_at`, at its unchanged time: waiting is no event.

        Args:
            durable: as for `Database.writing`; needed where something was posted since the claim.
        """
        with self.database.writing(durable=durable) as connection:
            target_locks.unlock(connection, entry.id)
            queue.postpone(connection, entry, due_at, queue.POSTPONE, at=self._at(connection))

    def release(self, entry: Entry, run_at: datetime, *, durable: bool = True) -> None:
        """Gives up the claim until `run_at`; the entry keeps its position in the queue.

        Args:
            durable: as for `Database.writing`; needed where something was posted since the claim.
        """
        with self.database.writing(durable=durable) as connection:
            queue.postpone(connection, entry, run_at, queue.POSTPONE_REPORT, at=self._at(connection))

    def retry_postponed(self) -> None:
        """Makes every entry due that is past its time: what it waited for has changed."""
        with self.database.writing() as connection:
            queue.retry_postponed(connection, self._at(connection))

    def retry_untold(self) -> None:
        """Makes every outcome that is still to be reported due now: Slack accepts messages again."""
        with self.database.writing() as connection:
            queue.retry_untold(connection, self._at(connection))
