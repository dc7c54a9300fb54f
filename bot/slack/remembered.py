"""Answers kept for a short while, for threads that ask for the same."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Asks once per key and lifetime; two threads that ask at the same moment may both do it. Errors are not kept."""

    def __init__(self, ask: Callable[[K], V], *, seconds: float, most: int = 5000) -> None:
        self._ask = ask
        self._seconds = seconds
        self._most = most
        self._known: dict[K, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        with self._lock:
            until, value = self._known.get(key, (0.0, None))
        if value is not None and time.monotonic() < until:
            return value
        fresh = self._ask(key)
        self._keep(key, fresh)
        return fresh

    def _keep(self, key: K, value: V) -> None:
        with self._lock:
            self._known.pop(key, None)
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)))
            self._known[key] = (time.monotonic() + self._seconds, value)
