"""What texts need to know of a recurrence, to say it in their language."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import NamedTuple


class Repetition(NamedTuple):
    """A recurrence with exact times: on which days, from when to when, between which days."""

    line: str
    """As it is typed in a line, in English."""
    rules: tuple[Mapping[str, str], ...]
    """The parts of its rules (RFC 5545), such as FREQ and BYDAY; empty for dates and calendars."""
    dates: tuple[date, ...]
    """The dates on which it happens once; empty for rules and calendars."""
    calendar: str
    """The holiday calendar on whose days it happens; empty for rules and dates."""
    besides: str
    """The holiday calendar whose days are left out, or added if `outside`; empty for none."""
    outside: bool
    """Whether the time between the occurrences is meant."""
    begins: time | None
    """None for the whole day."""
    ends: time | None
    lasts: timedelta | None
    """Elapsed time, in place of `ends`."""
    last_weekday: int | None
    """The day on which it ends, 0 for Monday, where that is said: Friday 18:00 to Monday 8:00."""
    first: date | None
    until: date | None
    zone: str
    """Empty where it is that of the reader."""
