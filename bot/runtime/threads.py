"""Thread pools, one of them with a fair share per user, and periodic background tasks."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_futures
from contextvars import Context, copy_context
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.runtime.metrics import DUTY_FAILURES
from bot.runtime.scope import current_pbx
from bot.times.model import Clock, utc_now

log = logging.getLogger(__name__)

F = TypeVar("F")
S = TypeVar("S")

RETRY_DELAY = timedelta(minutes=1)
"""Shortest delay before a periodic task tries a journal or a Slack that is unavailable again."""
FAULT_DELAY = 60 * RETRY_DELAY
"""Delay before a periodic task runs again after an unexpected exception."""
MAX_SLEEP = timedelta(minutes=15)
"""Longest single wait: the monotonic clock that waits use stops while the machine is suspended."""


class ThreadPool(ThreadPoolExecutor):
    """A thread pool that runs work in the caller's context variables and knows whether it is idle."""

    def __init__(self, name: str, threads: int) -> None:
        super().__init__(threads, thread_name_prefix=name)
        self._open: set[Future[Any]] = set()

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Schedules `work` with a copy of the caller's context variables."""
        future = super().submit(copy_context().run, work, *arguments, **named)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    @property
    def idle(self) -> bool:
        """Whether all submitted work is done."""
        return not self._open


class FairThreadPool(ThreadPool):
    """A thread pool in which no user occupies more than `most` threads at once."""

    def __init__(self, name: str, threads: int, most: int) -> None:
        super().__init__(name, threads)
        self._most = most
        self._lock = threading.Lock()
        self._running = Counter[str]()
        self._waiting = defaultdict[str, deque[tuple[Context, Callable[[], Any]]]](deque)

    def submit_for(self, user: str, work: Callable[[], Any]) -> None:
        """Schedules `work` for a user, in the order of that user's submissions."""
        with self._lock:
            if self._running[user] >= self._most:
                self._waiting[user].append((copy_context(), work))
                return
            self._running[user] += 1
        self.submit(self._run, user, work)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finishes everything submitted, queued work included, before the threads end."""
        while wait and (running := tuple(self._open)):  # work that ends submits the next of its user's queue
            wait_for_futures(running)
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _run(self, user: str, work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            self._submit_next(user)

    def _submit_next(self, user: str) -> None:
        with self._lock:
            if not self._waiting[user]:
                del self._waiting[user]
                self._running[user] -= 1
                return
            context, work = self._waiting[user].popleft()
        context.run(self.submit, self._run, user, work)


def side_by_side(first: Callable[[], F], second: Callable[[], S]) -> tuple[F, S]:
    """Runs two calls at once, the second in a thread of its own; raises the first's error, else the second's."""
    other = Future[S]()

    def run() -> None:
        try:
            other.set_result(second())
        except BaseException as error:  # raised again below
            other.set_exception(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), name="beside")
    thread.start()
    try:
        result = first()
    finally:
        thread.join()
    return result, other.result()


class PeriodicTask(ABC):
    """Runs `turn` in a thread of its own at the times that `turn` returns."""

    def __init__(self, name: str, now: Clock | None = None, *, fault_delay: timedelta = FAULT_DELAY) -> None:
        """Prepares the thread.

        Args:
            name: the thread's name.
            now: the clock that due times are compared with; this machine's by default, because a journal's clock
                is unavailable when the journal is.
            fault_delay: how long to wait after an unexpected exception in `turn`.
        """
        self.now = now or utc_now
        self._fault_delay = fault_delay
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name=name)

    @abstractmethod
    def turn(self) -> datetime:
        """Does what is due and returns when to run again."""

    def start(self) -> None:
        """Starts the thread, which runs the first turn at once."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs or has not been started yet."""
        return self._thread.ident is None or self._thread.is_alive()

    def wake(self) -> None:
        """Ends the current wait; safe in a signal handler, because the condition's lock is reentrant."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Lets the current turn finish and ends the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                due = self.turn()
            except Exception:  # the thread must outlive any fault, for nothing restarts it
                log.exception("%s met a fault in Park", self._thread.name)
                DUTY_FAILURES.labels(self._thread.name, current_pbx()).inc()
                due = self.now() + self._fault_delay
            self._sleep(due)

    def _sleep(self, due: datetime) -> None:
        """Waits until `due`, and no longer than that is away now: the clock may be set back meanwhile."""
        end = time.monotonic() + (due - self.now()).total_seconds()
        with self._changed:
            while not (self._stopping or self._woken) and self.now() < due and (left := end - time.monotonic()) > 0:
                self._changed.wait(min(left, MAX_SLEEP.total_seconds()))
            self._woken = False
