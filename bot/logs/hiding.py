"""What stands in no log: the secrets that Park was given, and whatever has the shape of one that it was not."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[hidden]"
SHORTEST = 4
"""Letters: what is shorter would be found in every other word, and keeps nobody out."""

_REST = r"[^\s\"'<>\\]+"  # of an address: up to a blank, a quote or a bracket
_NAMES = r"\w*password|\w*secret|\w*token|ticket|trigger_id|response_url"
_SHAPES = tuple(
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"\bx(?:ox[a-z]|app)[-.][\w.%-]+", HIDDEN),  # Slack's tokens
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", HIDDEN),  # JSON web tokens
        (rf"\b(wss?://[^/\s\"'<>\\]+){_REST}", rf"\1/{HIDDEN}"),  # a socket's ticket
        (rf"\b(https?://hooks\.slack\.com/){_REST}", rf"\1{HIDDEN}"),  # a response_url, on Slack's own host
        (rf"/(commands|actions|app|workflows)/T[A-Z0-9]+/{_REST}", rf"/\1/{HIDDEN}"),  # and on any other
        (rf"/upload/v1/{_REST}", f"/upload/v1/{HIDDEN}"),
        (r"\b\d+\.\d+\.[0-9a-f]{12,}\b", HIDDEN),  # a trigger_id
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {HIDDEN}"),
        (rf"(?i)\b({_NAMES})((?:\\?[\"']\s*:|=)\s*\\?[\"']?)[^\s\"'&,;)}}\\]+", rf"\1\2{HIDDEN}"),
        (r"(://[^/\s:@]+:)[^@\s/]+@", rf"\1{HIDDEN}@"),
        (r"\bDETAIL:.*", f"DETAIL: {HIDDEN}"),  # PostgreSQL's, which shows the row
    )
)


class Hiding:
    """A processor of structlog's, the last before a line is rendered."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        written = {way for secret in secrets if len(secret) >= SHORTEST for way in _ways(secret)}
        longest_first = sorted(written, key=len, reverse=True)
        self._given = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {key: self.hide(value) if isinstance(value, str) else value for key, value in event.items()}

    def hide(self, text: str) -> str:
        """The text without them."""
        if self._given is not None:
            text = self._given.sub(HIDDEN, text)
        for shape, shown in _SHAPES:
            text = shape.sub(shown, text)
        return text


def _ways(secret: str) -> Iterator[str]:
    """As it is, and as an address, a form, JSON or Python writes it."""
    yield from (secret, unquote(secret), quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1])
