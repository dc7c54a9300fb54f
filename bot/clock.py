"""What time it is: one clock for the journal, the worker and all who reckon with times, so that one can be set."""

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Aware, in UTC."""


def utc_now() -> datetime:
    """The machine's own."""
    return datetime.now(UTC)
