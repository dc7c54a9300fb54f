"""Time value + zone + now -> instants in UTC."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_exists

from bot.errors import NOTHING, NotPossible
from bot.times.format import say
from bot.times.model import LONGEST, WEEKDAYS, Duration, End, OnDate, OnNumbers, OnWeekday, Start, WallClock

MIDNIGHT, EVENING, NIGHT_ENDS = time(0), time(17), time(7)
SMALL_HOURS = time(4)
"""Who is still up before this calls the day that has begun `tomorrow`, and the night under way `tonight`."""
YEARS = 9
"""A 29 February comes back within these."""

Meaning = Sequence[datetime]
"""Local, without a zone: the first of them that is still to come is meant."""


def resolve(
    value: Start | End, now: datetime, zone: ZoneInfo, *, begins: datetime | None = None
) -> tuple[datetime, ...]:
    """The instants that may be meant, in UTC, soonest first; raise NotPossible with what to type.

    All lie after `now`, and those of the end of a change that `begins` later after that: `for 2h` counts from there,
    `until 20:00` is the next one from there, `until tomorrow` is the day after today all the same.
    """
    since = (begins or now).astimezone(UTC)
    if isinstance(value.when, Duration):
        return _near(value, [since + value.when.elapsed], now)
    today, first = (moment.astimezone(zone).replace(tzinfo=None) for moment in (now, since))
    named = isinstance(value.when.day, str)
    pick = max if isinstance(value, End) else min
    coming = set[datetime]()
    for meaning in _meanings(value, value.when, today if named else first):
        instants = ([one for one in _instants(wall, zone) if one > since] for wall in meaning)
        coming |= {pick(left) for left in islice(filter(None, instants), 1)}
    return _near(value, coming, now)


def _near(value: Start | End, coming: Collection[datetime], now: datetime) -> tuple[datetime, ...]:
    if not coming:
        raise NotPossible(f"“{say(value)}” is over by then: type a time that is still to come. {NOTHING}")
    near = tuple(sorted(instant for instant in coming if instant - now <= LONGEST))
    if not near:
        raise NotPossible(f"“{say(value)}” is more than a year away: type a nearer time. {NOTHING}")
    return near


def _instants(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the clocks of the zone show it, twice where they are put back; where they jump over it, right after."""
    while not datetime_exists(wall, zone):
        wall += timedelta(minutes=1)
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _meanings(value: Start | End, wall: WallClock, now: datetime) -> Iterator[Meaning]:
    today, clock = now.date(), wall.clock or MIDNIGHT
    match wall.day:
        case None:
            yield _at(clock, _days(today, 0, 1))
        case "today" | "tonight" if wall.clock is None:
            yield _whole(value, wall.day, now)
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


def _at(clock: time, days: Iterable[date]) -> Meaning:
    return [datetime.combine(day, clock) for day in days]


def _days(today: date, *ahead: int) -> list[date]:
    return [today + timedelta(days=days) for days in ahead]


def _whole(value: Start | End, day: str, now: datetime) -> Meaning:
    """The end of a day or of a night that was named alone."""
    if isinstance(value, Start):
        raise NotPossible(f"When {day}? Type the time with it, as in at {day} 22:00. {NOTHING}")
    if day == "today":
        return _at(MIDNIGHT, _days(now.date(), 1))
    return _at(NIGHT_ENDS, _days(now.date(), 0 if now.time() < SMALL_HOURS else 1))


def _tonight(clock: time, today: date) -> Meaning:
    if NIGHT_ENDS < clock < EVENING:
        raise NotPossible(f"{clock:%H:%M} is not at night: type today {clock:%H:%M}, or a time as in 22:00. {NOTHING}")
    return _at(clock, _days(today, 0, 1))


def _weekdays(day: OnWeekday, today: date) -> Iterator[list[date]]:
    """`next` can mean the coming one too, and in its own week it is anybody's guess."""
    ahead = (WEEKDAYS.index(day.weekday) - today.weekday()) % 7
    if not day.next:
        yield _days(today, ahead, ahead + 7)
        return
    this_week = today.weekday() + ahead < 7
    yield from ([one] for one in _days(today, *((ahead, 7 + ahead) if ahead and this_week else (ahead or 7,))))


def _dates(day: OnDate, today: date) -> list[date]:
    """From the next one on; raise NotPossible where it isn't the weekday that was typed with it."""
    years = [day.year] if day.year else range(today.year, today.year + YEARS)
    found = [date(year, day.month, day.day) for year in years if day.day <= monthrange(year, day.month)[1]]
    found = [one for one in found if one >= today] or found
    weekday = WEEKDAYS[found[0].weekday()]
    if day.weekday not in (None, weekday):
        raise NotPossible(f"{found[0]:%d.%m.%Y} is a {weekday}, not a {day.weekday}: type one of the two. {NOTHING}")
    return found
