"""Settings as the PBX takes them back."""

import json
from collections.abc import Mapping
from typing import Any

from bot.errors import NotPossible


def sendable(settings: Mapping[str, Any], **also: str) -> bytes:
    """JSON with all that is writable, unknown fields too, and with `also`, blank or not.

    Without `id` and the prompt's description, which the PBX only shows, and without blanks: its schema has no null.
    """
    kept = {key: value for key, value in settings.items() if _writable(key) and value not in (None, "")}
    return as_json(kept | also)


def as_json(value: Mapping[str, Any]) -> bytes:
    """Raise NotPossible for what JSON or UTF-8 can't carry."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise NotPossible(f"These settings can't be sent to the PBX: {error}") from error


def _writable(key: str) -> bool:
    return key != "id" and (key == "prompt_file_id" or not key.startswith("prompt_file_"))
