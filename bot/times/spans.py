"""Parses a start and an end that are said together: `from 18:00 to 22:00`, `tomorrow 8 to 10`, `all day Monday`."""

import re
from datetime import time
from functools import lru_cache

from bot.messages.text import Word, Words
from bot.texts import times as texts
from bot.times.clocks import other_half
from bot.times.days import read_day
from bot.times.model import HALF_A_DAY, Day, End, Start, WallClock
from bot.times.parser import (
    AT,
    FOR,
    IN,
    MAX_LENGTH,
    UNTIL,
    Moment,
    read_end,
    read_moment,
    read_open_moment,
    read_start,
    settle_half,
)
from bot.times.spelling import normalize

Times = dict[str, Start | End]
"""Times by field name: `starts`, `ends`, or both."""

_JOINERS = ("to", "until", "through")
_ENDS = (*FOR, *UNTIL)
_STARTS = (*IN, *AT)
_SINGLE = ("today", "tonight", "allday")
MAX_WORDS = 20
"""Words in the longest pair of times: each with weekday, day, month, year and time of day."""


def read_times(words: Words) -> Times:
    """Parses a start, an end or both; empty if the words are no times, or could be a start or an end."""
    if not words or any(word.quoted for word in words) or len(words) > MAX_WORDS:
        return {}
    text = normalize(" ".join(word.text for word in words))
    return dict(_read(text)) if len(text) <= 2 * MAX_LENGTH else {}


def explain(words: Words) -> str | None:
    """Why a start and an end that are said together are not read; None for what is neither, and for two that are."""
    text = normalize(" ".join(word.text for word in words)) if len(words) <= MAX_WORDS else ""
    try:
        _read_two(text.split() if len(text) <= 2 * MAX_LENGTH else [])
    except ValueError as fault:
        return str(fault)
    return None


@lru_cache(maxsize=4096)
def _read(text: str) -> Times:
    try:
        return _read_one(text) or _read_whole_day(text) or _read_two(text.split())
    except ValueError:
        return {}


def _read_one(text: str) -> Times:
    """A start or an end by its first word; a day with a time of day is a start."""
    first, _, rest = text.partition(" ")
    words = tuple(map(Word, text.split()))
    try:
        if first in _ENDS or text in _SINGLE:
            return {"ends": read_end(words)} if rest or text in _SINGLE else {}
        if first in _STARTS:
            return {"starts": read_start(words)} if rest else {}
        wall = read_moment(text) if rest else None
    except ValueError:
        return {}
    named = isinstance(wall, WallClock) and wall.day is not None and wall.clock is not None
    return {"starts": Start(when=wall)} if wall and (named or not isinstance(wall, WallClock)) else {}


def _read_whole_day(text: str) -> Times:
    """All of a day that is named, as in all day tomorrow."""
    day = read_day(re.sub(r"^on ", "", " ".join(text.replace("allday", "").split()))) if "allday" in text else None
    if day is None or day == "tonight":
        return {}
    if day == "today":
        return {"ends": End(when=WallClock(day="today"))}
    return {
        "starts": Start(when=WallClock(day=day, clock=time(0))),
        "ends": End(when=WallClock(day=day, through=True)),
    }


def _read_two(words: list[str]) -> Times:
    for cut in range(1, len(words)):
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        first, second = _read_one(left), _read_one(right)
        if first and second and first.keys() != second.keys():
            return first | second
        joiner, _, rest = right.partition(" ")
        if joiner in _JOINERS and rest and (found := _read_range(left, joiner, rest)):
            return found
    return {}


def _read_range(left: str, joiner: str, right: str) -> Times:
    """A start and an end with a word between them that makes a range of them."""
    marked = left.partition(" ")[0] in AT
    left = re.sub(r"^(?:at|on|from) | from(?= )", "", left)
    left, right = _over_night(left, right)
    open_ends = read_open_moment(right)
    ends = settle_half(open_ends)
    if ends is None:
        return {}
    if left == "now":
        return {"ends": End(when=_inclusive(ends, joiner))}
    starts = read_open_moment(left)
    if not isinstance(starts, WallClock) or not isinstance(ends, WallClock):
        return {"starts": Start(when=starts), "ends": End(when=ends)} if starts and marked else {}
    if starts.clock is None and (not marked or ends.clock is not None):
        return {}  # tomorrow until 18:00: from when on?
    if starts.day is None and not marked and ends.day is None:
        return {}
    if joiner == "to" and isinstance(open_ends, WallClock):
        shared = _share_day(starts, open_ends, right)
        starts, ends = shared or (share_half(starts, ends), ends)
    begins = settle_half(starts)
    return {"starts": Start(when=begins or starts), "ends": End(when=_inclusive(ends, joiner))}


def _over_night(left: str, right: str) -> tuple[str, str]:
    """Both times, with `tonight` as the day of the start where the end is after midnight: from 22 to 6 tonight."""
    if not right.endswith(" tonight"):
        return left, right
    evening = left if "tonight" in left else f"tonight {left}"
    starts, ends = read_open_moment(evening), read_open_moment(right)
    clocks = [one.clock for one in (starts, ends) if isinstance(one, WallClock) and isinstance(one.clock, time)]
    is_later = len(clocks) == 2 and clocks[0] >= clocks[1]
    return (evening, right.removesuffix(" tonight")) if is_later else (left, right)


def _inclusive(ends: Moment, joiner: str) -> Moment:
    """The end of a day that stands alone after `to` or `through`: from Monday to Friday."""
    alone = isinstance(ends, WallClock) and ends.clock is None
    return ends.model_copy(update={"through": True}) if alone and joiner != "until" else ends


def share_half(starts: WallClock, ends: WallClock) -> WallClock:
    """The start with the half of the day that the end has, as in 5 to 7pm; either half where none is before the end."""
    if not starts.bare or ends.bare or not isinstance(ends.clock, time) or not isinstance(starts.clock, time):
        return starts
    hour = starts.clock.hour % HALF_A_DAY
    earlier, later = starts.clock.replace(hour=hour), starts.clock.replace(hour=hour + HALF_A_DAY)
    fits = [clock for clock in (later, earlier) if clock < ends.clock]
    return starts.model_copy(update={"clock": fits[0], "bare": False}) if fits else starts


def _share_day(starts: WallClock, ends: WallClock, right: str) -> tuple[WallClock, WallClock] | None:
    """Both times where the day is said once, after both, as in 8 to 10 tomorrow; None where it is that of the end only.

    The end is the next such time after the start.

    Args:
        starts: the start, with its half of the day as it was said.
        ends: the end, as well.

    Raises:
        ValueError: the times are those of a night, and the day may be that of its evening or of its morning.
    """
    said_first = right.split()[0] if right.split() else ""
    after = read_moment(said_first) if ends.day is not None else None
    if starts.day is not None or not (isinstance(after, WallClock) and after.clock is not None):
        return None
    if not isinstance(starts.clock, time) or not isinstance(ends.clock, time):
        return None
    day: Day | None = ends.day
    half = share_half(starts, ends)
    same_day = ends.clock > starts.clock or (ends.bare and other_half(ends.clock) > starts.clock)
    if not same_day and day == "tomorrow":
        return None  # from 22:00 to 6:00 tomorrow: the coming night
    if not same_day and day != "today":
        raise ValueError(texts.which_night_of(f"{starts.clock:%H:%M}", f"{ends.clock:%H:%M}"))
    return half.model_copy(update={"day": day}), ends.model_copy(update={"day": None})
