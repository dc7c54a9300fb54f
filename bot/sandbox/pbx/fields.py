"""The writable fields of the server and of groups, and what each accepts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.pbx.problem import invalid
from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.switches import Switches

NUMBER = re.compile(r"[0-9]{3,64}")
NEEDS_RING_GROUP = ("USER_FIRST_THEN_RING_GROUP", "RING_GROUP_ONLY")
RECALL_TARGETS = ("USER_ONLY", *NEEDS_RING_GROUP)
READ_ONLY = frozenset({"id", "prompt_file_name", "prompt_file_size", "prompt_file_url"})


@dataclass(frozen=True, slots=True)
class Field:
    """`fits` judges a value, `wanted` says what would; a blank is kept as None."""

    fits: Callable[[Any], bool]
    wanted: str
    default: Any = None
    blank: bool = False
    newer: bool = False


def text(low: int, high: int, **more: Any) -> Field:
    """Characters, counted."""
    return Field(
        lambda value: isinstance(value, str) and low <= len(value) <= high, f"{low} to {high} characters", **more
    )


def seconds() -> Field:
    """60 to 900, 300 unless told: the schema of /call_park. True is no number."""
    return Field(lambda value: type(value) is int and 60 <= value <= 900, "60 to 900 seconds", 300)


def flag(**more: Any) -> Field:
    """A JSON boolean."""
    return Field(lambda value: isinstance(value, bool), "true or false", **more)


RECALL = {
    "recall_to": Field(lambda value: value in RECALL_TARGETS, " or ".join(RECALL_TARGETS), "USER_ONLY"),
    "ring_group_id": text(1, 1024, blank=True),
}
SERVER = {
    "enabled": flag(default=False),
    "extension_number": Field(
        lambda value: isinstance(value, str) and NUMBER.fullmatch(value) is not None, "3 to 64 digits", "666"
    ),
    **RECALL,
    "recall_time": seconds(),
    "recall_ring_group_time": seconds(),
    "prompt_file_id": text(1, 1024, blank=True),
    "send_notification_to_parker": flag(default=False, newer=True),
}
GROUP = {"name": text(1, 64), **RECALL, "description": text(1, 1024, blank=True, newer=True)}


def clean(body: Mapping[str, Any], fields: Mapping[str, Field], switches: Switches) -> Record:
    """The body with blanks as None; raise VALIDATE_FAILED on whatever a strict PBX would refuse."""
    known = {name: field for name, field in fields.items() if switches.newer or not field.newer}
    ignored = READ_ONLY if switches.read_only == "ignored" else frozenset()
    if strangers := sorted(set(body) - set(known) - ignored):
        raise invalid(f"Not writable: {', '.join(strangers)}.")
    return {name: _value(name, body[name], known[name], switches) for name in body if name in known}


def _value(name: str, value: Any, field: Field, switches: Switches) -> Any:
    if field.blank and (value == "" or (value is None and switches.nulls == "accepted")):
        return None
    if not field.fits(value):
        raise invalid(f"{name} must be {field.wanted}.")
    return value


def defaults(fields: Mapping[str, Field]) -> Record:
    """What a field becomes that a replacing update leaves out."""
    return {name: field.default for name, field in fields.items()}
