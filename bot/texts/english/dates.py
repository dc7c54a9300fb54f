"""Dates, times of day and durations as people read them; in lines that are typed they are always written in English."""

from datetime import date

TODAY, TOMORROW, NOW = "today", "tomorrow", "now"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Short names, Monday first."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_and_month(on: date, *, with_year: bool) -> str:
    """A day without its weekday: `26 Nov`, `26 Nov 2027`."""
    return f"{on.day} {MONTHS[on.month - 1]}" + (f" {on.year}" if with_year else "")


def day(on: date, *, with_year: bool) -> str:
    """A day: `Thu 26 Nov`."""
    return f"{weekday(on)} {day_and_month(on, with_year=with_year)}"


def weekday(on: date) -> str:
    """The day of the week, short: `Thu`."""
    return WEEKDAYS[on.weekday()]


def at(on: str, clock: str) -> str:
    """A time of a day, `on` as `day`, `weekday`, TODAY or TOMORROW say it: `Thu 26 Nov 07:00`."""
    return f"{on} {clock}"


def midnight(before: date, after: date, *, before_with_year: bool, after_with_year: bool) -> str:
    """The midnight between two days: `midnight Mon/Tue 30 Nov/1 Dec`."""
    same_month = (before.year, before.month) == (after.year, after.month)
    first = str(before.day) if same_month else day_and_month(before, with_year=before_with_year)
    days = f"{weekday(before)}/{weekday(after)}"
    return f"midnight {days} {first}/{day_and_month(after, with_year=after_with_year)}"


def in_zone(moment: str, zone: str) -> str:
    """A time with the name of its time zone: `Thu 26 Nov 07:00, Europe/Berlin`."""
    return f"{moment}, {zone}"


def from_until(start: str, end: str) -> str:
    """A start and an end: `from today 18:00 until tomorrow 08:00`."""
    return f"from {start} until {end}"


def duration(days: int, hours: int, minutes: int, seconds: int) -> str:
    """A length of time: `2h`, `1h30m`, `3 days`, `1 day 2h`."""
    short = "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if count)
    long = f"{days} day{'' if days == 1 else 's'}" if days else ""
    return " ".join(part for part in (long, short) if part) or "0s"
