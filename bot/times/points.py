"""Reads one point in the past: a day or a part of it, a week, a month, a time of day, a length back from now."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from bot.texts import times as texts
from bot.times.clocks import read_clock
from bot.times.days import month_of, read_day
from bot.times.model import WEEKDAYS, OnDate, OnNumbers, OnWeekday, is_date

EVENING, NIGHT_ENDS = time(17), time(7)
"""When a night begins, and when it ends on the next day."""
_PARTS = {
    "morning": (time(0), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (EVENING, time(0)),
    "night": (EVENING, NIGHT_ENDS),
}
LAST_WEEK = 52
_SEARCHED_MONTHS = 3
_SEARCHED_YEARS = 9
"""The longest distance between two 29 Februaries, plus one."""
_UNITS = {
    **dict.fromkeys(("minute", "min", "m"), "minutes"),
    **dict.fromkeys(("hour", "hr", "h"), "hours"),
    **dict.fromkeys(("day", "d"), "days"),
    **dict.fromkeys(("week", "w"), "weeks"),
    **dict.fromkeys(("month",), "months"),
    **dict.fromkeys(("year", "y"), "years"),
}
_LENGTH = rf"(?P<count>\d{{1,4}}|an?|few|couple(?: of)?)? ?(?P<unit>{'|'.join(_UNITS)})s?"
_BACK = re.compile(rf"(?:the )?(?:last|past|previous) {_LENGTH}")
_AGO = re.compile(rf"{_LENGTH} ago")
_JUST_LENGTH = re.compile(rf"(?=\d|an? ){_LENGTH}")
_MONTH = re.compile(
    r"(?P<which>last |this )?(?P<month>[a-z]+\.?)(?: (?P<year>(?:19|20)\d\d)|(?P<before> last year))?"
    r"|(?P<iso>\d{4}-\d\d)"
)
_FUTURE = re.compile(r"(?:tomorrow|overmorrow|next (?:week|weekend|month|year|[a-z]+day))(?: .*)?")
_ANY_TIME = datetime(2020, 3, 1, 12)  # noqa: DTZ001 - a time on whatever clock
OPENERS = r"(?:in|on|at|during|over|within|for|of|from)(?= )"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time on the clocks of a zone; without a start or an end it is open on that side."""

    start: datetime | None
    end: datetime | None
    """The first instant after it."""

    @property
    def begins(self) -> datetime:
        """The start of a period that has one, as every point does."""
        assert self.start is not None  # noqa: S101
        return self.start


def read_point(text: str, now: datetime, after: datetime | None = None) -> Period | None:
    """A day, a part of it, a longer stretch or an instant: the latest, or the first one that begins after `after`."""
    text = re.sub(rf"^{OPENERS} ", "", text)
    if _FUTURE.fullmatch(text):
        raise ValueError(texts.future_period(text))
    readers = (_read_back, _read_week, _read_month, _read_instant, _read_whole_day, _read_part)
    return next((found for read in readers if (found := read(text, now, after)) is not None), None)


def _read_back(text: str, now: datetime, _: datetime | None) -> Period | None:
    """A length back from now: the last 24 hours, 2 days ago, in the last week."""
    shape = _BACK.fullmatch(text) or _AGO.fullmatch(text) or _JUST_LENGTH.fullmatch(text)
    if shape is None or (shape["count"] is None and shape["unit"] not in ("hour", "minute")):
        return None
    words = {"a": 1, "an": 1, None: 1, "few": 3, "couple": 2, "couple of": 2}
    count = words[shape["count"]] if shape["count"] in words else int(shape["count"])
    start = _minus(now, count, _UNITS[shape["unit"]]).replace(second=0, microsecond=0)
    if text.endswith(" ago") and _UNITS[shape["unit"]] in ("days", "weeks", "months", "years"):
        return _days(start.date(), 1)
    return Period(start, None if text.endswith(" ago") else now + timedelta(minutes=1))


def _minus(now: datetime, count: int, unit: str) -> datetime:
    try:
        lengths: dict[str, int] = {unit: count}
        return now - relativedelta(**lengths)  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return datetime(1970, 1, 1)  # noqa: DTZ001


def _read_week(text: str, now: datetime, _: datetime | None) -> Period | None:
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    saturday = monday + timedelta(days=5)
    over = saturday if today.weekday() >= 5 else saturday - timedelta(weeks=1)
    match text:
        case "this week":
            return _days(monday, 7)
        case "last week":
            return _days(monday - timedelta(weeks=1), 7)
        case "weekend" | "this weekend":
            return _days(over, 2)
        case "last weekend":
            return _days(saturday - timedelta(weeks=1), 2)
        case "this year" | "last year":
            first = date(today.year - (text == "last year"), 1, 1)
            return _span(first, first + relativedelta(years=1))
    if (shape := re.fullmatch(r"(?:calendar )?week (\d{1,2})(?: (\d{4}))?", text)) and 1 <= int(shape[1]) <= LAST_WEEK:
        year = int(shape[2]) if shape[2] else today.year - (int(shape[1]) > today.isocalendar().week)
        return _days(date.fromisocalendar(year, int(shape[1]), 1), 7)
    return None


def _read_month(text: str, now: datetime, after: datetime | None) -> Period | None:
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return _span(date(int(text), 1, 1), date(int(text) + 1, 1, 1))
    if (shape := _MONTH.fullmatch(text)) is None:
        return None
    if shape["iso"]:
        year, month = map(int, shape["iso"].split("-"))
        return _months(year, month) if is_date(1, month, year) else None
    if shape["month"] == "month" and shape["which"]:
        first = now.date().replace(day=1) - relativedelta(months=shape["which"] == "last ")
        return _months(first.year, first.month)
    found = month_of(shape["month"].rstrip("."))
    if found is None:
        return None
    if shape["year"] or shape["before"]:
        return _months(int(shape["year"] or now.year - 1), found)
    if after is not None:
        return _months(after.year + (found < after.month), found)
    this = now.year - (found > now.month or (shape["which"] == "last " and found == now.month))
    return _months(this, found)


def is_month(text: str) -> bool:
    """Whether a text is a month or a year."""
    return _read_month(text, _ANY_TIME, None) is not None


def _read_whole_day(text: str, now: datetime, after: datetime | None) -> Period | None:
    today = now.date()
    named = {"today": 0, "yesterday": 1, "ereyesterday": 2}
    if text in named:
        return _days(today - timedelta(days=named[text]), 1)
    if ordinal := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", text):
        months = range(_SEARCHED_MONTHS) if after else range(0, -_SEARCHED_MONTHS, -1)
        first = (after.date() if after else today).replace(day=1)
        days = (first + relativedelta(months=ahead, day=int(ordinal[1]) or 1) for ahead in months)
        exact = (one for one in days if one.day == int(ordinal[1]))
        return next((_days(one, 1) for one in exact if (one >= after.date() if after else one <= today)), None)
    dotted = re.fullmatch(r"\d{1,2}\.\d{1,2}", text) is not None
    day = read_day(f"{text}." if dotted else re.sub("^(?:last|this) ", "", text))
    match day:
        case OnWeekday():
            back = (today.weekday() - WEEKDAYS.index(day.weekday)) % 7
            return _days(today - timedelta(days=back or (7 if text.startswith("last ") else 0)), 1)
        case OnDate():
            return _days(found, 1) if (found := _date(day, today, after and after.date())) else None
        case OnNumbers():
            raise ValueError(texts.two_dates(day.first, day.second))
    return None


def _date(day: OnDate, today: date, after: date | None) -> date | None:
    """The latest such date, or the first one from `after` on."""
    if day.year is not None:
        return date(day.year, day.month, day.day)
    years = (
        range(after.year, after.year + _SEARCHED_YEARS)
        if after
        else range(today.year, today.year - _SEARCHED_YEARS, -1)
    )
    dates = (date(year, day.month, day.day) for year in years if is_date(day.day, day.month, year))
    return next((found for found in dates if (found >= after if after else found <= today)), None)


def _read_instant(text: str, now: datetime, _: datetime | None) -> Period | None:
    """A time of day, of a day or the latest one: yesterday 18:00."""
    words = text.split()
    for cut in range(len(words)):
        day, clock = " ".join(words[:cut]), read_clock(" ".join(words[cut:]).removeprefix("at "))
        if clock is None:
            day, clock = " ".join(words[cut + 1 :]), read_clock(" ".join(words[: cut + 1]))
        said = re.fullmatch(r"\d{1,4}", words[-1]) is None
        if clock is None or not isinstance(clock.clock, time) or (clock.bare and not said) or (not said and day):
            continue
        on = _read_whole_day(day, now, None) if day else _days(now.date(), 1)
        if on is None:
            continue
        at = datetime.combine(on.begins.date(), clock.clock)
        at -= timedelta(days=1) if not day and at > now else timedelta()
        return Period(at, at + timedelta(minutes=1))
    return None


def _read_part(text: str, now: datetime, _: datetime | None) -> Period | None:
    """A part of a day: last night, yesterday evening, Monday morning."""
    text = re.sub("^tonight$", "this night", text)
    shape = re.fullmatch(rf"(?:(?P<day>.+?) )?(?:in |at )?(?P<part>{'|'.join(_PARTS)})", text)
    if shape is None:
        return None
    day, part = shape["day"], shape["part"]
    begins, ends = _PARTS[part]
    night_began_yesterday = part == "night" and now.time() < NIGHT_ENDS
    if day == "last" or (day == "this" and night_began_yesterday) or (day is None and now.time() < begins):
        day = "yesterday"
    on = _read_whole_day("today" if day in ("this", None) else day, now, None)
    if on is None:
        return None
    start = datetime.combine(on.begins.date(), begins)
    end = datetime.combine(on.begins.date(), ends)
    return Period(start, end if end > start else end + timedelta(days=1))


def _months(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return _span(first, first + relativedelta(months=1))


def _days(first: date, count: int) -> Period:
    return _span(first, first + timedelta(days=count))


def _span(first: date, after: date) -> Period:
    return Period(datetime.combine(first, time()), datetime.combine(after, time()))
