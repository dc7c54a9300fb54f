"""Reads times of day: `17:30`, `5.30pm`, `1730`, `half past 5`, `noon`, `morning`."""

import re
from dataclasses import dataclass
from datetime import time

from bot.texts import times
from bot.times.model import HALF_A_DAY, NamedClock

_NAMED: dict[str, time | NamedClock] = {
    "noon": time(12),
    "midnight": "midnight",
    "morning": "morning",
    "eod": "end of day",
    "end of day": "end of day",
}
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:(?P<mark>[:.h])(?P<minute>\d\d))?(?: ?(?P<half>[ap])\.?m\.?)?")
_DIGITS = re.compile(r"(?P<hour>\d{2})(?P<minute>\d[05]|59)|(?P<short>\d{1,2})(?P<rest>\d\d) ?(?P<half>[ap])\.?m\.?")
_PAST = re.compile(r"(?P<part>half|(?:a )?quarter|\d{1,2}(?: min(?:ute)?s?)?) past (?P<hour>\d{1,2})")
_TO = re.compile(r"(?:a )?quarter to (?P<hour>\d{1,2})")
_LAST_DAY_OF_MONTH, _MONTHS = 31, 12


@dataclass(frozen=True, slots=True)
class ReadClock:
    """A time of day, whether its half of the day was left open, and its seconds."""

    clock: time | NamedClock
    bare: bool = False
    second: int = 0


def read_clock(text: str) -> ReadClock | None:
    """Reads a normalized time of day; returns None if the text is none."""
    if text in _NAMED:
        return ReadClock(_NAMED[text])
    if with_seconds := re.fullmatch(r"(\d\d:\d\d):([0-5]\d)", text):
        found = read_clock(with_seconds[1])
        return found and ReadClock(found.clock, second=int(with_seconds[2]))
    if shape := _CLOCK.fullmatch(text):
        if shape["mark"] == "." and not shape["half"] and _may_be_date(int(shape["hour"]), int(shape["minute"])):
            return None
        bare = not shape["mark"] and not shape["half"]
        return _build(int(shape["hour"]), int(shape["minute"] or 0), shape["half"], bare=bare)
    if shape := _DIGITS.fullmatch(text):
        return _build(int(shape["hour"] or shape["short"]), int(shape["minute"] or shape["rest"]), shape["half"])
    if shape := _PAST.fullmatch(text):
        minute = {"half": 30, "quarter": 15, "a quarter": 15}.get(shape["part"]) or int(shape["part"].split()[0])
        return _build(int(shape["hour"]), minute, None, bare=True)
    if shape := _TO.fullmatch(text):
        hour = int(shape["hour"])
        return _build(hour - 1 if hour > 1 else hour + 11, 45, None, bare=True) if hour <= HALF_A_DAY else None
    return None


def in_part(found: ReadClock, part: str) -> time:
    """The time of day within a part of the day, as in 8 in the evening.

    Raises:
        ValueError: the time is not in that part.
    """
    clock = found.clock
    if isinstance(clock, time):
        halves = {clock.hour % HALF_A_DAY, clock.hour % HALF_A_DAY + HALF_A_DAY} if found.bare else {clock.hour}
        for hour in halves:
            if hour in _HOURS[part]:
                return clock.replace(hour=hour)
    said = clock if isinstance(clock, str) else f"{clock:%H:%M}"
    raise ValueError(times.not_in_part(said, part))


_HOURS = {
    "morning": range(12),
    "afternoon": range(12, 19),
    "evening": range(16, 24),
    "night": (*range(17, 24), *range(5)),
}
PARTS = tuple(_HOURS)


def other_half(clock: time) -> time:
    """The same time of day in the other half of the day."""
    return clock.replace(hour=(clock.hour + HALF_A_DAY) % (2 * HALF_A_DAY))


def _build(hour: int, minute: int, half: str | None, *, bare: bool = False) -> ReadClock | None:
    if half:
        hour = hour % HALF_A_DAY + HALF_A_DAY * (half == "p") if 1 <= hour <= HALF_A_DAY else 24
    if hour > 23 or minute > 59:
        return None
    return ReadClock(time(hour, minute), bare=bare and 1 <= hour <= HALF_A_DAY)


def _may_be_date(first: int, second: int) -> bool:
    """Whether 5.12 may be the fifth of December."""
    return 1 <= first <= _LAST_DAY_OF_MONTH and 1 <= second <= _MONTHS
