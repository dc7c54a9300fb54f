"""Reads recurrences, such as `every weekday 18:00 to 8:00 until 31 March except on holidays`."""

import re
from calendar import monthrange
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bot.messages.text import Words
from bot.recurrence.building import Slots, build
from bot.recurrence.days import HOLIDAY, calendar_of, read_days, spell, weekday_codes
from bot.recurrence.model import Recurrence
from bot.recurrence.reading import MAX_LENGTH
from bot.texts import recurrences as texts
from bot.texts import times as time_texts
from bot.texts.languages import language
from bot.times.days import read_day
from bot.times.durations import read_duration
from bot.times.model import MONTHS, OnDate, OnNumbers, OnWeekday, WallClock
from bot.times.parser import read_open_moment
from bot.times.spelling import normalize
from bot.times.zones import read_zone

MAX_SLOT_WORDS = 24
"""Words of the longest list of days: six dates with their years."""
_OFTEN = re.compile(
    r"\b(?:hourly|every (?:half |other |\d+ )?(?:an )?(?:minute|min|hour|hr)s?|every (?:\d+ )?seconds|every second$)\b"
)
_SELDOM = re.compile(r"\b(?:quarterly|every (?:\d+ )?(?:quarter|season)s?)\b")
_EXCEPT = r"(?:but |and )?(?:not|except(?: for)?|excluding|excepting|without|other than|apart from|skipping)"
_NO_END = ("until further notice", "until changed", "indefinitely", "forever", "for good", "from now on", "from now")
_THROUGH = re.compile(
    rf"(?:until|to|through) (?:the )?end of (?P<month>{'|'.join(MONTHS).lower()}|(?:the |this )?year)"
)


def read_recurrence(words: Words) -> Recurrence:
    """Reads the words of a recurrence, in any order.

    Raises:
        ValueError: the words are none; the message says what to type instead.
    """
    if any(word.quoted for word in words):
        raise ValueError(time_texts.NO_QUOTES)
    typed = " ".join(word.text for word in words)
    found = _read(normalize(typed[: 2 * MAX_LENGTH]), language())
    if isinstance(found, Recurrence):
        return found
    raise ValueError(found)


@lru_cache(maxsize=4096)
def _read(text: str, code: str) -> Recurrence | str:
    """The recurrence, or what is wrong with it in the language in force, whose code is `code`."""
    if len(text) > MAX_LENGTH:
        return texts.unreadable(text[:MAX_LENGTH], text[MAX_LENGTH:])
    if _OFTEN.search(text):
        return texts.too_often()
    if seldom := _SELDOM.search(text):
        return texts.too_seldom(seldom[0])
    reader = _Reader(spell(text).split())
    wrong, found = "", None
    for slots in reader.fill():
        last = slots.get("until")
        if found is not None and not isinstance(last, OnWeekday):
            continue
        try:
            built = build(slots)
        except ValueError as fault:
            wrong = wrong or str(fault)
            continue
        if found is not None and isinstance(last, OnWeekday):
            return texts.range_or_last_day(last.weekday)
        if last is not None or " until " not in text:
            return built
        found = found or built
    return found or wrong or reader.explained(text)


class _Reader:
    """Every way to read words as the parts of a recurrence, and how far they were understood."""

    def __init__(self, words: list[str]) -> None:
        self._words, self._furthest = words, 0
        self._faults = dict[str, str]()

    def fill(self, start: int = 0, slots: Slots | None = None) -> Iterator[Slots]:
        """Yields the parts for each way to read all words, in any order, each part once."""
        slots = slots or {}
        self._furthest = max(self._furthest, start)
        if start == len(self._words):
            yield slots
            return
        for end in range(min(len(self._words), start + MAX_SLOT_WORDS), start, -1):
            text = " ".join(self._words[start:end])
            try:
                found = _parts(text)
            except ValueError as fault:
                self._faults[text] = str(fault)
                continue
            for slot, value in found:
                if slot not in slots:
                    yield from self.fill(end, {**slots, slot: value})

    def explained(self, typed: str) -> str:
        """What is wrong with words that are no recurrence: of several faults, that of the longest text."""
        if self._faults:
            return self._faults[max(self._faults, key=len)]
        rest = " ".join(self._words[self._furthest :])
        if self._furthest and rest.startswith("and "):
            return texts.a_line_for_each(rest.removeprefix("and "))
        return texts.unreadable(typed, rest or typed)


@lru_cache(maxsize=16_384)
def _parts(text: str) -> tuple[tuple[str, Any], ...]:
    """What a text may be, by the name of the part; raises ValueError for a part that is left open."""
    return tuple(_possible(text))


def _possible(text: str) -> Iterator[tuple[str, Any]]:
    if (days := read_days(text)) is not None:
        yield ("hours" if days.business else "days"), days
        return
    if text in ("outside", "outside of"):
        yield "outside", True
    if text == "allday":
        yield "whole", True
    if text in _NO_END:
        yield "endless", True
    yield from _exceptions(text)
    first, _, rest = text.partition(" ")
    if first in ("to", "until", "through"):
        yield from _ends(text, first, rest)
    elif first == "for" and (elapsed := read_duration(rest)):
        yield "lasts", elapsed.elapsed
    else:
        begins = _clock(rest if first in ("from", "at") else text)
        if begins:
            yield "begins", begins
        if first == "from" and (day := read_day(re.sub("^(?:on )?(?:the )?", "", rest))) not in (None, "weekend"):
            yield "first", "today" if day == "tonight" else day
    if (zone := read_zone(text.removeprefix("in ").removesuffix(" time"))) is not None:
        yield "zone", zone


def _ends(text: str, first: str, rest: str) -> Iterator[tuple[str, Any]]:
    """The end of each occurrence, or the last day."""
    if ends := _clock(rest):
        yield "ends", ends
    if last := _THROUGH.fullmatch(text):
        yield "until", _last_day(last["month"])
    day = read_day(re.sub("^(?:and including )?(?:on )?(?:the )?", "", rest))
    if isinstance(day, OnDate | OnNumbers) or (first != "to" and (isinstance(day, OnWeekday) or day == "tomorrow")):
        yield "until", day


def _last_day(named: str) -> OnDate:
    names = [month.lower() for month in MONTHS]
    if named not in names:
        return OnDate(day=31, month=12)
    if named == "february":
        raise ValueError(texts.end_of_february())
    month = names.index(named) + 1
    return OnDate(day=monthrange(2001, month)[1], month=month)


def _clock(text: str) -> WallClock | None:
    """A time of day, with a weekday before it if one is said; None if the text is none."""
    if text in ("in", "on") or not text:
        return None
    found = read_open_moment(text)
    if not isinstance(found, WallClock) or found.clock is None or found.through:
        return None
    return found if found.day is None or (isinstance(found.day, OnWeekday) and not found.day.next) else None


def _exceptions(text: str) -> Iterator[tuple[str, Any]]:
    if shape := re.fullmatch(rf"{_EXCEPT}(?: on| during| at| over)? {HOLIDAY}", text):
        yield "besides", calendar_of(shape)
    elif shape := re.fullmatch(rf"{_EXCEPT} (?P<days>.+)", text):
        if codes := weekday_codes(re.sub(r"^(?:on|at) (?:the )?", "", shape["days"])):
            yield "left_out", codes
        elif read_day(re.sub(r"^on (?:the )?", "", shape["days"])):
            raise ValueError(texts.not_except(shape["days"]))
    if shape := re.fullmatch(rf"(?:and|plus|as well as) (?:also )?(?:on |all day on )?{HOLIDAY}", text):
        yield "also", calendar_of(shape)
