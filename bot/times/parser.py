"""Parses typed times: the start or the end of a change."""

import re
from collections.abc import Iterator
from datetime import time, timedelta

from dateutil.parser import parserinfo

from bot.messages.text import Words
from bot.times.model import (
    MAX_DURATION,
    MIN_DURATION,
    WEEKDAYS,
    Day,
    Duration,
    End,
    OnDate,
    OnNumbers,
    OnWeekday,
    Start,
    WallClock,
    Weekday,
    is_date,
)

FOR, IN, AT, UNTIL = ("for",), ("in",), ("at", "on"), ("until", "till", "til")
END_EXAMPLES, START_EXAMPLES = (
    "for 2h, for 3 days, until 18:00, until tomorrow 8:00 or until Monday",
    "at 18:00, on Monday 9:00 or in 2h",
)

_AMOUNT = re.compile(r"(\d{1,5}(?:\.5)?|half an?|an?|one) ?([a-z]+)(?: and |,? ?)")
_UNITS = {
    spelling: unit
    for unit, spellings in {
        timedelta(seconds=1): "s sec secs second seconds",
        timedelta(minutes=1): "m min mins minute minutes",
        timedelta(hours=1): "h hr hrs hour hours",
        timedelta(days=1): "d day days",
        timedelta(weeks=1): "w week weeks",
    }.items()
    for spelling in spellings.split()
}

MAX_LENGTH = 40
"""Characters; longer text is no time."""
NAMED_DAYS = ("today", "tonight", "tomorrow")

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
_CALENDAR_NAMES = parserinfo()
_WEEKDAY_ABBREVIATIONS = {"tues": "tue", "thur": "thu", "thurs": "thu"}


def read_end(words: Words) -> End:
    """Parses an end such as `for 2h`, `until Monday 9:00` or `tonight`; `for` or `until` may be left out.

    Raises:
        ValueError: the words are no end; the message says what to type instead.
    """
    marker, text = _split_marker(words, *FOR, *UNTIL)
    wall = read_wall_clock(text)
    named_alone = text in ("today", "tonight")
    if named_alone and marker in UNTIL:
        raise ValueError(
            f"Until when {text}? Type until 22:00, or {text} alone: today ends at midnight, tonight at 07:00."
        )
    if wall and (marker in UNTIL or not marker or named_alone):
        return End(when=wall)
    elapsed = _read_duration(text)
    if elapsed and marker in UNTIL:
        raise ValueError(f"Type for {text}, or until with a time of day, as in until 18:00.")
    if not elapsed:
        raise ValueError(_ask_for_unit(marker, text) or f"{_unknown_time(words)} An end is typed as {END_EXAMPLES}.")
    return End(when=elapsed)


def read_start(words: Words) -> Start:
    """Parses a start such as `at 18:00`, `on Monday 9:00` or `in 2h`; the first word may be left out.

    Raises:
        ValueError: the words are no start; the message says what to type instead.
    """
    marker, text = _split_marker(words, *AT, *IN)
    wall = read_wall_clock(text)
    if wall and marker not in IN:
        return Start(when=wall)
    elapsed = _read_duration(text)
    if elapsed and marker in AT:
        raise ValueError(f"Type in {text}, or at with a time of day, as in at 18:00.")
    if not elapsed:
        raise ValueError(_ask_for_unit(marker, text) or f"{_unknown_time(words)} A start is typed as {START_EXAMPLES}.")
    return Start(when=elapsed)


def _split_marker(words: Words, *markers: str) -> tuple[str, str]:
    """The first word if it is one of `markers`, and the rest in lower case without commas."""
    if any(word.quoted for word in words):
        raise ValueError("A time has no quotes.")
    text = " ".join(" ".join(word.text for word in words).lower().replace(",", " ").split())
    first, _, rest = text.partition(" ")
    return (first, rest) if first in markers else ("", text)


def _ask_for_unit(marker: str, text: str) -> str:
    ambiguous = marker in (*FOR, *IN, "") and re.fullmatch(r"\d{1,5}", text)
    return f"Is that minutes, hours or days? Type {text}m, {text}h or {text} days." if ambiguous else ""


def _unknown_time(words: Words) -> str:
    return f"“{' '.join(word.text for word in words)[:MAX_LENGTH]}” is no time that I know."


def _read_duration(text: str) -> Duration | None:
    """Parses a duration; returns None if the text is none, raises ValueError if it is out of range."""
    if len(text) > MAX_LENGTH or not re.fullmatch(f"(?:{_AMOUNT.pattern})+", text.strip()):
        return None
    parts = [(count, _UNITS.get(unit)) for count, unit in _AMOUNT.findall(text)]
    if any(unit is None for _, unit in parts):
        return None
    total = sum((_read_count(count) * unit for count, unit in parts if unit), timedelta())
    if not MIN_DURATION <= total <= MAX_DURATION:
        raise ValueError(f"“{text}” is too short or too long: a minute is the least, a year the most.")
    return Duration(elapsed=total)


def _read_count(text: str) -> float:
    return float(text) if text[0].isdigit() else 0.5 if text.startswith("half") else 1.0


def read_wall_clock(text: str) -> WallClock | None:
    """Parses a day, a time of day, or both in either order; returns None if the text is neither.

    Raises:
        ValueError: the text is a date that the calendar does not have.
    """
    if len(text) > MAX_LENGTH:
        return None
    if (day := _read_day(text)) is not None:
        return WallClock(day=day)
    if (clock := _read_clock(text)) is not None:
        return WallClock(clock=clock)
    return next(_read_day_and_clock(text.split()), None)


def _read_day_and_clock(words: list[str]) -> Iterator[WallClock]:
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    for one, other in cuts:
        if (day := _read_day(one)) is not None and (clock := _read_clock(other.removeprefix("at "))) is not None:
            yield WallClock(day=day, clock=clock)
    for one, other in cuts:
        unambiguous = not one.isdigit() or other.startswith("on ")
        if (
            unambiguous
            and (clock := _read_clock(one)) is not None
            and (day := _read_day(other.removeprefix("on "))) is not None
        ):
            yield WallClock(day=day, clock=clock)


def _read_clock(text: str) -> time | None:
    if text in _CLOCK_WORDS:
        return _CLOCK_WORDS[text]
    shape = _CLOCK.fullmatch(text)
    hour, minute = (int(shape["hour"]), int(shape["minute"] or 0)) if shape else (24, 0)
    if shape and shape["half"]:
        hour = hour % 12 + 12 * (shape["half"] == "p") if 1 <= hour <= 12 else 24
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _read_day(text: str) -> Day | None:
    if text in NAMED_DAYS:
        return text  # type: ignore[return-value]  # mypy can't tell that these are the names of the type
    if numbers := _NUMBERS.fullmatch(text):
        return _read_numbers(int(numbers[1]), int(numbers[2]), int(numbers[3]) if numbers[3] else None)
    return _read_weekday(text) or _read_date(text)


def _read_weekday(text: str) -> OnWeekday | None:
    found = _weekday_of(re.sub("^(next|this) ", "", text))
    return None if found is None else OnWeekday(weekday=found, next=text.startswith("next "))


def _weekday_of(text: str) -> Weekday | None:
    found = _CALENDAR_NAMES.weekday(_WEEKDAY_ABBREVIATIONS.get(text, text))
    return None if found is None else WEEKDAYS[found]


def _read_date(text: str) -> OnDate | None:
    """Parses a date; returns None if the text is none, raises ValueError for a 31 February."""
    weekday = _weekday_of(text.partition(" ")[0])
    text = text.partition(" ")[2] if weekday else text
    parts = next((shape.groupdict() for shape in (one.fullmatch(text) for one in _DATES) if shape), None)
    if parts is None:
        return None
    month = _CALENDAR_NAMES.month(parts["name"]) if "name" in parts else int(parts["month"])
    if month is None:
        return None
    year = int(parts["year"]) if parts["year"] else None
    if not is_date(int(parts["day"]), month, year):
        raise ValueError(f"The calendar has no {text}.")
    return OnDate(day=int(parts["day"]), month=month, year=year, weekday=weekday)


def _read_numbers(first: int, second: int, year: int | None) -> OnNumbers | OnDate:
    """A date, or two if both orders of day and month exist; raises ValueError if neither does."""
    if not is_date(first, second, year) and not is_date(second, first, year):
        raise ValueError(f"The calendar has no {first}/{second}: type the month by its name.")
    numbers = OnNumbers(first=first, second=second, year=year)
    return numbers if len(numbers.dates()) > 1 else numbers.dates()[0]
