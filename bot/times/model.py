"""Data types for the times and durations that people type, and the clock."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

NamedDay = Literal["today", "tonight", "tomorrow"]
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
LEAP_YEAR = 2000
YEARS = range(1970, 3000)
"""Years for which a calendar can be combined with a zone's offset without overflow."""


def is_date(day: int, month: int, year: int | None) -> bool:
    """Whether the calendar has a date; without a year, whether it has it in some year."""
    year = LEAP_YEAR if year is None else year
    return year in YEARS and 1 <= month <= len(MONTHS) and 1 <= day <= monthrange(year, month)[1]


class TimeValue(BaseModel):
    """Base of the values, which are immutable and survive a round trip through JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Duration(TimeValue):
    """Elapsed time, independent of clock changes: three days are 72 hours."""

    elapsed: timedelta = Field(ge=MIN_DURATION, le=MAX_DURATION)


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
    """A day, a time of day or both, as a calendar and a clock show them in the user's time zone."""

    day: Day | None = None
    clock: Annotated[time, AfterValidator(_whole_minutes)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.day is None and self.clock is None:
            raise ValueError("Neither a day nor a time of day.")
        return self


class Start(TimeValue):
    """When a change begins."""

    when: Duration | WallClock


class End(TimeValue):
    """When a temporary change ends."""

    when: Duration | WallClock


Clock = Callable[[], datetime]
"""A clock; returns an aware datetime in UTC."""


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)
