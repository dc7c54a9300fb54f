"""Resolves time values to instants, given the user's time zone and the current time."""

from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.errors import NotPossible
from bot.texts import times as texts
from bot.times.clocks import other_half
from bot.times.format import format_moment, format_time
from bot.times.model import (
    MAX_DURATION,
    MONTHS,
    WEEKDAYS,
    Day,
    Duration,
    End,
    Instant,
    OnDate,
    OnNumbers,
    OnWeekday,
    Start,
    WallClock,
    WorkingDay,
)
from bot.times.zones import is_shown, zones_of

MIDNIGHT, EVENING, NIGHT_ENDS = time(0), time(17), time(7)
SMALL_HOURS = time(4)
"""Before this hour `tomorrow` may mean the day that has begun, and `tonight` means the current night."""
YEARS_AHEAD = 9
"""The longest distance between two 29 Februaries, plus one."""

Days = Sequence[date]
"""Days in ascending order; the first one on which the time is still to come is meant."""


def resolve(
    value: Start | End,
    now: datetime,
    zone: ZoneInfo,
    *,
    begins: datetime | None = None,
    working_day: WorkingDay = WorkingDay(),  # noqa: B008 - it is immutable
) -> tuple[datetime, ...]:
    """Returns the instants that a value may mean, in UTC, soonest first, within a year from `now`.

    Args:
        begins: when the change begins, if `value` is the end of a scheduled change. `for 2h` counts from then,
            `until 20:00` is the next one after it, `until tomorrow` is still the day after today.
        working_day: what "morning" and "end of day" mean.

    Raises:
        NotPossible: no instant qualifies; the message says what to type instead.
    """
    since = (begins or now).astimezone(UTC)
    match value.when:
        case Duration():
            future = {since + value.when.elapsed}
        case Instant():
            future = {at for at in [value.when.at.astimezone(UTC)] if at > since}
        case WallClock() as wall:
            future = set(_resolve_wall_clock(value, wall, now, since, zone, working_day))
    begin = format_moment(begins, now, zone, with_zone=False) if begins is not None and begins > now else None
    return _within_a_year(value, future, now, begin)


def _resolve_wall_clock(
    value: Start | End, wall: WallClock, now: datetime, since: datetime, zone: ZoneInfo, working_day: WorkingDay
) -> Iterator[datetime]:
    pick = max if isinstance(value, End) else min

    def ahead(days: Days, clock: time, after: int = 0) -> Iterator[datetime]:
        for day in days:
            local = datetime.combine(day, clock) + timedelta(days=after)
            yield from (pick(left) for left in [[at for at in instants(local, clocks) if at > since]] if left)

    for clocks in zones_of(wall.zone) if wall.zone else (zone,):
        for days in _days_of(value, wall, now, since, zone, clocks):
            if wall.clock == "midnight":
                both = ([*ahead([day], MIDNIGHT), *ahead([day], MIDNIGHT, after=1)] for day in days)
                yield from next(filter(None, both), ())
                continue
            clock = _clock_of(wall, working_day)
            first = next(ahead(days, clock, after=wall.through), None)
            other = next(ahead(days, other_half(clock)), None) if wall.bare else None
            yield from filter(None, (first, other if other and (first is None or other < first) else None))


def _clock_of(wall: WallClock, working_day: WorkingDay) -> time:
    if isinstance(wall.clock, time):
        return wall.clock
    if wall.clock is not None:
        return working_day.morning if wall.clock == "morning" else working_day.end
    return NIGHT_ENDS if wall.day == "tonight" else MIDNIGHT


def _within_a_year(
    value: Start | End, future: Collection[datetime], now: datetime, begin: str | None
) -> tuple[datetime, ...]:
    if not future:
        typed = format_time(value)
        raise NotPossible(texts.past(typed) if begin is None else texts.before_start(typed, begin))
    near = tuple(sorted(instant for instant in future if instant - now <= MAX_DURATION))
    if not near:
        raise NotPossible(texts.too_far(format_time(value)))
    return near


def instants(wall: datetime, zone: tzinfo) -> list[datetime]:
    """When the zone's clocks show a local time: twice if put back, right after a gap if put forward."""
    while not is_shown(wall, zone):
        wall += timedelta(minutes=1)
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _days_of(
    value: Start | End, wall: WallClock, now: datetime, since: datetime, zone: ZoneInfo, clocks: tzinfo
) -> Iterator[Days]:
    """The days that are meant, and those that may be meant instead; a day is named as it is called on the clocks."""
    first = since.astimezone(clocks).date()
    match wall.day:
        case None:
            yield _ahead(first, 0, 1)
        case "weekend":
            yield _weekend_end(value, since.astimezone(zone).date())
        case OnWeekday() as day:
            yield from _weekdays(day, first)
        case OnDate() as day:
            yield _dates(day, first)
        case OnNumbers() as numbers:
            yield from (_dates(day, first) for day in numbers.dates())
        case named:
            for local in dict.fromkeys(now.astimezone(one).replace(tzinfo=None) for one in (clocks, zone)):
                yield from _named_days(value, wall, named, local)


def _named_days(value: Start | End, wall: WallClock, day: str, now: datetime) -> Iterator[Days]:
    today, small_hours = now.date(), now.time() < SMALL_HOURS
    if isinstance(value, Start) and wall.clock is None and day in ("today", "tonight"):
        raise NotPossible(texts.which_time(day))
    match day:
        case "today":
            yield _ahead(today, 1 if wall.clock is None and not wall.through else 0)
        case "tonight" if wall.clock is None:
            yield _ahead(today, 0 if small_hours else 1)
        case "tonight":
            yield _tonight(wall.clock, today)
        case _:
            days = 1 if day == "tomorrow" else 2
            yield from ([_ahead(today, days - 1)] if small_hours else ())
            yield _ahead(today, days)


def dates_named(day: Day, today: date) -> Iterator[date]:
    """Yields each date that a day may mean, today or later; raises NotPossible for a date on another weekday."""
    match day:
        case OnWeekday():
            yield from (days[0] for days in _weekdays(day, today))
        case OnDate():
            yield _dates(day, today)[0]
        case OnNumbers():
            yield from (_dates(one, today)[0] for one in day.dates())
        case named:
            yield today + timedelta(days={"tomorrow": 1, "day after tomorrow": 2}.get(named, 0))


def _ahead(today: date, *days: int) -> list[date]:
    return [today + timedelta(days=ahead) for ahead in days]


def _tonight(clock: object, today: date) -> Days:
    """The day of a time between this evening and tomorrow morning; in the small hours the night has begun."""
    if not isinstance(clock, time) or NIGHT_ENDS < clock < EVENING:
        raise NotPossible(texts.not_at_night(f"{clock:%H:%M}" if isinstance(clock, time) else str(clock)))
    return [today] if clock >= EVENING else _ahead(today, 0, 1)


def _weekend_end(value: Start | End, today: date) -> Days:
    if isinstance(value, Start):
        raise NotPossible(texts.which_time_at_the_weekend())
    return _ahead(today, 7 - today.weekday())


def _weekdays(day: OnWeekday, today: date) -> Iterator[Days]:
    """The days a weekday may mean; `next` is ambiguous if that weekday is still to come this week."""
    ahead = (WEEKDAYS.index(day.weekday) - today.weekday()) % 7
    if not day.next:
        yield _ahead(today, ahead, ahead + 7)
        return
    this_week = today.weekday() + ahead < 7
    yield from ([one] for one in _ahead(today, *((ahead, 7 + ahead) if ahead and this_week else (ahead or 7,))))


def _dates(day: OnDate, today: date) -> Days:
    """The future dates; raises NotPossible if the first one is not on the weekday that was typed."""
    years = [day.year] if day.year else range(today.year, today.year + YEARS_AHEAD)
    found = [date(year, day.month, day.day) for year in years if day.day <= monthrange(year, day.month)[1]]
    found = [one for one in found if one >= today] or found
    weekday = WEEKDAYS[found[0].weekday()]
    if day.weekday not in (None, weekday):
        date_text = f"{found[0].day} {MONTHS[found[0].month - 1]} {found[0].year}"
        raise NotPossible(texts.not_that_weekday(date_text, weekday, str(day.weekday)))
    return found
