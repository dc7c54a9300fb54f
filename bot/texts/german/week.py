"""A preview of a recurrence in German: a week of it, a short line for each day."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.texts.german import dates

NOTHING, WHOLE_DAY = "gar nicht", ("0:00", "24:00")


def clock(at: datetime) -> str:
    return f"{at.hour}:{at:%M}"


def day(on: date, parts: Sequence[tuple[str, str]], holiday: str) -> str:
    spans = ["ganztags" if part == WHOLE_DAY else f"{part[0]}-{part[1]}" for part in parts]
    return f"{dates.day(on, with_year=False)}: {', '.join(spans) or NOTHING}{f' ({holiday})' if holiday else ''}"
