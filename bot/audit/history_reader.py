"""Reads history from the journal, the newest records first: all of it, or that of groups and members by an index."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat

from bot.audit.history import record_of
from bot.journal.events import BATCH_SIZE, EventQuery, events_among, events_before
from bot.journal.history import HistoryRecord, ShownState
from bot.journal.models import Entry
from bot.journal.reader import Reader
from bot.journal.targets import ENTRIES, WITHOUT_TARGETS
from bot.worker.card_state import card_state

SEARCHED = 200
"""Latest requests that are searched one by one; older ones are found by an index of what they were to change."""
SMALLEST_BATCH = 20
_ABOVE_ALL = 2**62


class HistoryReader:
    """Implements `History` in batches, each in a transaction of its own, so that a slow reader blocks no one."""

    def __init__(self, journal: Reader) -> None:
        self._journal, self._database = journal, journal.database

    def card(self, entry: Entry) -> ShownState | None:
        """Implements `History.card`."""
        found = card_state(self._journal, entry) if entry.outcome else None
        return ShownState(found.status, found.card.offers) if found else None

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
        """Implements `History.newest_first`; raises JournalUnavailable while iterating."""
        query = EventQuery(since=since, until=until, user=user, or_ended=since is not None or until is not None)
        all_after, sizes = 0 if targets is None else self.all_after(), _batch_sizes()
        if targets is not None and indexed:
            yield from self._of_targets(query, targets, _ABOVE_ALL if before is None else before, all_after)
            return
        while found := self._read_batch(replace(query, limit=next(sizes)), before):
            for record in found:
                if record.change <= all_after:
                    break
                yield record
            before = found[-1].change
            if targets is not None and before <= all_after:
                yield from self._of_targets(query, targets, all_after + 1, all_after)
                return

    def all_after(self) -> int:
        """Implements `History.all_after`."""
        return max(0, self._journal.newest() - SEARCHED)

    def _read_batch(self, query: EventQuery, before: int | None) -> list[HistoryRecord]:
        with self._database.reading() as connection:
            return [record_of(connection, events) for events in events_before(connection, query, before)]

    def _of_targets(
        self, query: EventQuery, targets: Callable[[], Collection[str]], before: int, all_after: int
    ) -> Iterator[HistoryRecord]:
        """Yields the records of entries with lower ids than `before` whose plans change targets.

        Args:
            all_after: of the entries with higher ids, those whose plans change nothing, or that have none, are yielded
                too: what they are about has to be read from each.
        """
        for size in _batch_sizes():
            wanted = frozenset(targets())
            with self._database.reading() as connection:
                parameters = {"before": before, "most": size}
                changing = ENTRIES.rows(connection, parameters | {"targets": list(wanted)})
                others = WITHOUT_TARGETS.rows(connection, parameters | {"after": all_after})
                found = [[row["entry_id"] for row in rows] for rows in (changing, others)]
                lowest = max((min(ids) for ids in found if len(ids) == size), default=0)
                ids = {id for each in found for id in each if id >= lowest}
                records = [record_of(connection, events) for events in events_among(connection, query, ids)]
            for record in records:
                yield record
                if not wanted.issuperset(targets()):  # what is between this record and the next one may be wanted now
                    before = record.change
                    break
            else:
                if not lowest:
                    return
                before = lowest


def _batch_sizes() -> Iterator[int]:
    """Yields how many entries to read next: few for the first page, and then more."""
    return chain((SMALLEST_BATCH, 2 * SMALLEST_BATCH, 4 * SMALLEST_BATCH), repeat(BATCH_SIZE))
