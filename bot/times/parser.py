"""Parses typed times: the start or the end of a change, or both."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from bot.messages.text import Words
from bot.texts import recurrences
from bot.texts import times as texts
from bot.times.clocks import PARTS, ReadClock, in_part, read_clock
from bot.times.days import read_day
from bot.times.durations import needs_unit, read_duration
from bot.times.model import HALF_A_DAY, Day, End, Instant, NamedClock, OnDate, Start, WallClock
from bot.times.spelling import normalize, repeats
from bot.times.zones import read_zone, zones_of

FOR, IN, AT, UNTIL = ("for",), ("in",), ("at", "on", "from"), ("until", "through")
MAX_LENGTH = 70
"""Characters; longer text is no time."""
MAX_SLOT_WORDS = 6
"""Words of the longest day: Monday the 30th of November 2026."""
SPANS = ("today", "tonight", "weekend")
"""Days that are an end by themselves: for tonight."""

Moment = WallClock | Instant


def read_end(words: Words) -> End:
    """Parses an end such as `for 2h`, `until Monday 9:00` or `tonight`; `for` or `until` may be left out.

    Raises:
        ValueError: the words are no end; the message says what to type instead.
    """
    marker, text = _split_marker(words, *FOR, *UNTIL)
    if text in SPANS and marker == "until":
        raise ValueError(texts.until_when(text))
    if text in ("weekend", "allday") and marker != "through":
        return End(when=WallClock(day="weekend" if text == "weekend" else "today"))
    wall = _read_wall(text, through=marker == "through")
    if wall and (marker in UNTIL or not marker or text in SPANS):
        return End(when=wall)
    elapsed = read_duration(text) if len(text) <= MAX_LENGTH else None
    if elapsed and marker in UNTIL and not text.endswith("from now"):
        raise ValueError(texts.for_or_until(text))
    if not elapsed:
        raise ValueError(_ask_for_unit(marker, text) or _unreadable(words, texts.END_EXAMPLES))
    return End(when=elapsed)


def read_start(words: Words) -> Start:
    """Parses a start such as `at 18:00`, `on Monday 9:00` or `in 2h`; the first word may be left out.

    Raises:
        ValueError: the words are no start; the message says what to type instead.
    """
    marker, text = _split_marker(words, *AT, *IN)
    wall = _read_wall(text)
    if wall and marker not in IN:
        return Start(when=wall)
    elapsed = read_duration(text) if len(text) <= MAX_LENGTH else None
    if elapsed and marker in AT:
        raise ValueError(texts.in_or_at(text))
    if not elapsed:
        raise ValueError(_ask_for_unit(marker, text) or _unreadable(words, texts.START_EXAMPLES))
    return Start(when=elapsed)


def _split_marker(words: Words, *markers: str) -> tuple[str, str]:
    """The first word if it is one of `markers`, and the rest, normalized."""
    if any(word.quoted for word in words):
        raise ValueError(texts.NO_QUOTES)
    typed = " ".join(word.text for word in words)
    text = normalize(typed[: 2 * MAX_LENGTH])
    if repeats(text):
        raise ValueError(recurrences.NO_REPEATED_TIME)
    if re.fullmatch(r"\d{1,2}h\d\d", text):
        raise ValueError(texts.clock_or_duration(text, text.replace("h", ":")))
    first, _, rest = text.partition(" ")
    return (first, rest) if first in markers else ("", text)


def _ask_for_unit(marker: str, text: str) -> str:
    ambiguous = marker in (*FOR, *IN, "") and needs_unit(text)
    return texts.which_unit(text) if ambiguous else ""


def _unreadable(words: Words, examples: str) -> str:
    return texts.unreadable(" ".join(word.text for word in words)[:MAX_LENGTH], examples)


def _read_wall(text: str, *, through: bool = False) -> Moment | None:
    """Reads a normalized day, time of day or both; with `through`, the end of a day."""
    if text.endswith(" 24:00") or through or text == "24:00":
        found = read_moment(text.removesuffix("24:00").strip() or "midnight")
        if not isinstance(found, WallClock) or found.zone or text == "24:00":
            return found
        return found.model_copy(update={"through": True}) if found.clock is None else None
    return read_moment(text)


def read_moment(text: str) -> Moment | None:
    """Reads a normalized day, time of day or both, in any order, with a zone; returns None if the text is neither.

    Raises like `read_open_moment`.
    """
    return settle_half(read_open_moment(text))


def settle_half(moment: Moment | None) -> Moment | None:
    """The moment with the half of the day as said, where the other half of its day can't be nearer."""
    later = isinstance(moment, WallClock) and moment.day in ("tomorrow", "day after tomorrow")
    return moment.model_copy(update={"bare": False}) if moment is not None and later else moment


@lru_cache(maxsize=4096)
def read_open_moment(text: str) -> Moment | None:
    """Reads a moment, and whether the half of its day was said.

    Raises:
        ValueError: the text is a date that the calendar does not have, or leaves open what is meant.
    """
    words = text.split()
    if not words or len(text) > MAX_LENGTH:
        return None
    return next((found for slots in _fill(words, {}) if (found := _build(slots))), None)


def _fill(words: list[str], slots: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every way to read the words as a day, a time of day, a part of the day and a zone, each once."""
    if not words:
        yield slots
        return
    for length in range(min(MAX_SLOT_WORDS, len(words)), 0, -1):
        for slot, value in _read_slots(" ".join(words[:length]), slots):
            if slot not in slots:
                yield from _fill(words[length:], {**slots, slot: value})


def _read_slots(text: str, slots: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    bare = isinstance(slots.get("clock"), ReadClock) and slots["clock"].bare and "half" not in slots
    plain = re.sub(r"^(?:on )?(?:the (?=\d))?" if slots else r"^the (?=\d)", "", text)
    if (day := read_day(plain)) is not None and not (bare and plain == text and not isinstance(day, str)):
        yield "day", day
    clock = read_clock(text.removeprefix("at ") if slots else text)
    if clock is not None and clock.clock != "morning":
        yield "clock", clock
    if part := re.fullmatch(rf"(in the |the |at |this )?({'|'.join(PARTS)})", text):
        yield "part", part[2]
        if part[1] == "this ":
            yield "this", part[2]
    if (zone := read_zone(text)) is not None:
        yield "zone", zone


def _build(slots: dict[str, Any]) -> Moment | None:
    day: Day | None = slots.get("day") or ("today" if "this" in slots else None)
    found, zone = slots.get("clock"), slots.get("zone")
    clock, bare = _clock_of(day, found, slots.get("part"))
    if zone is not None and clock is None:
        return None
    if clock == "midnight" and (zone or day in (None, "today", "tonight")):
        day, clock = day if zone else None, time(0)
    if isinstance(day, OnDate) and isinstance(clock, time) and (at := _exact(day, clock, zone)) and not bare:
        return Instant(at=at.replace(second=found.second if found else 0))
    if found and found.second:
        return None
    said = {"day": day, "clock": clock, "bare": bare or None, "zone": zone}
    said = {name: value for name, value in said.items() if value is not None}
    return WallClock.model_validate(said) if said else None


def _exact(day: OnDate, clock: time, zone: str | None) -> datetime | None:
    """The instant that a date with its year has in a zone with a fixed offset; None where anything is left open."""
    if day.year is None or day.weekday is not None or zone is None or not zone.startswith("UTC"):
        return None
    return datetime.combine(date(day.year, day.month, day.day), clock, zones_of(zone)[0])


def _clock_of(day: Any, found: ReadClock | None, part: str | None) -> tuple[time | NamedClock | None, bool]:
    """The time of day, and whether its half is open; a part of the day settles it."""
    if part is None and not (day == "tonight" and found and found.bare):
        return (found.clock, found.bare) if found else (None, False)
    if found is None and part == "morning":
        return "morning", False
    if found is None:
        raise ValueError(texts.when_in(str(part)))
    clock = in_part(found, part or "night")
    if part == "night" and clock.hour < HALF_A_DAY and day not in (None, "tonight"):
        raise ValueError(texts.which_night(f"{clock:%H:%M}"))
    return clock, False
