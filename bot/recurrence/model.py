"""Recurrence: on which days a change begins, from when to when, in which zone."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol, Self

from pydantic import Field, model_validator

from bot.times.model import Day, Duration, NamedClock, TimeValue

if TYPE_CHECKING:
    from dateutil.rrule import rruleset

WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY_DAY, EVERY_WEEKDAY = "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_FORBIDDEN = ("DTSTART", "UNTIL", "BYHOUR", "BYMINUTE", "BYSECOND", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY")
HOLIDAYS = "holidays"
"""The calendar that is meant where a line names none."""
Bound = Literal["begins", "ends"]
MAX_OVER = 6
"""Days that an occurrence may last beyond the next one: a week without a break would have no end."""


class Calendars(Protocol):
    """The holidays that the policy or the environment names."""

    def names(self) -> tuple[str, ...]:
        """The names of the calendars."""

    def days(self, name: str, first: date, last: date) -> dict[date, str]:
        """The holidays of a calendar from `first` to `last`, with their names; none for an unknown calendar."""


class NoCalendars:
    """Calendars of an installation that names none."""

    def names(self) -> tuple[str, ...]:
        return ()

    def days(self, name: str, first: date, last: date) -> dict[date, str]:
        return {}


class Recurrence(TimeValue):
    """The days on which a change begins, from when to when on each, and the zone of those clocks.

    As it is read from a line, days, times and the zone may depend on who asks and when; `settle` makes them exact.
    """

    rule: str = ""
    """RFC 5545: an RRULE without DTSTART and UNTIL, several of one date each, or an RDATE; empty for a calendar."""
    calendar: str | None = None
    """Name of a holiday calendar, whose days it repeats on."""
    besides: str | None = None
    """Name of a holiday calendar, whose days are left out of the rule."""
    outside: bool = False
    """Whether the time between the occurrences is meant, not the occurrences: outside business hours."""
    begins: time | NamedClock | None = None
    """None for the whole day."""
    ends: time | NamedClock | None = None
    """On the next day where it is not after `begins`."""
    over: int = Field(default=0, ge=0, le=MAX_OVER)
    """How many days after the day it begins on it ends, where that is said: Friday 18:00 to Monday 8:00 is 3."""
    lasts: timedelta | None = None
    """Elapsed time, in place of `ends`."""
    bare: tuple[Bound, ...] = ()
    """Which of the two times leaves its half of the day open, as in 6 to 8."""
    zone: str | None = None
    """IANA time zone; None until the line is settled for its asker, unless it was said."""
    first: date | Day | None = None
    """First day on which it may begin; None if any may be."""
    until: date | Day | Duration | None = None
    """Last day on which it begins; None if it has no end."""
    skipped_until: datetime | None = None
    """Occurrences that begin before this instant are left out, because people have skipped them."""

    @property
    def is_settled(self) -> bool:
        """Whether it means the same to everybody at any time."""
        clocks = (self.begins, self.ends)
        dates = (self.first, self.until)
        return (
            self.zone is not None
            and not self.bare
            and "COUNT=" not in self.rule
            and all(clock is None or isinstance(clock, time) for clock in clocks)
            and all(day is None or isinstance(day, date) for day in dates)
            and (self.first is not None or "INTERVAL=" not in self.rule)
        )

    @property
    def is_whole_day(self) -> bool:
        """Whether it lasts from midnight to midnight."""
        return self.begins is None

    @model_validator(mode="after")
    def _has_days_and_a_length(self) -> Self:
        if bool(self.rule) == (self.calendar is not None):
            raise ValueError("A recurrence has a rule or a calendar.")
        if self.rule:
            _ = days_of(self.rule, date(2000, 1, 1))
        if self.begins is None and (self.ends or self.lasts or self.over):
            raise ValueError("A recurrence with an end has a start.")
        if self.begins is not None and (self.ends is None) == (self.lasts is None):
            raise ValueError("A recurrence with a start has an end or a length.")
        if self.lasts is not None and not timedelta(minutes=1) <= self.lasts <= timedelta(days=MAX_OVER):
            raise ValueError("An occurrence lasts from a minute to six days.")
        return self


@lru_cache(maxsize=1024)
def days_of(rule: str, first: date) -> "rruleset":
    """The days of a rule from `first` on, in order, each as its midnight.

    Raises:
        ValueError: the text is no rule of iCalendar's.
    """
    from dateutil.rrule import rruleset, rrulestr  # loaded with the first recurrence

    if any(part in rule for part in _FORBIDDEN):
        raise ValueError("A rule repeats on days, and its bounds stand beside it.")
    start = f"DTSTART:{first:%Y%m%d}T000000"
    lines = (line if ":" in line else f"RRULE:{line}" for line in rule.splitlines())
    found = rrulestr("\n".join((start, *lines)), forceset=True, cache=False)
    assert isinstance(found, rruleset)  # noqa: S101 - as forced
    return found
