"""Days and times of day, by their shapes.

dateutil knows the names of days and months. Its parser isn't asked, for like all of its kind it guesses at the rest.
"""

import re
from collections.abc import Iterator
from datetime import time

from dateutil.parser import parserinfo

from bot.fields.when.values import WEEKDAYS, Day, OnDate, OnNumbers, OnWeekday, Wall, Weekday, is_date

LONG = 40
"""Characters: no time has more."""
NAMED = ("today", "tonight", "tomorrow")

_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?: ?(?P<half>[ap])(?:m|\.m\.))?")
_CLOCK_WORDS = {"noon": time(12), "midnight": time(0)}
_DATES = [
    re.compile(shape)
    for shape in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<name>[a-z]+)(?: (?P<year>\d{4}))?",
        r"(?P<name>[a-z]+) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?",
    )
]
_NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_NAMES = parserinfo()
_SHORT = {"tues": "tue", "thur": "thu", "thurs": "thu"}


def read_wall(text: str) -> Wall | None:
    """A day, a time of day, or both in either order."""
    if len(text) > LONG:
        return None
    if (day := _day(text)) is not None:
        return Wall(day=day)
    if (clock := _clock(text)) is not None:
        return Wall(clock=clock)
    return next(_both(text.split()), None)


def _both(words: list[str]) -> Iterator[Wall]:
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    for one, other in cuts:
        if (day := _day(one)) is not None and (clock := _clock(other.removeprefix("at "))) is not None:
            yield Wall(day=day, clock=clock)
    for one, other in cuts:
        sure = not one.isdigit() or other.startswith("on ")
        if sure and (clock := _clock(one)) is not None and (day := _day(other.removeprefix("on "))) is not None:
            yield Wall(day=day, clock=clock)


def _clock(text: str) -> time | None:
    if text in _CLOCK_WORDS:
        return _CLOCK_WORDS[text]
    shape = _CLOCK.fullmatch(text)
    hour, minute = (int(shape["hour"]), int(shape["minute"] or 0)) if shape else (24, 0)
    if shape and shape["half"]:
        hour = hour % 12 + 12 * (shape["half"] == "p") if 1 <= hour <= 12 else 24
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(text: str) -> Day | None:
    if text in NAMED:
        return text  # type: ignore[return-value]  # mypy can't tell that these are the names of the type
    if numbers := _NUMBERS.fullmatch(text):
        return _numbers(int(numbers[1]), int(numbers[2]), int(numbers[3]) if numbers[3] else None)
    return _weekday(text) or _date(text)


def _weekday(text: str) -> OnWeekday | None:
    found = _weekday_named(re.sub("^(next|this) ", "", text))
    return None if found is None else OnWeekday(weekday=found, next=text.startswith("next "))


def _weekday_named(text: str) -> Weekday | None:
    found = _NAMES.weekday(_SHORT.get(text, text))
    return None if found is None else WEEKDAYS[found]


def _date(text: str) -> OnDate | None:
    """None where it has none of the shapes; raise ValueError for a 31 February."""
    weekday = _weekday_named(text.partition(" ")[0])
    text = text.partition(" ")[2] if weekday else text
    parts = next((shape.groupdict() for shape in (one.fullmatch(text) for one in _DATES) if shape), None)
    if parts is None:
        return None
    month = _NAMES.month(parts["name"]) if "name" in parts else int(parts["month"])
    if month is None:
        return None
    year = int(parts["year"]) if parts["year"] else None
    if not is_date(int(parts["day"]), month, year):
        raise ValueError(f"The calendar has no {text}.")
    return OnDate(day=int(parts["day"]), month=month, year=year, weekday=weekday)


def _numbers(first: int, second: int, year: int | None) -> OnNumbers | OnDate:
    """A date, where the numbers can be one only; raise ValueError where they can be none."""
    if not is_date(first, second, year) and not is_date(second, first, year):
        raise ValueError(f"The calendar has no {first}/{second}: type the month by its name.")
    numbers = OnNumbers(first=first, second=second, year=year)
    return numbers if len(numbers.dates()) > 1 else numbers.dates()[0]
