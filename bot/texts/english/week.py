"""A preview of a recurrence: a week of it, a short line for each day."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.texts.english import dates

NOTHING, WHOLE_DAY = "not at all", ("0:00", "24:00")


def clock(at: datetime) -> str:
    """A time of day: 8:00."""
    return f"{at.hour}:{at:%M}"


def day(on: date, parts: Sequence[tuple[str, str]], holiday: str) -> str:
    """A day of the week view: `Mon 30 Nov: 0:00-8:00, 18:00-24:00`."""
    spans = ["all day" if part == WHOLE_DAY else f"{part[0]}-{part[1]}" for part in parts]
    return f"{dates.day(on, with_year=False)}: {', '.join(spans) or NOTHING}{f' ({holiday})' if holiday else ''}"
