"""Thread pools with a fair share per user; periodic background tasks."""

import logging
import threading
from abc import ABC, abstractmethod
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as done
from contextvars import Context, copy_context
from datetime import datetime, timedelta
from typing import Any

from bot.times.model import Now, utc_now


class ThreadPool(ThreadPoolExecutor):
    """Knows whether anything is still to be done."""

    def __init__(self, name: str, threads: int) -> None:
        super().__init__(threads, thread_name_prefix=name)
        self._open: set[Future[Any]] = set()

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Next, as soon as a thread is free, on behalf of whatever the caller works for."""
        future = super().submit(copy_context().run, work, *arguments, **named)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    @property
    def idle(self) -> bool:
        """Whether all that was submitted is done."""
        return not self._open


class FairThreadPool(ThreadPool):
    """Nobody has more than `most` of its threads at once: whoever floods it waits for themselves, and others don't."""

    def __init__(self, name: str, threads: int, most: int) -> None:
        super().__init__(name, threads)
        self._most = most
        self._lock = threading.Lock()
        self._running = Counter[str]()
        self._waiting = defaultdict[str, deque[tuple[Context, Callable[[], Any]]]](deque)

    def submit_for(self, whom: str, work: Callable[[], Any]) -> None:
        """Next of theirs, in the order of asking."""
        with self._lock:
            if self._running[whom] >= self._most:
                self._waiting[whom].append((copy_context(), work))
                return
            self._running[whom] += 1
        self.submit(self._run, whom, work)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What was asked for is finished first: each that ends lets the next one in."""
        while wait and (running := tuple(self._open)):
            done(running)
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _run(self, whom: str, work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            self._let_in(whom)

    def _let_in(self, whom: str) -> None:
        with self._lock:
            if not self._waiting[whom]:
                del self._waiting[whom]
                self._running[whom] -= 1
                return
            context, work = self._waiting[whom].popleft()
        context.run(self.submit, self._run, whom, work)


log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
"""Before a journal or a Slack that is away is tried again, at least."""
NAP = timedelta(minutes=15)
"""The longest sleep: the clock that sleeps are measured by stands still while a machine does."""


class PeriodicTask(ABC):
    """It goes by this machine's clock, which is there when the journal is not; `now` stands in for it."""

    def __init__(self, name: str, now: Now | None = None) -> None:
        self.now = now or utc_now
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name)

    @abstractmethod
    def turn(self) -> datetime:
        """Do what is due; when to come back."""

    def start(self) -> None:
        """What came due while nobody ran is done at once."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its thread, once started, still runs."""
        return self._thread.ident is None or self._thread.is_alive()

    def wake(self) -> None:
        """Look at the clock again."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Finish what is under way."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                due = self.turn()
            except Exception:  # a thread that dies would never come back
                log.exception("%s met a fault in Park", self._thread.name)
                due = self.now() + 60 * AGAIN
            self._sleep(due)

    def _sleep(self, due: datetime) -> None:
        with self._changed:
            while not (self._stopping or self._woken) and (left := due - self.now()) > timedelta():
                self._changed.wait(min(left, NAP).total_seconds())
            self._woken = False
