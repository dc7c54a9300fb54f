"""Wording that texts share: counts, numbers of changes, lists, values that change."""

from collections.abc import Sequence

ARROW = "→"
NOTHING_CHANGED = "Nothing was changed."
"""What users whose request was refused need to know."""


def count(number: int, noun: str, plural: str = "") -> str:
    """Returns a number with its noun: `no members`, `1 member`, `2 members`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number or 'no'} {plural or noun + 's'}"


def change_number(number: int) -> str:
    """Returns how a change is called: `#42`."""
    return f"#{number}"


def from_to(before: str, after: str) -> str:
    """Returns a value that changes: `5m → 10m`."""
    return f"{before} {ARROW} {after}"


def listed(parts: Sequence[str], conjunction: str = "and") -> str:
    """Returns parts as a list in words: `a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def inside(label: str) -> str:
    """Returns a label as it is written within a sentence."""
    return label.lower()


def sentence(text: str) -> str:
    """Returns a text as a sentence: with a capital letter, and a full stop unless it ends in a mark of its own."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "…")) else ".")
