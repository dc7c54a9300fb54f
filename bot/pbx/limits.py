"""The API's documented limits, each with the words for whoever goes beyond it. Nothing here asks the PBX."""

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import NotPossible
from bot.pbx.models import RecallTo

EXTENSION_DIGITS = (3, 64)
NAME_CHARACTERS = (1, 64)
TIME_SECONDS = (60, 900)
"""The prose says 90 for the second timer's end, the schema 900: the schema is what the PBX was generated from."""
NEEDS_RING_GROUP = frozenset({RecallTo.USER_THEN_RING_GROUP, RecallTo.RING_GROUP})
TIMERS = {"recall_time": "recall time", "recall_ring_group_time": "recall ring group time"}

_EXTENSION = re.compile("[0-9]{{{},{}}}".format(*EXTENSION_DIGITS))


def is_extension(text: str) -> bool:
    """ASCII digits, and the whole string."""
    return _EXTENSION.fullmatch(text) is not None


def check_extension(number: str) -> None:
    """A number that could be one; whether anything answers it, the PBX knows."""
    if not is_extension(number):
        low, high = EXTENSION_DIGITS
        raise NotPossible(f"An extension number has {low} to {high} digits and nothing else; “{number[:80]}” hasn't.")


def check_name(name: object) -> None:
    """A park group's name."""
    low, high = NAME_CHARACTERS
    if not isinstance(name, str) or not name.strip() or not low <= len(name) <= high:
        length = f"; this one has {len(name)}" if isinstance(name, str) and name.strip() else ""
        raise NotPossible(f"A group's name has {low} to {high} characters{length}.")


def check_time(seconds: object, what: str = "recall time") -> None:
    """One of the server's two timers."""
    low, high = TIME_SECONDS
    if type(seconds) is not int or not low <= seconds <= high:
        raise NotPossible(f"The {what} can be {low} to {high} seconds (1 to 15 minutes); {seconds} can't be set.")


def check_recall(settings: Mapping[str, Any]) -> None:
    """A ring group wherever the recall target needs one."""
    if settings.get("recall_to") in NEEDS_RING_GROUP and not settings.get("ring_group_id"):
        raise NotPossible("Recalls can go to a ring group only when it is said which one.")


def check_group(settings: Mapping[str, Any], *, new: bool = False) -> None:
    """What may be sent for a park group; a new one needs a name."""
    if new or "name" in settings:
        check_name(settings.get("name"))
    check_recall(settings)


def check_server(settings: Mapping[str, Any]) -> None:
    """What may be sent for the park server; blanks are left out when sending, so they pass."""
    if settings.get("extension_number"):
        check_extension(str(settings["extension_number"]))
    for timer, what in TIMERS.items():
        if settings.get(timer) is not None:
            check_time(settings[timer], what)
    check_recall(settings)
