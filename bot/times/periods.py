"""Reads periods of the past: `last night`, `since Monday`, `in November`, `from 1 to 15 November`, `on 3 November`.

A period without a year or a date is the latest one that has begun; a range of weekdays or of times of day is the
latest one that is over.
"""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.texts import times as texts
from bot.times.clocks import read_clock
from bot.times.days import read_day
from bot.times.model import OnWeekday
from bot.times.points import OPENERS, Period, is_month, read_point
from bot.times.spelling import normalize

MAX_LENGTH = 80
"""Characters of the longest period."""
_SINCE = re.compile(r"(?:since|starting|from|after) (?P<point>.+?)(?: on(?:wards?)?| until now| to now)?")
_UP_TO = re.compile(r"(?:until|through|before|by) (?P<point>.+)")
_RANGE = re.compile(r"(?:from |since )?(?P<first>.+?) (?:to|until|through|and|-) (?P<last>.+)")


def read_period(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    """Reads a period as it was typed; returns None if the text is none.

    Raises:
        ValueError: it is a period, but a date in it does not exist, or it is still to come.
    """
    if len(text) > MAX_LENGTH:
        return None
    local = now.astimezone(zone).replace(tzinfo=None)
    found = _read(_normalize(text), local)
    if found is None:
        return None
    if (found.start and found.start > local) or (found.start and found.end and found.end <= found.start):
        raise ValueError(texts.future_period(text))
    return Period(*(side and side.replace(tzinfo=zone).astimezone(UTC) for side in (found.start, found.end)))


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Reads an instant of the past: a time, or the end of a day or of a longer stretch; None if the text is none.

    Raises:
        ValueError: it is one, but a date in it does not exist, or it is still to come.
    """
    if len(text) > MAX_LENGTH:
        return None
    local = now.astimezone(zone).replace(tzinfo=None)
    point = read_point(_normalize(text), local)
    if point is None:
        return None
    at = point.begins if point.end is None or _is_instant(point) else min(point.end, local)
    if at > local or point.begins > local:
        raise ValueError(texts.future_period(text))
    return at.replace(tzinfo=zone).astimezone(UTC)


def is_moment(text: str) -> bool:
    """Whether a text can be read as an instant of the past at some time."""
    try:
        return len(text) <= MAX_LENGTH and read_point(_normalize(text), _ANY_TIME) is not None
    except ValueError:
        return True


def is_period(text: str) -> bool:
    """Whether a text can be read as a period at some time."""
    try:
        return len(text) <= MAX_LENGTH and _read(_normalize(text), _ANY_TIME) is not None
    except ValueError:
        return True


_ANY_TIME = datetime(2020, 3, 1, 12)  # noqa: DTZ001 - a time on whatever clock


def period_text(period: Period, zone: ZoneInfo) -> str:
    """Formats a period so that it is read as the same at any time: `from 2026-11-01 to 2026-11-15 18:00`."""
    start, end = (side and side.astimezone(zone).replace(tzinfo=None) for side in (period.start, period.end))
    first = "" if start is None else f"{start.date()}" if start.time() == time() else f"{start:%Y-%m-%d %H:%M}"
    whole_days = end is not None and end.time() == time()
    last = "" if end is None else f"{end - timedelta(days=1):%Y-%m-%d}" if whole_days else f"{end:%Y-%m-%d %H:%M}"
    if first and last:
        return f"from {first} to {last}"
    return f"since {first}" if first else f"until {last}"


def _normalize(text: str) -> str:
    text = normalize(text)
    for pattern, spelling in _SPELLINGS:
        text = re.sub(pattern, spelling, text)
    return " ".join(text.split())


_SPELLINGS = (
    (r"\bfor tonight$", "last night"),
    (r"\bfor weekend$", "weekend"),
    (r"\b(?:allday|all|whole|entire|late|early|earlier|around|about)\b", ""),
    (r"\bmidnight\b", "00:00"),
    (r"\b(?:the )?day before yesterday\b", "ereyesterday"),
    (
        r"\b(?:the|past|in|within|over|during|for) (?:the )?(?:last|past|previous) (?=(?:day|week|month|year)\b)",
        "last 1 ",
    ),
    (r"\bpast (?=(?:day|week|month|year)\b)", "last 1 "),
    (r"\bprevious\b", "last"),
    (r"\b(?:a |1 )?fortnight\b", "2 weeks"),
    (r"\bhalf (?:an )?hour\b", "30 minutes"),
    (r"\b(?:the|of)\b", ""),
)
"""Spellings that mean the same, in the order in which they are replaced."""


def _read(text: str, now: datetime) -> Period | None:
    """The first reading of a normalized text."""
    if (found := _read_range(text, now) or _read_open(text, now)) is not None:
        return found
    point = read_point(text, now)
    return _around(point) if point and _is_instant(point) else point


def _around(instant: Period) -> Period:
    """The hour around a time that stands alone: who changed Sales yesterday at 18:00."""
    half = timedelta(minutes=30)
    return Period(instant.begins - half, instant.begins + half)


def _read_open(text: str, now: datetime) -> Period | None:
    """A period that is open on one side: since Monday, until 3 November."""
    if (shape := _SINCE.fullmatch(text)) and (point := read_point(shape["point"], now)):
        after = text.startswith("after ") and point.end is not None and point.end - point.begins >= timedelta(days=1)
        return Period(point.end if after else point.start, None)
    if (shape := _UP_TO.fullmatch(text)) and (point := read_point(shape["point"], now)):
        exclusive = text.startswith("before ") or point.end is None or _is_instant(point)
        return Period(None, point.start if exclusive else point.end)
    return None


def _read_range(text: str, now: datetime) -> Period | None:
    """A first and a last day or time, with the day, month or year that only one of them has."""
    day, _, rest = text.partition(" from ")
    if rest and (on := read_point(re.sub(f"^{OPENERS}", "", day).strip(), now)) and (both := _split(rest)):
        return _join_clocks(both, on)
    if (both := _split(text)) is None:
        return None
    first, last = both
    clock, _, day = last.partition(" ")
    if read_clock(first) and read_clock(clock) and day and (on := read_point(re.sub("^on ", "", day), now)):
        dates = _read_dates(*_share(first, last), now) if first.isdigit() else None
        return dates or _join_clocks((first, clock), on)
    return _read_dates(*_share(first, last), now)


def _split(text: str) -> tuple[str, str] | None:
    shape = _RANGE.fullmatch(text)
    return (shape["first"].strip(), shape["last"].strip()) if shape else None


def _join_clocks(both: tuple[str, str], on: Period) -> Period | None:
    """Two times of one day: yesterday from 9:00 to 11:00."""
    clocks = [found.clock if (found := read_clock(one)) else None for one in both]
    if on.start is None or not all(isinstance(clock, time) for clock in clocks):
        return None
    start, end = (datetime.combine(on.start.date(), clock) for clock in clocks if isinstance(clock, time))
    return Period(start, end if end > start else end + timedelta(days=1))


_NUMBER = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_WITH_MONTH = re.compile(rf"{_NUMBER} ?((?!(?:st|nd|rd|th)\b)[a-z]+(?: \d{{4}})?)")
_WITH_NUMBERS = re.compile(r"\d{1,2}\.(\d{1,2}\.\S*)")


def _share(first: str, last: str) -> tuple[str, str]:
    """Both ends of a range of dates with the month and the year that one of them lacks: 1 to 15 November 2025."""
    if re.fullmatch(_NUMBER, first):
        if month := _WITH_MONTH.fullmatch(last):
            return f"{first} {month[1]}", last
        if numbers := _WITH_NUMBERS.fullmatch(last):
            return f"{first.rstrip('.')}.{numbers[1]}", last
    if re.fullmatch(_NUMBER, last) and (month := re.search(r"(?<![a-z\d])[a-z]{3,}", first)):
        return first, f"{last} {month[0]}"
    year = re.search(r" (\d{4})$", last)
    lacks_year = not re.search(r"\d{4}", first) and _is_calendar(first)
    return (f"{first}{year[0]}", last) if year and lacks_year else (first, last)


def _is_named(text: str) -> bool:
    return isinstance(read_day(text), str | OnWeekday) or text in ("yesterday", "ereyesterday")


def _read_dates(first: str, last: str, now: datetime) -> Period | None:
    """Both ends; dates and months forward from the first, all else backward from the last."""
    begin = read_point(first, now)
    if begin is None:
        return None
    forward = read_point(last, now, after=begin.begins)
    if forward is not None and _is_calendar(first) and _is_calendar(last) and forward.begins >= begin.begins:
        return Period(begin.start, _end(forward))
    end = read_point(last, now)
    if end is None:
        return None
    if begin.begins > end.begins:
        begin = read_point(first, end.begins) or begin
    return Period(begin.start, _end(end))


def _is_calendar(text: str) -> bool:
    dated = re.search(r"\d", text) is not None and read_clock(text) is None
    return not _is_named(text) and (dated or is_month(text))


def _end(period: Period) -> datetime | None:
    return period.start if _is_instant(period) else period.end


def _is_instant(period: Period) -> bool:
    return period.start is not None and period.end == period.start + timedelta(minutes=1)
