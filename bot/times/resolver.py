"""Resolves time values to instants, given the user's time zone and the current time."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_exists

from bot.errors import NOTHING_CHANGED, NotPossible
from bot.times.format import format_time
from bot.times.model import MAX_DURATION, WEEKDAYS, Duration, End, OnDate, OnNumbers, OnWeekday, Start, WallClock

MIDNIGHT, EVENING, NIGHT_ENDS = time(0), time(17), time(7)
SMALL_HOURS = time(4)
"""Before this hour `tomorrow` may mean the day that has begun, and `tonight` means the current night."""
YEARS_AHEAD = 9
"""The longest distance between two 29 Februaries, plus one."""

Candidates = Sequence[datetime]
"""Local times without a zone, in ascending order; the first one in the future is meant."""


def resolve(
    value: Start | End, now: datetime, zone: ZoneInfo, *, begins: datetime | None = None
) -> tuple[datetime, ...]:
    """Returns the instants that a value may mean, in UTC, soonest first, within a year from `now`.

    Args:
        begins: when the change begins, if `value` is the end of a scheduled change. `for 2h` counts from then,
            `until 20:00` is the next one after it, `until tomorrow` is still the day after today.

    Raises:
        NotPossible: no instant qualifies; the message says what to type instead.
    """
    since = (begins or now).astimezone(UTC)
    if isinstance(value.when, Duration):
        return _within_a_year(value, [since + value.when.elapsed], now)
    today, first = (moment.astimezone(zone).replace(tzinfo=None) for moment in (now, since))
    named = isinstance(value.when.day, str)
    pick = max if isinstance(value, End) else min
    future = set[datetime]()
    for candidates in _candidates(value, value.when, today if named else first):
        instants = ([one for one in _instants(wall, zone) if one > since] for wall in candidates)
        future |= {pick(left) for left in islice(filter(None, instants), 1)}
    return _within_a_year(value, future, now)


def _within_a_year(value: Start | End, future: Collection[datetime], now: datetime) -> tuple[datetime, ...]:
    if not future:
        raise NotPossible(
            f"“{format_time(value)}” is over by then: type a time that is still to come. {NOTHING_CHANGED}"
        )
    near = tuple(sorted(instant for instant in future if instant - now <= MAX_DURATION))
    if not near:
        raise NotPossible(f"“{format_time(value)}” is more than a year away: type a nearer time. {NOTHING_CHANGED}")
    return near


def _instants(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the zone's clocks show a local time: twice if put back, right after a gap if put forward."""
    while not datetime_exists(wall, zone):
        wall += timedelta(minutes=1)
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _candidates(value: Start | End, wall: WallClock, now: datetime) -> Iterator[Candidates]:
    today, clock = now.date(), wall.clock or MIDNIGHT
    match wall.day:
        case None:
            yield _at(clock, _days(today, 0, 1))
        case "today" | "tonight" if wall.clock is None:
            yield _end_of_named_day(value, wall.day, now)
        case "today":
            yield _at(clock, [today])
        case "tonight":
            yield _tonight(clock, today)
        case "tomorrow":
            yield from (_at(clock, day) for day in ([_days(today, 0)] if now.time() < SMALL_HOURS else []))
            yield _at(clock, _days(today, 1))
        case OnWeekday() as day:
            yield from (_at(clock, days) for days in _weekdays(day, today))
        case OnDate() as day:
            yield _at(clock, _dates(day, today))
        case OnNumbers() as numbers:
            yield from (_at(clock, _dates(day, today)) for day in numbers.dates())


def _at(clock: time, days: Iterable[date]) -> Candidates:
    return [datetime.combine(day, clock) for day in days]


def _days(today: date, *ahead: int) -> list[date]:
    return [today + timedelta(days=days) for days in ahead]


def _end_of_named_day(value: Start | End, day: str, now: datetime) -> Candidates:
    """The end of a day or night that is given without a time of day."""
    if isinstance(value, Start):
        raise NotPossible(f"When {day}? Type the time with it, as in at {day} 22:00. {NOTHING_CHANGED}")
    if day == "today":
        return _at(MIDNIGHT, _days(now.date(), 1))
    return _at(NIGHT_ENDS, _days(now.date(), 0 if now.time() < SMALL_HOURS else 1))


def _tonight(clock: time, today: date) -> Candidates:
    if NIGHT_ENDS < clock < EVENING:
        raise NotPossible(
            f"{clock:%H:%M} is not at night: type today {clock:%H:%M}, or a time as in 22:00. {NOTHING_CHANGED}"
        )
    return _at(clock, _days(today, 0, 1))


def _weekdays(day: OnWeekday, today: date) -> Iterator[list[date]]:
    """The days a weekday may mean; `next` is ambiguous if that weekday is still to come this week."""
    ahead = (WEEKDAYS.index(day.weekday) - today.weekday()) % 7
    if not day.next:
        yield _days(today, ahead, ahead + 7)
        return
    this_week = today.weekday() + ahead < 7
    yield from ([one] for one in _days(today, *((ahead, 7 + ahead) if ahead and this_week else (ahead or 7,))))


def _dates(day: OnDate, today: date) -> list[date]:
    """The future dates; raises NotPossible if the first one is not on the weekday that was typed."""
    years = [day.year] if day.year else range(today.year, today.year + YEARS_AHEAD)
    found = [date(year, day.month, day.day) for year in years if day.day <= monthrange(year, day.month)[1]]
    found = [one for one in found if one >= today] or found
    weekday = WEEKDAYS[found[0].weekday()]
    if day.weekday not in (None, weekday):
        raise NotPossible(
            f"{found[0]:%d.%m.%Y} is a {weekday}, not a {day.weekday}: type one of the two. {NOTHING_CHANGED}"
        )
    return found
