"""Dates, times of day and durations as people read them in German; units end in no full stop, as sentences do."""

from datetime import date

TODAY, TOMORROW, NOW = "heute", "morgen", "jetzt"
WEEKDAYS = ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So.")
MONTHS = ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.")
_MONTHS_IN_FULL = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def day_and_month(on: date, *, with_year: bool) -> str:
    return f"{on.day}. {MONTHS[on.month - 1]}" + (f" {on.year}" if with_year else "")


def day(on: date, *, with_year: bool) -> str:
    return f"{weekday(on)}, {day_and_month(on, with_year=with_year)}"


def weekday(on: date) -> str:
    return WEEKDAYS[on.weekday()]


def day_in_full(on: date, *, with_year: bool) -> str:
    """Returns a date with its month in full: `4. Dezember 2026`."""
    return f"{on.day}. {_MONTHS_IN_FULL[on.month - 1]}{f' {on.year}' if with_year else ''}"


def at(on: str, clock: str) -> str:
    """Returns a time of a day: `Do., 26. Nov., 07:00 Uhr`, `heute 18:00 Uhr`; the clock may name its zone."""
    time, _, zone = clock.partition(" ")
    return f"{on}{'' if on in (TODAY, TOMORROW) else ','} {time} Uhr{f' {zone}' if zone else ''}"


def midnight(before: date, after: date, *, before_with_year: bool, after_with_year: bool) -> str:
    """Returns the midnight between two days: `Mo./Di., 30. Nov./1. Dez., Mitternacht`."""
    same_month = (before.year, before.month) == (after.year, after.month)
    first = f"{before.day}." if same_month else day_and_month(before, with_year=before_with_year)
    days = f"{weekday(before)}/{weekday(after)}"
    return f"{days}, {first}/{day_and_month(after, with_year=after_with_year)}, Mitternacht"


def in_zone(moment: str, zone: str) -> str:
    return f"{moment}, {zone}"


def from_until(start: str, end: str) -> str:
    return f"von {start} bis {end}"


def duration(days: int, hours: int, minutes: int, seconds: int) -> str:
    """Returns a length of time: `2 h`, `1 h 30 min`, `3 Tage`, `1 Tag 2 h`."""
    parts = ((days, "Tag" if days == 1 else "Tage"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
