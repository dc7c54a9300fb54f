"""Reads lengths of time: `2h`, `an hour and a half`, `1h30`, `the next 2 hours`."""

import re
from datetime import timedelta

from bot.texts import times
from bot.times.model import MAX_DURATION, MIN_DURATION, Duration

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
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_COUNT = r"\d{1,5}(?:\.\d{1,2})?(?: and a half)?|half an?|half|(?:a )?quarter of an|(?:3|three) quarters of an|an?"
_AMOUNT = re.compile(rf"({_COUNT})(?:(?<=\d) ?| )({_UNIT})(?![a-z])( and a half)?(?: and |,? ?)")
_LENGTH = re.compile(rf"(?:{_AMOUNT.pattern})+")
_HOURS_MINUTES = re.compile(r"(\d{1,2})(?:h|:(?=\d\d ?h))(\d\d)(?: ?h(?:ours?|rs?)?)?")
_WORDS = {"half": 0.5, "quarter": 0.25, "a quarter": 0.25, "3 quarters": 0.75, "a": 1.0, "an": 1.0}


def read_duration(text: str) -> Duration | None:
    """Reads a normalized length; returns None if the text is none, raises ValueError if it is out of range."""
    text = re.sub(r"^(?:the next|another) (?=[a-z])", "1 ", re.sub(r" from now$", "", text))
    text = re.sub(r"^(?:the next|another|next) (?=\d)|^the (?=1 )|(?<=\d) more(?= )", "", text)
    text = re.sub(r"^1 ((?:half|a|an|quarter)\b)", r"\1", text)
    if clock := _HOURS_MINUTES.fullmatch(text):
        text = f"{clock[1]}h {clock[2]}m" if int(clock[2]) < 60 else ""
    if not _LENGTH.fullmatch(text):
        return None
    amounts = _AMOUNT.findall(text)
    units = [_UNITS[unit] for count, unit, _ in amounts if _WORDS.get(_plain(count), 1) >= 1]
    if len(set(units)) < len(units):  # 1h 2h may be two times, or a slip; 1h and half an hour is one
        return None
    total = sum((_amount(*found) for found in amounts), timedelta())
    if not MIN_DURATION <= total <= MAX_DURATION:
        raise ValueError(times.out_of_range(text))
    return Duration(elapsed=timedelta(seconds=round(total.total_seconds())))


def _amount(count: str, unit: str, half: str) -> timedelta:
    plain = _plain(count)
    number = _WORDS[plain] if plain in _WORDS else float(plain)
    return (number + 0.5 * (count.endswith("and a half") + bool(half))) * _UNITS[unit]


def _plain(count: str) -> str:
    return count.removesuffix(" and a half").removesuffix(" an").removesuffix(" a").removesuffix(" of")


def needs_unit(text: str) -> bool:
    """Whether the text is a number without its unit."""
    return re.fullmatch(r"\d{1,5}", text) is not None
