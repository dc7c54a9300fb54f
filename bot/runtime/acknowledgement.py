"""Work that waits until the payload it follows from is acknowledged, so that it takes no time from that."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Work = Callable[[], object]


class Acknowledgement:
    """One acknowledgement that is still to be sent, with the work that follows it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._following: list[Work] | None = []

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Has what `after_acknowledgement` is given in this context wait for `sent`."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def follow(self, work: Work) -> None:
        """Does the work once the acknowledgement is sent; at once if it is."""
        with self._lock:
            if self._following is not None:
                self._following.append(work)
                return
        work()

    def sent(self) -> None:
        """Does the work that has waited; to be called too where the acknowledgement could not be sent."""
        with self._lock:
            following, self._following = self._following or [], None
        for work in following:
            work()


_current: ContextVar[Acknowledgement | None] = ContextVar("acknowledgement", default=None)


def after_acknowledgement(work: Work) -> None:
    """Does the work once the payload that is handled is acknowledged; at once where none is. It must not raise."""
    acknowledgement = _current.get()
    if acknowledgement is None:
        work()
    else:
        acknowledgement.follow(work)
