"""Threads that claim entries and renew leases."""

import logging
import threading
import time
import uuid
from collections import Counter
from datetime import timedelta

from bot.errors import JournalUnavailable, LeaseLost, ParkError
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.runtime.logs import request_logging
from bot.worker.processor import EntryProcessor

log = logging.getLogger(__name__)

THREADS = 8
"""Changes under way at once; those that touch the same thing wait for each other anyway."""
MOST_OF_ONE = 5
"""Of these, one person's at most: whoever floods Park waits for themselves, and leaves three threads to the others."""
RECOVERY = timedelta(seconds=1)
"""Before a journal that could not be read is tried again."""
NAP = timedelta(minutes=1)
"""The longest sleep: a machine that was asleep itself, or whose clock was set, is not to be late by hours."""
RENEWALS = 4
"""Of a lease, before it is over."""
COURTESY = timedelta(milliseconds=2)
"""From being woken to looking: the acknowledgement of what woke it goes out first, without two threads at it."""
LOOK = timedelta(seconds=3)
"""Between two looks for what another replica left: one query of what waits, by an index."""


class Worker:
    """Claims what is due, settles it, and sleeps until there is more."""

    def __init__(self, journal: Journal, processor: EntryProcessor, *, threads: int = THREADS) -> None:
        self.journal, self.processor = journal, processor
        self._held: dict[int, Entry] = {}  # by thread
        self.owner = uuid.uuid4().hex
        self._claiming = threading.Lock()
        self._changed = threading.Condition()  # the idle wait here, and nobody else: who is woken looks
        self._woken = 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, name=f"worker-{number}") for number in range(threads)]
        self._ended = threading.Event()
        self._beside = [threading.Thread(target=self._keep_leases, name="lease-keeper")]
        if not journal.database.alone:
            self._beside.append(threading.Thread(target=self._look_out, name="lookout"))

    def start(self) -> None:
        """Work off what an earlier process left, then what comes."""
        for thread in (*self._threads, *self._beside):
            thread.start()

    def wake(self) -> None:
        """There is work: for one thread, which wakes the next when it has found some. Whoever ends one looks again.

        So of the idle threads one always knows when something is due next: that which looked last.
        """
        with self._changed:
            self._woken += 1
            self._changed.notify()

    def stop(self) -> None:
        """Finish what is running and take nothing new."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._ended.set()
        for thread in self._beside:
            thread.join()

    @property
    def alive(self) -> bool:
        """Whether every thread of it is."""
        return all(thread.is_alive() for thread in (*self._threads, *self._beside))

    def _run(self) -> None:
        while not self._stopping.is_set():
            seen = self._woken
            try:
                due = self.journal.due_in(self._busy())  # to look keeps nobody from writing
                entry = self._claim() if due == timedelta(0) else None
            except JournalUnavailable:
                log.exception("the journal can't be read; trying again")
                self._stopping.wait(RECOVERY.total_seconds())
                continue
            if entry is None:
                self._sleep(seen, due)
                continue
            self.wake()  # there may be more
            with request_logging(entry.request, entry.id):
                self._work(entry)

    def _claim(self) -> Entry | None:
        """One thread at a time: who is busy changes with each claim."""
        with self._claiming:
            entry = self.journal.claim(self.owner, self._busy())
            if entry is not None:
                self._held[threading.get_ident()] = entry
        return entry

    def _busy(self) -> list[str]:
        """People of whom no more can be done at once; when one of theirs ends, its thread looks for the next."""
        hands = Counter(entry.request.user for entry in tuple(self._held.values()))
        return [user for user, number in hands.items() if number >= MOST_OF_ONE]

    def _work(self, entry: Entry) -> None:
        log.info("change %d is taken up, attempt %d; asked for by %s", entry.id, entry.attempt, entry.request.source)
        try:
            self.processor.settle(entry)
        except LeaseLost:
            log.warning("change %d was taken over by another worker", entry.id)
        except JournalUnavailable:
            log.exception("change %d could not be recorded; it is given back as soon as that can be", entry.id)
            self._give_back(entry)
        except Exception:  # a thread that dies would leave one hand fewer for every other change
            log.exception("change %d met a fault in Park; it is taken up again when its lease has run out", entry.id)
        finally:
            del self._held[threading.get_ident()]

    def _keep_leases(self) -> None:
        """What takes longer than a lease, as a search through many groups on a slow PBX, still is in our hands."""
        while not self._ended.wait(self.journal.lease.total_seconds() / RENEWALS):
            for entry in tuple(self._held.values()):
                try:
                    self.journal.renew(entry)
                except ParkError as fault:
                    log.info("change %d: its lease was not renewed: %s", entry.id, fault)

    def _look_out(self) -> None:
        """A replica that dies, or stops, leaves what nobody else was told of."""
        while not self._ended.wait(LOOK.total_seconds()):
            try:
                if self.journal.due_in() == timedelta(0):
                    self.wake()
            except JournalUnavailable as fault:
                log.info("the journal can't be read: %s", fault)

    def _give_back(self, entry: Entry) -> None:
        """As soon as the journal can be written; a lease that runs out before that does the same."""
        while not self._stopping.wait(RECOVERY.total_seconds()):
            try:
                return self.journal.release(entry, self.journal.now())
            except JournalUnavailable:
                log.warning("change %d can't be given back yet", entry.id)
            except LeaseLost:
                return None
        return None

    def _sleep(self, seen: int, due: timedelta | None) -> None:
        """Until something is due or somebody wakes; `seen`, from before the look, closes the gap between the two."""
        left = NAP if due is None else min(due, NAP)
        with self._changed:
            if self._woken == seen and not self._stopping.is_set():
                self._changed.wait(max(left.total_seconds(), 0.01))
        time.sleep(COURTESY.total_seconds())
