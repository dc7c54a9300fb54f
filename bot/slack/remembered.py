"""Answers kept for a short while, for threads that ask for the same."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.clock import Now, utc_now

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Asks once per key and lifetime; two threads that ask at the same moment may both do it. Errors are not kept."""

    def __init__(self, ask: Callable[[K], V], *, seconds: float, most: int = 5000, now: Now = utc_now) -> None:
        self._ask = ask
        self._lifetime = timedelta(seconds=seconds)
        self._most, self._now = most, now
        self._known: dict[K, tuple[datetime, V]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        with self._lock:
            known = self._known.get(key)
        if known is not None and self._now() < known[0]:
            return known[1]
        fresh = self._ask(key)
        self._keep(key, fresh)
        return fresh

    def recall(self, key: K, *, seconds: float) -> V | None:
        """What was told in the last `seconds`, out of date or not; asks for nothing."""
        with self._lock:
            known = self._known.get(key)
        if known is None or self._now() >= known[0] - self._lifetime + timedelta(seconds=seconds):
            return None
        return known[1]

    def _keep(self, key: K, value: V) -> None:
        with self._lock:
            self._known.pop(key, None)
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)))
            self._known[key] = (self._now() + self._lifetime, value)
