"""Many threads of one process, and many requests: each claimed once, none overlapping, in order."""

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.journal import postgresql, sqlite
from bot.journal.journal import Journal
from bot.journal.models import Accepted, Entry, State
from tests.journal.making import OPERATIONS, make_request
from tests.waiting import PATIENCE

THREADS, ENTRIES = 8, 50
NAMES = ["sales", "support", "night", "1001", "1002", "1003", "server"]


class Log:
    """What threads saw of each other while they worked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.busy: set[str] = set()
        self.order: dict[str, list[int]] = defaultdict(list)
        self.claimed: list[int] = []
        self.overlaps: list[int] = []
        self.most = self._now = 0
        self.two_at_once = threading.Event()
        self._ended = threading.Condition(self._lock)

    def begin(self, entry: Entry) -> None:
        with self._lock:
            if self.busy & entry.footprint:
                self.overlaps.append(entry.id)
            self.busy |= entry.footprint
            self.claimed.append(entry.id)
            for name in entry.footprint:
                self.order[name].append(entry.id)
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now > 1:
                self.two_at_once.set()
        self.two_at_once.wait(PATIENCE)  # a slow machine may run one thread for long before another gets its turn

    def end(self, entry: Entry) -> None:
        with self._ended:
            self.busy -= entry.footprint
            self._now -= 1
            self._ended.notify_all()

    def wait(self) -> None:
        """Waits until an entry that others wait for has ended, which the journal may know a little later."""
        with self._ended:
            self._ended.wait(0.02)


def test_eight_threads_claim_fifty_each_once_and_overlapping_ones_in_order(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sqlite, postgresql):  # locks are not fair: on a slow machine a turn to write may take longer
        monkeypatch.setattr(module, "WRITE_TIMEOUT", 60.0)
    journal, log, chance = Journal(address), Log(), random.Random(7)
    for number in range(ENTRIES):
        footprint = frozenset(chance.sample(NAMES, chance.randint(0, 3)))
        journal.accept(make_request(str(number)), operations=OPERATIONS, footprint=footprint)
    _in_threads(lambda: _run_all(journal, log))
    journal.close()
    assert Counter(log.claimed) == Counter(range(1, ENTRIES + 1))
    assert log.overlaps == []
    assert all(order == sorted(order) for order in log.order.values())
    assert log.most > 1


def _run_all(journal: Journal, log: Log) -> None:
    owner = threading.current_thread().name
    while journal.waiting():
        entry = journal.claim(owner)
        if entry is None:
            log.wait()
            continue
        log.begin(entry)
        entry = journal.checkpoint(entry, began=True)
        log.end(entry)
        journal.mark_notified(journal.end(entry, State.DONE, {"by": owner}))


def test_one_delivery_that_comes_through_many_threads_at_once_is_fresh_once(address: str) -> None:
    journal = Journal(address)
    barrier = threading.Barrier(THREADS)

    def deliver() -> Accepted:
        barrier.wait()
        return journal.accept(make_request("same"), operations=OPERATIONS, footprint=frozenset({"sales"}))

    answers = _in_threads(deliver)
    journal.close()
    assert {answer.id for answer in answers} == {1}
    assert sum(answer.fresh for answer in answers) == 1


def _in_threads(work: Callable[[], Accepted | None]) -> list[Accepted]:
    with ThreadPoolExecutor(THREADS) as pool:
        answers = [future.result() for future in [pool.submit(work) for _ in range(THREADS)]]
    return [answer for answer in answers if answer is not None]
