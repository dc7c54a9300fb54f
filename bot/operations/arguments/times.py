"""Argument types of start, end, durations, days and Slack users."""

import re
from typing import Annotated, Any

from bot.messages.text import Words
from bot.operations.arguments.types import ArgumentType
from bot.pbx.limits import RECALL_TIME_SECONDS, check_recall_time
from bot.recurrence.format import describe
from bot.recurrence.model import Recurrence
from bot.recurrence.reading import read_recurrence
from bot.texts import lines
from bot.texts import times as texts
from bot.times.format import format_seconds, format_time
from bot.times.model import End, Start
from bot.times.parser import read_end, read_start
from bot.times.periods import is_period


def _say_start(value: Any) -> str:
    """Accepts the value or its JSON, which forms are filled with."""
    return format_time(Start.model_validate(value))


def _say_end(value: Any) -> str:
    return format_time(End.model_validate(value))


def _say_recurrence(value: Any) -> str:
    return describe(Recurrence.model_validate(value))


START = ArgumentType(
    placeholder="<start>",
    name="start",
    read=read_start,
    say=_say_start,
    time=Start,
)
END = ArgumentType(
    placeholder="<end>",
    name="end",
    read=read_end,
    say=_say_end,
    time=End,
)
RECURS = ArgumentType(
    placeholder="<repetition>",
    name="repetition",
    read=read_recurrence,
    say=_say_recurrence,
)
Starts = Annotated[Start, START]
Ends = Annotated[End, END]
Recurs = Annotated[Recurrence, RECURS]


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


TIME = ArgumentType(placeholder="<time>", name="seconds", read=_read_seconds, say=format_seconds)

Time = Annotated[int, TIME]


def _read_period(words: Words) -> str:
    """A period as it was typed: what it means depends on when it is asked for."""
    text = " ".join(word.text for word in words)
    if any(word.quoted for word in words) or not is_period(text):
        raise ValueError(texts.unreadable_period(text))
    return text


def _read_person(words: Words) -> str:
    if len(words) == 1 and words[0].is_keyword("me", "myself", "i"):
        return "me"
    if len(words) == 1 and re.fullmatch(r"<@\w+>", words[0].text):
        return words[0].text
    raise ValueError(lines.NO_PERSON)


PERIOD = ArgumentType(placeholder="<period>", read=_read_period, say=str)
PERSON = ArgumentType(placeholder="<@somebody | me>", read=_read_person, say=str)

Period = Annotated[str, PERIOD]
SomeoneId = Annotated[str, PERSON]
