"""How often something is tried."""

import time

_LONGEST = 10.0
"""Seconds between two attempts, at most."""
_A_WHILE = 60.0
"""Seconds after which an attempt counts as the first again."""


class Pace:
    """Two attempts at once after a quiet while, and further ones after longer and longer pauses."""

    def __init__(self) -> None:
        self._attempts, self._last = 0, float("-inf")

    def pause(self) -> float:
        """Seconds to wait before the attempt that is made now."""
        now = time.monotonic()
        self._attempts = self._attempts + 1 if now - self._last < _A_WHILE else 0
        self._last = now
        return min(2.0 ** (self._attempts - 2), _LONGEST) if self._attempts > 1 else 0.0
