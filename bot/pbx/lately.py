"""What a card mentions beside the change: the server's times and the star codes, seconds old at most."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.pbx.client import PBX
from bot.pbx.models import FeatureCode, ParkServer

T = TypeVar("T")

LIFETIME = 60.0
"""Seconds: as long as a name's in the directory."""


class Kept(Generic[T]):
    """One reading, shared by whoever asks while it is fresh."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        """Read anew where it is older than LIFETIME."""
        with self._lock:
            if self._kept is None or self._clock() - self._kept[0] > LIFETIME:
                self._kept = (self._clock(), self._read())
            return self._kept[1]

    def forget(self) -> None:
        """After a change."""
        with self._lock:
            self._kept = None


class Lately:
    """For words only: a change reads for itself."""

    def __init__(self, pbx: PBX) -> None:
        self.server: Kept[ParkServer] = Kept(pbx.server)
        self.feature_codes: Kept[tuple[FeatureCode, ...]] = Kept(pbx.feature_codes)
