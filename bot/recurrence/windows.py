"""The times at which a recurrence is in effect, as instants; its days are dateutil's."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.recurrence.model import Calendars, Recurrence, days_of
from bot.times.resolver import instants

DAY = timedelta(days=1)
MAX_WINDOW = timedelta(days=31)
"""A window of joined occurrences is cut here; what has no break is refused when it is made."""
_LOOK_BACK = MAX_WINDOW + 8 * DAY
"""How long before an instant the window that contains it may have begun, and a day of the rule before that."""
_CALENDAR_STEP, _CALENDAR_STEPS = timedelta(days=366), 5
"""Days that a calendar is asked for at once, and how often: a calendar from a file may have no more days."""
HORIZON = timedelta(days=366)
_MIDNIGHT = time()


class Window(NamedTuple):
    """One occurrence; both instants are in UTC."""

    starts: datetime
    ends: datetime


def windows(recurrence: Recurrence, after: datetime, calendars: Calendars) -> Iterator[Window]:
    """Yields the occurrences that end after an instant, in order; those that touch are one.

    Args:
        recurrence: a settled recurrence.
        after: an aware instant.
    """
    zone = _zone(recurrence)
    earliest = (after.astimezone(zone) - _LOOK_BACK).date()
    skipped_until = recurrence.skipped_until or datetime.min.replace(tzinfo=UTC)
    found = _joined(_window(recurrence, day, zone) for day in _days(recurrence, earliest, calendars))
    if recurrence.outside:
        gaps = (Window(one.ends, other.starts) for one, other in pairwise(found))
        found = (gap for gap in gaps if recurrence.first is None or _day(gap, zone) >= _date(recurrence.first))
    for window in found:
        if recurrence.until is not None and _day(window, zone) > _date(recurrence.until):
            return
        if window.ends > after and window.starts >= skipped_until:
            yield window


def next_window(recurrence: Recurrence, after: datetime, calendars: Calendars) -> Window | None:
    """Returns the first occurrence that ends after an instant, which may have begun; None if there is none."""
    return next(windows(recurrence, after, calendars), None)


def first_clash(
    one: Recurrence, other: Recurrence, since: datetime, calendars: Calendars, horizon: timedelta = HORIZON
) -> Window | None:
    """Returns the first time that two recurrences have in common, within the horizon; None if they have none."""
    first, second = windows(one, since, calendars), windows(other, since, calendars)
    left, right = next(first, None), next(second, None)
    while left and right and max(left.starts, right.starts) <= since + horizon:
        common = Window(max(left.starts, right.starts, since), min(left.ends, right.ends))
        if common.starts < common.ends:
            return common
        if left.ends <= right.ends:
            left = next(first, None)
        else:
            right = next(second, None)
    return None


def rank(recurrence: Recurrence) -> int:
    """Returns how narrow the rule is: 2 for dates and holidays, 1 for days of the week or month, 0 for every day."""
    if not recurrence.rule or recurrence.rule.startswith("RDATE") or "FREQ=YEARLY" in recurrence.rule:
        return 2
    return 0 if "FREQ=DAILY" in recurrence.rule else 1


def _zone(recurrence: Recurrence) -> ZoneInfo:
    if not recurrence.is_settled or recurrence.zone is None:
        raise ValueError("The times of a recurrence are known when it is settled.")
    return ZoneInfo(recurrence.zone)


def _date(day: object) -> date:
    assert isinstance(day, date)  # noqa: S101 - the recurrence is settled
    return day


def _day(window: Window, zone: ZoneInfo) -> date:
    return window.starts.astimezone(zone).date()


def _days(recurrence: Recurrence, earliest: date, calendars: Calendars) -> Iterator[date]:
    """The days it begins on, from `earliest` on."""
    if recurrence.calendar is not None:
        found = _holidays(recurrence.calendar, earliest, calendars)
    else:
        # a rule without an interval has the same days wherever it is counted from
        start = _date(recurrence.first) if "INTERVAL=" in recurrence.rule else earliest
        midnights = days_of(recurrence.rule, start).xafter(datetime.combine(earliest, _MIDNIGHT), inc=True)
        found = (midnight.date() for midnight in midnights)
    for day in found:
        if recurrence.outside or recurrence.first is None or day >= _date(recurrence.first):
            if recurrence.until is not None and day > _date(recurrence.until) + recurrence.outside * MAX_WINDOW:
                return
            if recurrence.besides is None or day not in calendars.days(recurrence.besides, day, day):
                yield day


def _holidays(name: str, earliest: date, calendars: Calendars) -> Iterator[date]:
    for step in range(_CALENDAR_STEPS):
        first = earliest + step * _CALENDAR_STEP
        yield from sorted(calendars.days(name, first, first + _CALENDAR_STEP - DAY))


def _window(recurrence: Recurrence, day: date, zone: ZoneInfo) -> Window:
    begins, ends = recurrence.begins or _MIDNIGHT, recurrence.ends or _MIDNIGHT
    assert isinstance(begins, time) and isinstance(ends, time)  # noqa: S101, PT018 - the recurrence is settled
    starts = _instant(day, begins, zone)
    if recurrence.lasts is not None:
        return Window(starts, starts + recurrence.lasts)
    days = recurrence.over or (1 if ends <= begins else 0)
    return Window(starts, _instant(day + timedelta(days=days), ends, zone))


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone show a time: the first time if they show it twice, after the gap if they skip it."""
    return instants(datetime.combine(day, clock), zone)[0]


def _joined(found: Iterator[Window]) -> Iterator[Window]:
    """The windows without those of no length, which lie in a gap of the clocks; those that touch are one."""
    last: Window | None = None
    for window in found:
        if window.starts >= window.ends:
            continue
        if last is not None and window.starts <= last.ends and last.ends - last.starts < MAX_WINDOW:
            last = Window(last.starts, max(last.ends, window.ends))
            continue
        if last is not None:
            yield last
        last = window
    if last is not None:
        yield last
