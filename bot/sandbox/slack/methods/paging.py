"""Lists in pages, by an opaque cursor."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json

T = TypeVar("T")
_MOST = 1000


def page(items: Sequence[T], args: Json, *, most: int = _MOST) -> tuple[Sequence[T], str]:
    """The page that `args` (limit, cursor) ask for, and the next one's cursor, empty at the end."""
    try:
        limit = int(args.get("limit") or 100)
        start = int(base64.b64decode(args.get("cursor") or "", validate=True).removeprefix(b"next:") or 0)
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor" if args.get("cursor") else "invalid_limit") from None
    if not 0 < limit <= most:
        raise SlackError("invalid_limit")
    end = start + limit
    return items[start:end], base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
