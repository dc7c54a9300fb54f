"""What one answer over Socket Mode may hold: the connection of an app that sends more at once is ended."""

import json
from collections.abc import Iterable
from typing import Any

MOST = 20_000
"""Bytes of 20,480, beside what an acknowledgement is wrapped in. Whatever is not ASCII takes six or twelve each."""
_BETWEEN = 2


def fits(payload: object) -> bool:
    """Whether an acknowledgement can carry it."""
    return _size(payload) <= MOST


def as_many_as_fit(options: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of them, which are the best."""
    room, kept = MOST - _size({"options": []}), []
    for option in options:
        room -= _size(option) + _BETWEEN
        if room < 0:
            break
        kept.append(option)
    return kept


def _size(payload: object) -> int:
    return len(json.dumps(payload))
