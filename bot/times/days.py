"""Reads days: `tomorrow`, `next Monday`, `24 December`, `24.12.2026`, `03/04`."""

import re

from bot.texts import times
from bot.times.model import MONTHS, WEEKDAYS, Day, OnDate, OnNumbers, OnWeekday, Weekday, is_date

_NAMED: dict[str, Day] = {
    "today": "today",
    "tonight": "tonight",
    "tomorrow": "tomorrow",
    "overmorrow": "day after tomorrow",
}
_DATES = [
    re.compile(shape)
    for shape in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? (?P<name>[a-z]+)(?: (?P<year>\d{4}))?",
        r"(?P<name>[a-z]+) (?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?",
        r"(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d\d)?",
    )
]
_NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?|(\d{1,2})-(\d{1,2})-(\d{4})")
_WEEKDAYS: dict[str, Weekday] = {text: day for day in WEEKDAYS for text in (day.lower(), day[:3].lower())}
_WEEKDAYS |= {"tues": "Tuesday", "weds": "Wednesday", "thur": "Thursday", "thurs": "Thursday"}
_MONTHS = {text: number for number, name in enumerate(MONTHS, 1) for text in (name.lower(), name[:3].lower())}
_MONTHS["sept"] = _MONTHS["sep"]


def read_day(text: str) -> Day | None:
    """Reads a normalized day; returns None if the text is none.

    Raises:
        ValueError: the text is a date that the calendar does not have.
    """
    if text in _NAMED:
        return _NAMED[text]
    if numbers := _NUMBERS.fullmatch(text):
        first, second, year = (
            part and int(part) for part in (numbers.groups()[:3] if numbers[1] else numbers.groups()[3:])
        )
        return _read_numbers(int(first or 0), int(second or 0), year or None)
    return _read_weekday(text) or _read_date(text)


def is_weekday(text: str) -> bool:
    """Whether the text is the name of a weekday, or its abbreviation."""
    return text in _WEEKDAYS


def month_of(text: str) -> int | None:
    """Returns the number of a month by its name in lower case, or its abbreviation; None if the text is none."""
    return _MONTHS.get(text)


def _read_weekday(text: str) -> OnWeekday | None:
    found = _WEEKDAYS.get(re.sub("^(next|this|coming|this coming) ", "", text))
    return None if found is None else OnWeekday(weekday=found, next=text.startswith("next "))


def _read_date(text: str) -> OnDate | None:
    """Parses a date; returns None if the text is none, raises ValueError for a 31 February."""
    weekday = _WEEKDAYS.get(text.partition(" ")[0])
    text = text.partition(" ")[2].removeprefix("the ") if weekday else text
    parts = next((shape.groupdict() for shape in (one.fullmatch(text) for one in _DATES) if shape), None)
    if parts is None:
        return None
    month = _MONTHS.get(parts["name"]) if "name" in parts else int(parts["month"])
    if month is None:
        return None
    year = int(parts["year"]) if parts["year"] else None
    year = year + 2000 if year is not None and len(parts["year"]) == len("26") else year
    if not is_date(int(parts["day"]), month, year):
        raise ValueError(times.no_such_date(text))
    return OnDate(day=int(parts["day"]), month=month, year=year, weekday=weekday)


def _read_numbers(first: int, second: int, year: int | None) -> OnNumbers | OnDate:
    """A date, or two if both orders of day and month exist; raises ValueError if neither does."""
    if not is_date(first, second, year) and not is_date(second, first, year):
        raise ValueError(times.no_such_numbers(first, second))
    numbers = OnNumbers(first=first, second=second, year=year)
    return numbers if len(numbers.dates()) > 1 else numbers.dates()[0]
