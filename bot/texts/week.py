"""A preview of a recurrence: its next occurrences, and a week of it, a short line for each day."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

NOTHING, WHOLE_DAY = "not at all", ("0:00", "24:00")


def label(number: int) -> str:
    """The label of an occurrence, counted from 0."""
    return "First time" if number == 0 else "Then"


def clock(at: datetime) -> str:
    """A time of day: 8:00."""
    return f"{at.hour}:{at:%M}"


def period(starts: datetime, ends: datetime, zone: ZoneInfo, now: datetime) -> str:
    """An occurrence: `Mon 30 Nov 18:00 to Tue 1 Dec 8:00`; with one date if it is on one day, or `now` as its start."""
    begins, over, year = starts.astimezone(zone), ends.astimezone(zone), now.astimezone(zone).year
    until = f"{_date(over, year)} {clock(over)}"
    if starts <= now:
        return f"now to {until}"
    return f"{_date(begins, year)} {clock(begins)} to {clock(over) if begins.date() == over.date() else until}"


def day(on: date, parts: Sequence[tuple[str, str]], holiday: str) -> str:
    """A day of the week view: `Mon 30 Nov: 0:00-8:00, 18:00-24:00`."""
    spans = ["all day" if part == WHOLE_DAY else f"{part[0]}-{part[1]}" for part in parts]
    return f"{_date(on)}: {', '.join(spans) or NOTHING}{f' ({holiday})' if holiday else ''}"


def _date(on: date, year: int | None = None) -> str:
    """A date, with its year if that is another one than `year`."""
    other = f" {on.year}" if year is not None and on.year != year else ""
    return f"{on:%a} {on.day} {on:%b}{other}"
