"""How the PBX shows what it knows."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from bot.sandbox.pbx.state import Record, State
from bot.sandbox.pbx.switches import Switches

NEWER = frozenset({"send_notification_to_parker", "description"})


def blanks(record: Record, switches: Switches) -> Record:
    """Blank values as null, as "" (0 for a size), or not at all."""
    if switches.blanks == "null":
        return record
    if switches.blanks == "missing":
        return {key: value for key, value in record.items() if value is not None}
    return {key: _empty(key) if value is None else value for key, value in record.items()}


def _empty(key: str) -> Any:
    return 0 if key.endswith("_size") else ""


def settings(record: Record, switches: Switches) -> Record:
    """The server or a group, with the fields that this version has."""
    shown = {key: value for key, value in record.items() if switches.newer or key not in NEWER}
    return blanks(shown | ({"revision": 1} if switches.shown_only else {}), switches)


def server(state: State, switches: Switches) -> Record:
    """The prompt as a file's name, size and address: never as the id that an update takes."""
    record = dict(state.server)
    file = state.files.get(record.pop("prompt_file_id") or "", {})
    address = f"/api/blobs/{quote(file['id'], safe='')}" if file else None
    prompt = {"prompt_file_name": file.get("name"), "prompt_file_size": file.get("size"), "prompt_file_url": address}
    return settings(record | prompt, switches)


def members(extensions: Iterable[str], state: State, switches: Switches) -> list[Record]:
    """The four documented fields of each user."""
    ordered = sorted(extensions) if switches.members == "sorted" else extensions
    keys = ("id", "name", "display_name", "extension_number")
    return [blanks({key: state.users[extension][key] for key in keys}, switches) for extension in ordered]
