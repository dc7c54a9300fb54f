"""ApiRequest, ApiResponse, URLs, JSON bodies, file uploads."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import httpx

from bot.errors import NotPossible, PBXError, Rejected, SettingsError, UnknownOutcome, Unreachable

_WORDS = frozenset(
    {"auth", "sign_in", "refresh_token", "login", "oauth", "token", "call_park", "call_park_groups", "members"}
    | {"destroy", "ring_groups", "users", "extension_numbers", "feature_access_codes", "audit_logs"}
    | {"blobs", "uploads", "complete"}
)
"""Of addresses; whatever else stands in one is somebody's id."""


class NotSent(Unreachable):
    """Nothing left this machine, so even a write may be sent again."""


class Dropped(Unreachable):
    """A read whose answer was lost, or a 5xx: worth another try."""


class Throttled(Rejected):
    """429: nothing was done; `after` is the PBX's own wish, in seconds."""

    def __init__(self, text: str, *, code: str = "UNKNOWN", after: float | None = None) -> None:
        super().__init__(text, status=429, code=code)
        self.after = after


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiRequest:
    """`path` is segments, not yet encoded; `write` is whether the PBX may be another after it."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str | int] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    write: bool = False

    def lost(self, why: str) -> PBXError:
        """The answer never came."""
        return self._unknown(why) if self.write else Dropped(f"{self}: {why}")

    def nonsense(self, why: str) -> PBXError:
        """An answer came, but asking again would not make it better."""
        return self._unknown(why) if self.write else Unreachable(f"{self}: {why}")

    def _unknown(self, why: str) -> UnknownOutcome:
        return UnknownOutcome(f"{self}: {why}; the PBX may have done it all the same")

    @property
    def route(self) -> str:
        """Its address without ids: what calls of one kind have in common."""
        return "/" + "/".join(part if part in _WORDS else "{id}" for part in self.path)

    def __str__(self) -> str:
        return f"{self.method} /{'/'.join(self.path)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiResponse:
    """What came back, read to its end."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name in lower case."""


def base(url: str) -> str:
    """PBX_URL without a slash at its end; raise SettingsError unless it is http(s), a host and a path."""
    try:
        parts = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise SettingsError(f"PBX_URL is not an address: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.host or parts.userinfo or parts.query or parts.fragment:
        raise SettingsError("PBX_URL must be like https://pbx.example.com:8887/api, without user, ? or #")
    return str(parts).rstrip("/")


def segment(text: str) -> str:
    """Percent-encoded so that it stays one segment; ids are opaque and may hold anything."""
    if text in {"", ".", ".."}:
        raise NotPossible(f"“{text}” can't be the id of anything on the PBX.")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise NotPossible("An id holds half a character, which can't be sent to the PBX.") from None


def address(base: str, path: tuple[str, ...], query: Mapping[str, str | int]) -> httpx.URL:
    """Spaces go as %20: a filter is no form, and a plus sign may be taken for one."""
    text = "/".join((base, *map(segment, path)))
    try:
        return httpx.URL(f"{text}?{urlencode(query, quote_via=quote)}" if query else text)
    except UnicodeEncodeError:
        raise NotPossible("The text holds half a character, which can't be sent to the PBX.") from None
    except httpx.InvalidURL:
        raise NotPossible("The text is too long to be asked of the PBX.") from None


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


UPLOAD_ID, UPLOAD_TOKEN = "PortSIP-Upload-ID", "PortSIP-Upload-Token"  # names of headers
SHOWN_BELOW = "/api/"
"""How the PBX itself begins the addresses of its files, wherever a proxy may have put it."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file to be sent. What is sent and never set as anything does no harm, so every step may be sent again."""

    name: str
    content: bytes

    def begin(self) -> ApiRequest:
        return ApiRequest(method="POST", path=("blobs", "uploads"), query={"filename": self.name})

    def complete(self, begun: ApiRequest, answer: ApiResponse) -> ApiRequest:
        """In one piece, for the upload that `answer` has begun."""
        id, token = (answer.headers.get(name.lower()) for name in (UPLOAD_ID, UPLOAD_TOKEN))
        if not id or not token:
            raise begun.nonsense(f"an answer without {UPLOAD_ID} and {UPLOAD_TOKEN}")
        return ApiRequest(
            method="POST",
            path=("blobs", "uploads", id, "complete"),
            query={"digest": hashlib.sha256(self.content).hexdigest()},
            content=self.content,
            content_type="application/octet-stream",
            headers={UPLOAD_TOKEN: token},
        )


def shown_at(url: str, base: str) -> ApiRequest:
    """What asks for the file at `url`; raise NotPossible for any address but the PBX's own: the token goes along."""
    prefix = next((one for one in (SHOWN_BELOW, f"{base}/") if url.startswith(one)), None)
    if prefix is None:
        raise NotPossible("The PBX shows the file at an address that is not its own.")
    path, _, query = url.removeprefix(prefix).partition("?")
    return ApiRequest(
        method="GET",
        path=tuple(map(unquote, path.split("/"))),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={"Accept": "*/*"},
    )
