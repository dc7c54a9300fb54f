"""What a recurrence looks like: when it is in effect on each day of a week."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from bot.messages.message import Message
from bot.recurrence.model import Calendars, Recurrence
from bot.recurrence.windows import Window, next_window, windows
from bot.texts import week as texts

DAYS = 7


def with_week(message: Message, recurrence: Recurrence, now: datetime, calendars: Calendars) -> Message:
    """Adds the first week in which a recurrence is in effect to its preview."""
    first = next_window(recurrence, now, calendars)
    if first is None:
        return message
    return replace(message, items=(*message.items, *_week(recurrence, max(now, first.starts), calendars)))


def _week(recurrence: Recurrence, since: datetime, calendars: Calendars) -> Iterator[str]:
    """A line for each of seven days, the first of which holds the instant: without what is over by then."""
    zone = ZoneInfo(str(recurrence.zone))
    first = since.astimezone(zone).date()
    midnights = [datetime.combine(first + timedelta(days=ahead), time(), zone) for ahead in range(DAYS + 1)]
    found = list(takewhile(lambda one: one.starts < midnights[-1], windows(recurrence, since, calendars)))
    for midnight, following in pairwise(midnights):
        day = midnight.date()
        parts = [_within(one, midnight, following) for one in found if one.starts < following and one.ends > midnight]
        yield texts.day(day, parts, _holiday(recurrence, day, calendars))


def _within(window: Window, midnight: datetime, following: datetime) -> tuple[str, str]:
    """The part of an occurrence on one day, by the clocks: midnight at its end is 24:00."""
    zone = midnight.tzinfo
    starts, ends = max(window.starts, midnight).astimezone(zone), min(window.ends, following).astimezone(zone)
    return texts.clock(starts), "24:00" if ends == following else texts.clock(ends)


def _holiday(recurrence: Recurrence, day: date, calendars: Calendars) -> str:
    name = recurrence.calendar or recurrence.besides
    return calendars.days(name, day, day).get(day, "") if name else ""
