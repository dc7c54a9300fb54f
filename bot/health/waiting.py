"""The journal's backlog, counted when it is asked for."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.errors import JournalUnavailable
from bot.journal import Journal
from bot.journal.backlog import Backlog, backlog


class Waiting(Collector):
    """A journal that can't be read is no reason to hide the other metrics."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._backlog()
        yield GaugeMetricFamily("park_journal_up", "Whether the journal could be read.", int(found is not None))
        if found is None:
            return
        depth = GaugeMetricFamily("park_journal_depth", "What is not yet done and told, by state.", labels=["state"])
        for state, number in found.depth.items():
            depth.add_metric([state], number)
        yield depth
        yield GaugeMetricFamily(
            "park_oldest_waiting_seconds",
            "How long the change that waits longest has been due; 0 where none is.",
            found.oldest.total_seconds(),
        )

    def _backlog(self) -> Backlog | None:
        try:
            now = self.journal.now()
            with self.journal.database.reading() as connection:
                return backlog(connection, now)
        except JournalUnavailable:
            return None
