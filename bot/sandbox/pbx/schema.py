"""Writable fields and their validation, request bodies, and the format in which records are returned."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request

from bot.sandbox.pbx.state import PbxState, Record
from bot.sandbox.pbx.switches import Switches, validation_error

EXTENSION_PATTERN = re.compile(r"[0-9]{3,64}")
RING_GROUP_TARGETS = ("USER_FIRST_THEN_RING_GROUP", "RING_GROUP_ONLY")
RECALL_TARGETS = ("USER_ONLY", *RING_GROUP_TARGETS)
READ_ONLY_FIELDS = frozenset({"id", "prompt_file_name", "prompt_file_size", "prompt_file_url"})


@dataclass(frozen=True, slots=True)
class WritableField:
    """`fits` validates a value, `expected` describes a valid one; if `blank`, an empty value is kept as None."""

    fits: Callable[[Any], bool]
    expected: str
    default: Any = None
    blank: bool = False
    newer: bool = False


def text_field(low: int, high: int, **more: Any) -> WritableField:
    """A string with a length in that range, in characters."""
    return WritableField(
        lambda value: isinstance(value, str) and low <= len(value) <= high, f"{low} to {high} characters", **more
    )


def seconds_field() -> WritableField:
    """An integer from 60 to 900, by default 300, as the schema of /call_park has it."""
    return WritableField(lambda value: type(value) is int and 60 <= value <= 900, "60 to 900 seconds", 300)


def boolean_field(**more: Any) -> WritableField:
    """A JSON boolean."""
    return WritableField(lambda value: isinstance(value, bool), "true or false", **more)


RECALL_FIELDS = {
    "recall_to": WritableField(lambda value: value in RECALL_TARGETS, " or ".join(RECALL_TARGETS), "USER_ONLY"),
    "ring_group_id": text_field(1, 1024, blank=True),
}
SERVER_FIELDS = {
    "enabled": boolean_field(default=False),
    "extension_number": WritableField(
        lambda value: isinstance(value, str) and EXTENSION_PATTERN.fullmatch(value) is not None, "3 to 64 digits", "666"
    ),
    **RECALL_FIELDS,
    "recall_time": seconds_field(),
    "recall_ring_group_time": seconds_field(),
    "prompt_file_id": text_field(1, 1024, blank=True),
    "send_notification_to_parker": boolean_field(default=False, newer=True),
}
GROUP_FIELDS = {"name": text_field(1, 64), **RECALL_FIELDS, "description": text_field(1, 1024, blank=True, newer=True)}


def validate_fields(body: Mapping[str, Any], fields: Mapping[str, WritableField], switches: Switches) -> Record:
    """Returns the body with blank values as None.

    Raises:
        ApiError: VALIDATE_FAILED for unknown fields and invalid values.
    """
    known = {name: field for name, field in fields.items() if switches.newer or not field.newer}
    ignored = READ_ONLY_FIELDS if switches.read_only == "ignored" else frozenset()
    if strangers := sorted(set(body) - set(known) - ignored):
        raise validation_error(f"Not writable: {', '.join(strangers)}.")
    return {name: _validated(name, body[name], known[name], switches) for name in body if name in known}


def _validated(name: str, value: Any, field: WritableField, switches: Switches) -> Any:
    if field.blank and (value == "" or (value is None and switches.nulls == "accepted")):
        return None
    if not field.fits(value):
        raise validation_error(f"{name} must be {field.expected}.")
    return value


def default_values(fields: Mapping[str, WritableField]) -> Record:
    """Returns the defaults, which a replacing update gives to fields that it leaves out."""
    return {name: field.default for name, field in fields.items()}


def read_json_object() -> dict[str, Any]:
    """Returns the request's JSON object; VALIDATE_FAILED for any other content."""
    if request.mimetype != "application/json":
        raise validation_error("The content type must be application/json.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise validation_error("The body must be a JSON object.")
    return body


def check_no_body() -> None:
    """Rejects a body where the documentation has none."""
    if request.get_data():
        raise validation_error("There must be no body.")


NEWER_FIELDS = frozenset({"send_notification_to_parker", "description"})


def format_blanks(record: Record, switches: Switches) -> Record:
    """Returns None values as null, as "" (0 for sizes), or not at all."""
    if switches.blanks == "null":
        return record
    if switches.blanks == "missing":
        return {key: value for key, value in record.items() if value is not None}
    return {key: _empty_value(key) if value is None else value for key, value in record.items()}


def _empty_value(key: str) -> Any:
    return 0 if key.endswith("_size") else ""


def format_settings(record: Record, switches: Switches) -> Record:
    """Returns the server or a group with the fields that the simulated version has."""
    shown = {key: value for key, value in record.items() if switches.newer or key not in NEWER_FIELDS}
    return format_blanks(shown | ({"revision": 1} if switches.shown_only else {}), switches)


def format_server(state: PbxState, switches: Switches) -> Record:
    """Returns the server; its prompt has name, size and address, but not the id that updates take."""
    record = dict(state.server)
    file = state.files.get(record.pop("prompt_file_id") or "", {})
    address = f"/api/blobs/{quote(file['id'], safe='')}" if file else None
    prompt = {"prompt_file_name": file.get("name"), "prompt_file_size": file.get("size"), "prompt_file_url": address}
    return format_settings(record | prompt, switches)


def format_members(extensions: Iterable[str], state: PbxState, switches: Switches) -> list[Record]:
    """Returns the four documented fields of each user."""
    ordered = sorted(extensions) if switches.members == "sorted" else extensions
    keys = ("id", "name", "display_name", "extension_number")
    return [format_blanks({key: state.users[extension][key] for key in keys}, switches) for extension in ordered]
