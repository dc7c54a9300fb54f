"""The threads that claim journal entries, process them and renew their leases."""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta

from bot.errors import JournalUnavailable, LeaseLost, ParkError
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.runtime.logs import request_logging
from bot.worker.processor import EntryProcessor

log = logging.getLogger(__name__)

THREADS = 8
"""Most entries processed at once, each by a thread; entries whose footprints overlap wait for each other."""
THREADS_PER_USER = 5
"""Of these, the most that one user's requests occupy, so that three threads are left for other users."""
JOURNAL_RETRY = timedelta(seconds=1)
"""Delay before an unavailable journal is tried again."""
MAX_SLEEP = timedelta(minutes=1)
"""Longest time between two looks at the journal: the machine may have been suspended, or its clock set."""
RENEWALS_PER_LEASE = 4
"""How often a lease is renewed within its duration."""
POLL_INTERVAL = timedelta(seconds=3)
"""Interval at which entries left by another replica are looked for; costs one indexed query."""


class Worker:
    """Claims and processes entries that are due; sleeps until one is due or a request arrives."""

    def __init__(self, journal: Journal, processor: EntryProcessor, *, threads: int = THREADS) -> None:
        self.journal, self.processor = journal, processor
        self.owner = uuid.uuid4().hex
        self._claimed: dict[int, Entry] = {}  # by thread
        self._claiming = threading.Lock()
        self._changed = threading.Condition()  # only idle threads wait here, so a notification reaches one of them
        self._wake_ups = self._idle = 0
        self._is_expected = True  # whether an entry was accepted since a thread has begun to claim
        self._stopping = threading.Event()
        self._most, self._threads = threads, list[threading.Thread]()
        self._started = False
        self._stopped = threading.Event()
        self._context = copy_context()  # names the PBX in the logs of all threads
        self._renewal: threading.Thread | None = None
        self._background = [] if journal.database.exclusive else [self._thread(self._poll, "journal-poll")]

    def start(self) -> None:
        """Starts the first thread; entries left by an earlier process are claimed first."""
        for thread in self._background:
            thread.start()
        self._started = True
        self.wake()

    def follow_calendars(self) -> None:
        """Stores when schedules recur by the days that calendars have by now; raises JournalUnavailable."""
        moved = [
            one.number
            for one, at in list(self.processor.planner.repository.schedules.moved())
            if one.stored.next_at and self.journal.move_schedule(one.number, expected=one.stored.next_at, next_at=at)
        ]
        if moved:
            self.wake()  # before the cards are drawn, which may take longer than until the first of these times
        for number in moved:
            self.processor.notifier.redraw_root(self.journal.get(number))

    def wake(self) -> None:
        """Wakes one idle thread, or starts another, for an entry that may be claimed at once.

        It wakes the next one if it claims an entry. The idle thread that read the journal last always knows when the
        next entry is due.
        """
        self._wake_one(is_expected=True)

    def _wake_one(self, *, is_expected: bool) -> None:
        with self._changed:
            self._wake_ups += 1
            self._is_expected |= is_expected
            self._changed.notify()
            if self._idle or not self._started or self._stopping.is_set():
                return
            if len(self._threads) < self._most:
                thread = self._thread(self._run, f"worker-{len(self._threads)}")
                self._threads.append(thread)
                thread.start()

    def _thread(self, run: Callable[[], None], name: str) -> threading.Thread:
        return threading.Thread(target=self._context.copy().run, args=(run,), name=name)

    def retry_postponed(self) -> None:
        """Has what is past its time tried again at once, after Park has signed in to the PBX again."""
        self._retry_now(self.journal.retry_postponed)

    def retry_untold(self) -> None:
        """Has every outcome that could not be posted tried again at once, after Slack accepts messages again."""
        self._retry_now(self.journal.retry_untold)

    def _retry_now(self, make_due: Callable[[], None]) -> None:
        try:
            make_due()
        except JournalUnavailable as fault:
            log.warning("what waits is tried again at its time: %s", fault)
        self.wake()

    def stop(self) -> None:
        """Finishes the claimed entries and claims no others; their leases are renewed until then."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._stopped.set()
        for thread in (*self._background, *filter(None, (self._renewal,))):
            if thread.ident is not None:  # it was started
                thread.join()

    @property
    def asleep(self) -> bool:
        """Whether no thread does anything, until an entry is due or a request arrives."""
        with self._changed:
            return self._idle == len(self._threads)

    @property
    def alive(self) -> bool:
        """Whether all threads are running that were started."""
        if (renewal := self._renewal) is not None and not renewal.is_alive() and renewal is self._renewal:
            return False  # one that ends since nothing is claimed is not the current one any more
        return bool(self._threads) and all(thread.is_alive() for thread in (*self._threads, *self._background))

    def _run(self) -> None:
        while not self._stopping.is_set():
            wake_ups, busy = self._wake_ups, bool(self._claimed)
            try:
                entry, due = self._next()
            except Exception:  # nothing restarts the thread
                log.exception("the journal can't be read; trying again")
                self._stopping.wait(JOURNAL_RETRY.total_seconds())
                continue
            if entry is None:
                if not busy and not self._claimed:
                    self.processor.progress.interrupted()
                self._sleep(wake_ups, due)
                continue
            self._wake_one(is_expected=False)  # more entries may be due
            with request_logging(entry.request, entry.id):
                self._process(entry)

    def _next(self) -> tuple[Entry | None, timedelta | None]:
        """Claims the next entry; returns None and the time until one is due, if any, where there is none.

        Where none is expected, the journal is read first: claiming would block other writers.
        """
        with self._changed:
            is_expected, self._is_expected = self._is_expected, False
        if is_expected and (entry := self._claim()) is not None:
            return entry, None
        due = self.journal.due_in(self._users_at_limit())
        return (self._claim() if due == timedelta(0) else None), due

    def _claim(self) -> Entry | None:
        """Claims the next entry; one thread at a time, since each claim counts against a user's limit."""
        with self._claiming:
            entry = self.journal.claim(self.owner, self._users_at_limit())
            if entry is not None:
                self._claimed[threading.get_ident()] = entry
                if self._renewal is None:
                    renewal = self._thread(self._renew_leases, "lease-renewal")
                    renewal.start()
                    self._renewal = renewal
                if entry.lease_until is not None:
                    self.processor.progress.claimed(entry.lease_until - self.journal.lease)
        return entry

    def _users_at_limit(self) -> list[str]:
        """Returns the users who occupy as many threads as one user may."""
        occupied = Counter(entry.request.user for entry in tuple(self._claimed.values()))
        return [user for user, number in occupied.items() if number >= THREADS_PER_USER]

    def _process(self, entry: Entry) -> None:
        log.info("change %d is taken up, attempt %d; asked for by %s", entry.id, entry.attempt, entry.request.source)
        try:
            self.processor.process(entry)
        except LeaseLost:
            log.warning("change %d was taken over by another worker", entry.id)
        except JournalUnavailable:
            log.exception("change %d could not be recorded; it is given back as soon as that can be", entry.id)
            self._release(entry)
        except Exception:  # a bug must not end the thread
            log.exception("change %d met a fault in Park; it is taken up again when its lease has run out", entry.id)
        finally:
            del self._claimed[threading.get_ident()]

    def _renew_leases(self) -> None:
        """Keeps the leases of entries that take longer, such as a search through many groups on a slow PBX.

        Ends when nothing is claimed any more: the next claim starts another thread.
        """
        while not self._stopped.wait(self.journal.lease.total_seconds() / RENEWALS_PER_LEASE):
            with self._claiming:
                if not self._claimed:
                    self._renewal = None
                    return
            for entry in tuple(self._claimed.values()):
                try:
                    self.journal.renew(entry)
                except ParkError as fault:
                    log.info("change %d: its lease was not renewed: %s", entry.id, fault)

    def _poll(self) -> None:
        """Looks for entries that another replica left when it died or stopped: nothing else announces them."""
        while not self._stopped.wait(POLL_INTERVAL.total_seconds()):
            try:
                if self.journal.due_in() == timedelta(0):
                    self.wake()
            except JournalUnavailable as fault:
                log.info("the journal can't be read: %s", fault)

    def _release(self, entry: Entry) -> None:
        """Releases the entry once the journal can be written, unless its lease expires first."""
        while not self._stopping.wait(JOURNAL_RETRY.total_seconds()):
            try:
                self.journal.release(entry, self.journal.now())
            except JournalUnavailable:
                log.warning("change %d can't be given back yet", entry.id)
            except LeaseLost:
                return
            else:
                return

    def _sleep(self, wake_ups: int, due: timedelta | None) -> None:
        """Sleeps until something is due or a thread is woken.

        Args:
            wake_ups: The number of wake-ups before the journal was read; one since then means no sleep.
            due: The time until the next entry is due; None if no entry is scheduled.
        """
        left = MAX_SLEEP if due is None else min(due, MAX_SLEEP)
        with self._changed:
            if self._wake_ups == wake_ups and not self._stopping.is_set():
                self._idle += 1
                self._changed.wait(max(left.total_seconds(), 0.01))
                self._idle -= 1
