"""Wording that German texts share: counts, numbers of changes, lists, values that change, dates and times."""

from collections.abc import Sequence
from datetime import date, datetime

ARROW = "→"
NOTHING_CHANGED = "Es wurde nichts geändert."

_CONJUNCTIONS = {"and": "und", "or": "oder"}
_WEEKDAYS = ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So.")
_MONTHS = (
    *("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni"),
    *("Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
)
_LONG_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def count(number: int, noun: str, plural: str = "") -> str:
    """Returns a number with its noun: `keine Mitglieder`, `1 Mitglied`, `2 Mitglieder`; the plural may be the same."""
    if number == 1:
        return f"1 {noun}"
    return f"{number or 'keine'} {plural or noun}"


def change_number(number: int) -> str:
    return f"#{number}"


def from_to(before: str, after: str) -> str:
    return f"{before} {ARROW} {after}"


def listed(parts: Sequence[str], conjunction: str = "and") -> str:
    """Returns parts as a list in words: `a`, `a und b`, `a, b und c`; the conjunction is `and` or `or`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {_CONJUNCTIONS[conjunction]} {parts[-1]}"


def inside(label: str) -> str:
    """Returns a label as it is written within a sentence: German nouns keep their capital letter."""
    return label


def sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "…")) else ".")


def short_date(day: date) -> str:
    """Returns a date with its weekday: `Fr., 4. Dez.`."""
    return f"{_WEEKDAYS[day.weekday()]}, {day.day}. {_MONTHS[day.month - 1]}"


def long_date(day: date, *, year: bool = True) -> str:
    """Returns a date with its month in full: `4. Dezember 2026`."""
    return f"{day.day}. {_LONG_MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"


def short_moment(local: datetime) -> str:
    """Returns a date and a time of day: `Fr., 4. Dez., 18:00 Uhr`."""
    return f"{short_date(local)}, {local:%H:%M} Uhr"
