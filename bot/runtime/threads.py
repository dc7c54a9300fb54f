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
from typing import Any, Protocol, TypeVar

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


class KeyedLocks:
    """Locks by number: as many as threads may hold at once, however many numbers there are."""

    def __init__(self, count: int = 64) -> None:
        self._locks = tuple(threading.Lock() for _ in range(count))

    def of(self, number: int) -> threading.Lock:
        """Returns the lock of a number, which some others share."""
        return self._locks[number % len(self._locks)]


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


def side_by_side(first: Callable[[], F], second: Callable[[], S], *others: Callable[[], object]) -> tuple[F, S]:
    """Runs calls at once, all but the first in threads of their own; raises the error of the first one that fails."""
    beside = _start(second)
    started: list[Future[Any]] = [beside, *map(_start, others)]
    try:
        result = first()
    finally:
        wait_for_futures(started)
    for one in started:
        one.result()
    return result, beside.result()


def _start(call: Callable[[], S]) -> Future[S]:
    """Runs a call in a thread of its own, with the caller's context variables."""
    future = Future[S]()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # for whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=copy_context().run, args=(run,), name="beside").start()
    return future


class Turns(Protocol):
    """Runs the turns of several tasks."""

    def add(self, task: "PeriodicTask") -> None:
        """Runs a task's first turn at once, and each following one when it is due."""

    def wake(self) -> None:
        """Looks which tasks are due."""

    def remove(self, task: "PeriodicTask") -> None:
        """Runs no further turn of a task, and waits for the current one."""

    def runs(self, task: "PeriodicTask") -> bool:
        """Returns whether a task gets its turns."""


class PeriodicTask(ABC):
    """Runs `turn` at the times that `turn` returns: in a thread of its own, or in those of a `TurnRunner`."""

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
        self._name, self._context = name, copy_context()
        self._due_at: datetime | None = None
        self._turns: Turns | None = None
        self._thread: threading.Thread | None = None

    @abstractmethod
    def turn(self) -> datetime:
        """Does what is due and returns when to run again."""

    def start_in(self, turns: Turns) -> None:
        """Has the first turn run at once, by what runs those of several tasks."""
        self._turns = turns
        turns.add(self)

    def start(self) -> None:
        """Starts a thread of its own, which runs the first turn at once."""
        self._thread = threading.Thread(target=self._context.run, args=(self._run,), name=self._name)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it runs or has not been started yet."""
        if self._turns is not None:
            return self._turns.runs(self)
        return self._thread is None or self._thread.is_alive()

    @property
    def is_woken(self) -> bool:
        """Whether the next turn is wanted before its time."""
        return self._woken

    @property
    def is_due(self) -> bool:
        """Whether the time of the next turn has come, by the task's clock."""
        return self._due_at is None or self.now() >= self._due_at

    def take_turn(self) -> timedelta:
        """Runs one turn in the context in which the task was made; returns the time until the next one."""
        with self._changed:
            self._woken = False
        self._due_at = self._context.copy().run(self._guarded_turn)
        return self._due_at - self.now()

    def wake(self) -> None:
        """Ends the current wait; safe in a signal handler, because the condition's lock is reentrant."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()
        if self._turns is not None:
            self._turns.wake()

    def stop(self) -> None:
        """Lets the current turn finish and ends the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._turns is not None:
            self._turns.remove(self)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._sleep(self._guarded_turn())

    def _guarded_turn(self) -> datetime:
        """Runs a turn; returns the time of the next one, which follows a fault too: nothing restarts a task."""
        try:
            return self.turn()
        except Exception:
            log.exception("%s met a fault in Park", self._name)
            DUTY_FAILURES.labels(self._name, current_pbx()).inc()
            return self.now() + self._fault_delay

    def _sleep(self, due: datetime) -> None:
        """Waits until `due`, and no longer than that is away now: the clock may be set back meanwhile."""
        end = time.monotonic() + (due - self.now()).total_seconds()
        with self._changed:
            while not (self._stopping or self._woken) and self.now() < due and (left := end - time.monotonic()) > 0:
                self._changed.wait(min(left, MAX_SLEEP.total_seconds()))
            self._woken = False
