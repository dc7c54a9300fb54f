"""Elapsed, Wall clock, Start, End; the clock."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Named = Literal["today", "tonight", "tomorrow"]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
# fmt: off
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)
# fmt: on
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=366)
"""How far ahead anything may begin or end: a year."""
LEAP_YEAR = 2000
YEARS = range(1970, 3000)
"""Beyond these a calendar can't be trusted to reckon with a zone's offset."""


def is_date(day: int, month: int, year: int | None) -> bool:
    """Whether the calendar has it; without a year, whether it ever does."""
    year = LEAP_YEAR if year is None else year
    return year in YEARS and 1 <= month <= len(MONTHS) and 1 <= day <= monthrange(year, month)[1]


class Value(BaseModel):
    """Serialises to JSON and back as itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Duration(Value):
    """Time that passes, whatever the clocks do meanwhile: three days are 72 hours."""

    elapsed: timedelta = Field(ge=SHORTEST, le=LONGEST)


class OnWeekday(Value):
    """The coming one; `next` is how people say it when they mean either that or the one a week later."""

    weekday: Weekday
    next: bool = False


class OnDate(Value):
    """A date; without a year the next such day. A weekday that was typed with it has to be true."""

    day: int
    month: int
    year: int | None = None
    weekday: Weekday | None = None

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if not is_date(self.day, self.month, self.year):
            raise ValueError("The calendar has no such date.")
        return self


class OnNumbers(Value):
    """03/04: the third of April or the fourth of March."""

    first: int
    second: int
    year: int | None = None

    def dates(self) -> tuple[OnDate, ...]:
        """The dates that it can be, the day first."""
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


Day = Named | OnWeekday | OnDate | OnNumbers


class WallClock(Value):
    """What the calendar and the clock on the wall show, in a zone that is not said: that of whoever typed it."""

    day: Day | None = None
    clock: Annotated[time, AfterValidator(_whole_minutes)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.day is None and self.clock is None:
            raise ValueError("Neither a day nor a time of day.")
        return self


class Start(Value):
    """When a change begins."""

    when: Duration | WallClock


class End(Value):
    """When a change ends by itself."""

    when: Duration | WallClock


Now = Callable[[], datetime]
"""Aware, in UTC."""


def utc_now() -> datetime:
    """The machine's own."""
    return datetime.now(UTC)
