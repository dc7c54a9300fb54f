"""How long one call may still take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""One that goes on while the machine sleeps, where there is one."""
_latest: ContextVar[float] = ContextVar("latest", default=inf)


def moment() -> float:
    """Now, in seconds since any time."""
    return time.clock_gettime(_CLOCK)


@contextmanager
def over_by(latest: float | None) -> Iterator[None]:
    """Every deadline that this thread sets meanwhile ends by that moment."""
    token = _latest.set(inf if latest is None else latest)
    try:
        yield
    finally:
        _latest.reset(token)


class Deadline:
    """A moment `seconds` from now, by the wall's clock and not by the sum of anybody's time-outs."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = min(moment() + seconds, _latest.get())

    def left(self) -> float:
        """Seconds, never below 0."""
        return max(0.0, self._end - moment())
