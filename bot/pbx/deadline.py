"""How long one call may still take."""

import time


class Deadline:
    """A moment `seconds` from now, by the wall's clock and not by the sum of anybody's time-outs."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, never below 0."""
        return max(0.0, self._end - time.monotonic())
