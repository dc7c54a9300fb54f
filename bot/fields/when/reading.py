"""Times as people type them: only the shapes that are known are read, and nothing is guessed."""

import re
from datetime import timedelta

from bot.fields.when.values import LONGEST, SHORTEST, Elapsed, End, Start
from bot.fields.when.wall import LONG, read_wall
from bot.words import Words

FOR, IN, AT, UNTIL = ("for",), ("in",), ("at", "on"), ("until", "till", "til")
ENDS, STARTS = (
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


def read_end(words: Words) -> End:
    """`for 2h`, `until Monday 9:00`, `tonight`; without its first word too; ValueError with what to type instead."""
    marker, text = _marked(words, *FOR, *UNTIL)
    wall = read_wall(text)
    whole = text in ("today", "tonight")
    if whole and marker in UNTIL:
        raise ValueError(
            f"Until when {text}? Type until 22:00, or {text} alone: today ends at midnight, tonight at 07:00."
        )
    if wall and (marker in UNTIL or not marker or whole):
        return End(when=wall)
    elapsed = _duration(text)
    if elapsed and marker in UNTIL:
        raise ValueError(f"Type for {text}, or until with a time of day, as in until 18:00.")
    if not elapsed:
        raise ValueError(_how_long(marker, text) or f"{_no_time(words)} An end is typed as {ENDS}.")
    return End(when=elapsed)


def read_start(words: Words) -> Start:
    """`at 18:00`, `on Monday 9:00`, `in 2h`; without its first word too; ValueError with what to type instead."""
    marker, text = _marked(words, *AT, *IN)
    wall = read_wall(text)
    if wall and marker not in IN:
        return Start(when=wall)
    elapsed = _duration(text)
    if elapsed and marker in AT:
        raise ValueError(f"Type in {text}, or at with a time of day, as in at 18:00.")
    if not elapsed:
        raise ValueError(_how_long(marker, text) or f"{_no_time(words)} A start is typed as {STARTS}.")
    return Start(when=elapsed)


def _marked(words: Words, *markers: str) -> tuple[str, str]:
    """The first word if it is one of `markers`, and the rest, folded."""
    if any(word.quoted for word in words):
        raise ValueError("A time has no quotes.")
    text = " ".join(" ".join(word.text for word in words).lower().replace(",", " ").split())
    first, _, rest = text.partition(" ")
    return (first, rest) if first in markers else ("", text)


def _how_long(marker: str, text: str) -> str:
    ask = marker in (*FOR, *IN, "") and re.fullmatch(r"\d{1,5}", text)
    return f"Is that minutes, hours or days? Type {text}m, {text}h or {text} days." if ask else ""


def _no_time(words: Words) -> str:
    return f"“{' '.join(word.text for word in words)[:LONG]}” is no time that I know."


def _duration(text: str) -> Elapsed | None:
    """None where it is none; raise ValueError where it is one, and can't be."""
    if len(text) > LONG or not re.fullmatch(f"(?:{_AMOUNT.pattern})+", text.strip()):
        return None
    parts = [(count, _UNITS.get(unit)) for count, unit in _AMOUNT.findall(text)]
    if any(unit is None for _, unit in parts):
        return None
    total = sum((_count(count) * unit for count, unit in parts if unit), timedelta())
    if not SHORTEST <= total <= LONGEST:
        raise ValueError(f"“{text}” is too short or too long: a minute is the least, a year the most.")
    return Elapsed(elapsed=total)


def _count(text: str) -> float:
    return float(text) if text[0].isdigit() else 0.5 if text.startswith("half") else 1.0
