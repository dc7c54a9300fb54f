"""Threads for what must not keep an ack waiting."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as done
from contextvars import Context, copy_context
from typing import Any


class Pool(ThreadPoolExecutor):
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


class FairPool(Pool):
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
