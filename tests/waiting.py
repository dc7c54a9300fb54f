"""How long tests wait for what happens in other threads and processes, and whether chance has a part in them."""

import os
import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which what a test waits for is missing: only a failure takes so long, and a machine may be busy."""

IN_CI = "CI" in os.environ
"""Whether examples and episodes are the same in each run, so that a find there is of the change, not of chance."""


def wait_until(condition: Callable[[], object], fault: str = "it never becomes so", *, pause: float = 0.02) -> None:
    """Waits until the condition is true; raises AssertionError with the fault after PATIENCE.

    `pause` is the time between two looks, in seconds: longer for what takes long and costs CPU to look at.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, fault
        time.sleep(pause)
