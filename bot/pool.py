"""Threads for what must not keep an ack waiting."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
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
