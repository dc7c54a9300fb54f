"""Wording that German texts share: counts, numbers of changes, lists, values that change."""

from collections.abc import Sequence

ARROW = "→"
NOTHING_CHANGED = "Es wurde nichts geändert."

_CONJUNCTIONS = {"and": "und", "or": "oder"}


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
    """Returns parts as a list in words: `a`, `a und b`, `a, b und c`; the conjunction may be `and` or `or`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {_CONJUNCTIONS.get(conjunction, conjunction)} {parts[-1]}"


def inside(label: str) -> str:
    """Returns a label as it is written within a sentence: German nouns keep their capital letter."""
    return label


def sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "…")) else ".")
