"""Data types for the times and durations that people type, and the clock."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

NamedDay = Literal["today", "tonight", "tomorrow", "day after tomorrow", "weekend"]
NamedClock = Literal["morning", "end of day", "midnight"]
"""Times of day that a setting defines, and the midnight before or after a day."""
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
# fmt: off
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)
# fmt: on
MIN_DURATION = timedelta(minutes=1)
MAX_DURATION = timedelta(days=366)
"""How far ahead a change may begin or end: a leap year."""
HALF_A_DAY = 12
LEAP_YEAR = 2000
YEARS = range(1970, 3000)
"""Years for which a calendar can be combined with a zone's offset without overflow."""


def is_date(day: int, month: int, year: int | None) -> bool:
    """Whether the calendar has a date; without a year, whether it has it in some year."""
    year = LEAP_YEAR if year is None else year
    return year in YEARS and 1 <= month <= len(MONTHS) and 1 <= day <= monthrange(year, month)[1]


class TimeValue(BaseModel):
    """Base of the values, which are immutable and survive a round trip through JSON."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")


class Duration(TimeValue):
    """Elapsed time, independent of clock changes: three days are 72 hours."""

    elapsed: timedelta = Field(ge=MIN_DURATION, le=MAX_DURATION)


class Instant(TimeValue):
    """One instant, with the offset from UTC that it is said with; it means the same to everybody, at any time."""

    at: AwareDatetime

    @model_validator(mode="after")
    def _has_no_fraction(self) -> Self:
        if self.at.microsecond:
            raise ValueError("An instant has whole seconds.")
        return self


class OnWeekday(TimeValue):
    """The coming weekday; with `next`, either that one or the one a week later."""

    weekday: Weekday
    next: bool = False


class OnDate(TimeValue):
    """A date; without a year the next such date, and with a weekday only if it falls on that weekday."""

    day: int
    month: int
    year: int | None = None
    weekday: Weekday | None = None

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if not is_date(self.day, self.month, self.year):
            raise ValueError("The calendar has no such date.")
        return self


class OnNumbers(TimeValue):
    """A date whose day and month may be in either order, such as 03/04."""

    first: int
    second: int
    year: int | None = None

    def dates(self) -> tuple[OnDate, ...]:
        """The dates it may mean, the one with the day first before the other."""
        orders = dict.fromkeys(((self.first, self.second), (self.second, self.first)))
        return tuple(
            OnDate(day=day, month=month, year=self.year) for day, month in orders if is_date(day, month, self.year)
        )

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if not self.dates():
            raise ValueError("The calendar has no such date.")
        return self


def _whole_minutes(clock: time) -> time:
    if clock != time(clock.hour, clock.minute):
        raise ValueError("A time of day has hours and minutes.")
    return clock


Day = NamedDay | OnWeekday | OnDate | OnNumbers


class WallClock(TimeValue):
    """A day, a time of day or both, as a calendar and a clock show them, in the user's zone unless one is named."""

    day: Day | None = None
    clock: Annotated[time, AfterValidator(_whole_minutes)] | NamedClock | None = None
    bare: bool = False
    """Whether the half of the day was not said: `clock` has an hour from 1 to 12, and the other half may be meant."""
    through: bool = False
    """Whether the end of the day is meant, not its beginning."""
    zone: str | None = None
    """An abbreviation, an IANA name or an offset, if one was said."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.day is None and self.clock is None:
            raise ValueError("Neither a day nor a time of day.")
        if self.bare and not (isinstance(self.clock, time) and 1 <= self.clock.hour <= HALF_A_DAY):
            raise ValueError("Only an hour from 1 to 12 leaves the half of the day open.")
        if self.through and (self.day is None or self.clock is not None or self.zone is not None):
            raise ValueError("Only a day that is said alone has an end.")
        return self


class Start(TimeValue):
    """When a change begins."""

    when: Duration | WallClock | Instant


class End(TimeValue):
    """When a temporary change ends."""

    when: Duration | WallClock | Instant


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """What "morning" and "end of day" mean."""

    morning: time = time(8)
    end: time = time(18)


Clock = Callable[[], datetime]
"""A clock; returns an aware datetime in UTC."""


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)
