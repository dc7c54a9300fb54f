"""Argument types of start, end, durations, days and Slack users."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from bot.messages.text import Words
from bot.operations.arguments.types import ArgumentType
from bot.pbx.limits import RECALL_TIME_SECONDS, check_recall_time
from bot.texts import times as texts
from bot.texts.lines import NO_PERSON
from bot.times.format import format_seconds, format_time
from bot.times.model import End, Start
from bot.times.parser import read_end, read_start


def _say_start(value: Any) -> str:
    """Accepts the value or its JSON, which forms are filled with."""
    return format_time(Start.model_validate(value))


def _say_end(value: Any) -> str:
    return format_time(End.model_validate(value))


START = ArgumentType(
    placeholder="<start>",
    label="Begins",
    hint=texts.START_HINT,
    read=read_start,
    say=_say_start,
)
END = ArgumentType(
    placeholder="<end>",
    label="Ends",
    hint=texts.END_HINT,
    read=read_end,
    say=_say_end,
)
Starts = Annotated[Start, START]
Ends = Annotated[End, END]


_TIME = re.compile(
    r"(?:([0-9]+)\s*h(?:ours?|rs?)?)?\s*(?:([0-9]+)\s*m(?:in(?:ute)?s?)?)?\s*(?:([0-9]+)\s*(?:s(?:ec(?:ond)?s?)?)?)?"
)


def _read_seconds(words: Words) -> int:
    text = " ".join(word.text for word in words).lower()
    match = _TIME.fullmatch(text)
    if not match or not text or len(text) > 20:
        raise ValueError(texts.unreadable_duration(text))
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if text.isdigit() and total < RECALL_TIME_SECONDS[0]:
        raise ValueError(texts.minutes_or_seconds(text))
    check_recall_time(total)
    return total


TIME = ArgumentType(placeholder="<time>", label="Time", hint=texts.SECONDS_HINT, read=_read_seconds, say=format_seconds)

Time = Annotated[int, TIME]


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMED = ("today", "yesterday")


def _read_day(words: Words) -> str:
    text = " ".join(word.text for word in words).lower().removeprefix("last ").removeprefix("on ")
    if text in _NAMED:
        return text
    if found := [day for day in DAYS if len(text) >= 2 and day.lower().startswith(text)]:
        return found[0]
    try:
        return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "no").isoformat()
    except ValueError:
        raise ValueError(f"{text} is no day: type a date as in 2026-11-01, a weekday, today or yesterday.") from None


def begins(day: str, zone: str, now: datetime) -> datetime:
    """The instant in UTC at which a day begins in the zone; a weekday is the latest one, today included."""
    here = ZoneInfo(zone)
    return datetime.combine(_date(day, now.astimezone(here).date()), time(), here).astimezone(UTC)


def _date(day: str, today: date) -> date:
    if day in _NAMED:
        return today - timedelta(days=_NAMED.index(day))
    if day in DAYS:
        return today - timedelta(days=(today.weekday() - DAYS.index(day)) % 7)
    return date.fromisoformat(day)


def _read_person(words: Words) -> str:
    if len(words) == 1 and words[0].is_keyword("me", "myself", "i"):
        return "me"
    if len(words) == 1 and re.fullmatch(r"<@\w+>", words[0].text):
        return words[0].text
    raise ValueError(NO_PERSON)


SINCE = ArgumentType(placeholder="<day>", read=_read_day, say=str)
PERSON = ArgumentType(placeholder="<@somebody | me>", read=_read_person, say=str)

Since = Annotated[str, SINCE]
SomeoneId = Annotated[str, PERSON]
