"""API requests and responses as values: URLs, JSON bodies and file uploads, and the errors of a failed request."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import httpx

from bot.errors import NotPossible, PBXError, Rejected, Said, SettingsError, UnknownOutcome, Unreachable
from bot.texts import limits
from bot.texts import pbx as texts

_ROUTE_SEGMENTS = frozenset(
    {"auth", "sign_in", "refresh_token", "login", "oauth", "token", "call_park", "call_park_groups", "members"}
    | {"destroy", "ring_groups", "users", "extension_numbers", "feature_access_codes", "audit_logs"}
    | {"blobs", "uploads", "complete"}
)
"""The fixed segments of the API's paths; any other segment is an id or an extension number."""
UPLOAD_ID, UPLOAD_TOKEN = "PortSIP-Upload-ID", "PortSIP-Upload-Token"
"""Response headers that identify a begun upload."""
FILE_PATH_PREFIX = "/api/"
"""Prefix of the file paths that the PBX returns, even where a proxy serves the API below another path."""


class NotSent(Unreachable):
    """The request never left this machine, so even a write may be repeated."""


class Dropped(Unreachable):
    """The response to a read was lost or was a 5xx: the read may be repeated."""


class Throttled(Rejected):
    """HTTP 429: nothing was done. `after` is the PBX's Retry-After in seconds, None where it gave none."""

    def __init__(
        self, text: str, *, code: str = "UNKNOWN", after: float | None = None, said: Said | None = None
    ) -> None:
        super().__init__(text, status=429, code=code, said=said)
        self.after = after


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiRequest:
    """A request to the API. `path` holds unencoded segments; `write` is true if it can change call park settings."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str | int] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    write: bool = False

    def response_lost(self, reason: str, said: Said | None = None) -> PBXError:
        """Returns the error for a response that did not arrive, which a read may be repeated after."""
        return self._unknown_outcome(reason, said) if self.write else Dropped(f"{self}: {reason}", said=said)

    def response_invalid(self, reason: str, said: Said = lambda: texts.UNUSABLE) -> PBXError:
        """Returns the error for a response that can't be used, and would not be better the next time."""
        return self._unknown_outcome(reason, said) if self.write else Unreachable(f"{self}: {reason}", said=said)

    def _unknown_outcome(self, reason: str, said: Said | None) -> UnknownOutcome:
        return UnknownOutcome(f"{self}: {reason}; the PBX may have done it all the same", said=said)

    @property
    def route(self) -> str:
        """The path with `{id}` for every id and extension number, for metrics and logs."""
        return "/" + "/".join(part if part in _ROUTE_SEGMENTS else "{id}" for part in self.path)

    def __str__(self) -> str:
        return f"{self.method} /{'/'.join(self.path)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiResponse:
    """A response, read completely."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values by lower-case name."""


def parse_base_url(url: str) -> str:
    """Returns PBX_URL without trailing slashes; raises SettingsError unless it is http(s) with a host and a path."""
    try:
        parts = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise SettingsError(f"PBX_URL is not an address: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.host or parts.userinfo or parts.query or parts.fragment:
        raise SettingsError("PBX_URL must be like https://pbx.example.com:8887/api, without user, ? or #")
    return str(parts).rstrip("/")


def build_url(base_url: str, path: tuple[str, ...], query: Mapping[str, str | int]) -> httpx.URL:
    """Returns the encoded URL; raises NotPossible for text that a URL can't carry."""
    text = "/".join((base_url, *map(_encode_segment, path)))
    try:
        # Spaces are sent as %20: a plus sign could be taken literally outside of a form.
        return httpx.URL(f"{text}?{urlencode(query, quote_via=quote)}" if query else text)
    except UnicodeEncodeError:
        raise NotPossible(limits.HALF_A_CHARACTER) from None
    except httpx.InvalidURL:
        raise NotPossible(limits.TOO_LONG) from None


def _encode_segment(text: str) -> str:
    # Ids are opaque strings: one with a slash or dots must not lead to another resource.
    if text in {"", ".", ".."}:
        raise NotPossible(limits.not_an_id(text))
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise NotPossible(limits.HALF_A_CHARACTER) from None


def encode_settings(settings: Mapping[str, Any], **also: str | None) -> bytes:
    """Returns the body of an update: every writable setting, unknown ones included, and `also`, blank or not.

    Leaves out `id` and the description of the prompt file, which are read-only, and blanks: the schema has no null.
    """
    # Whether an update replaces the settings it leaves out is undocumented, so all of them are sent back.
    writable = {key: value for key, value in settings.items() if _is_writable(key) and value not in (None, "")}
    return encode_json(writable | also)


def encode_json(value: Mapping[str, Any]) -> bytes:
    """Returns `value` as JSON in UTF-8; raises NotPossible for what these can't carry."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise NotPossible(limits.not_sendable(str(error))) from error


def _is_writable(key: str) -> bool:
    return key != "id" and (key == "prompt_file_id" or not key.startswith("prompt_file_"))


def begin_upload(name: str) -> ApiRequest:
    """Returns the request for the first step of an upload. An unused upload does no harm, so it is not a `write`."""
    return ApiRequest(method="POST", path=("blobs", "uploads"), query={"filename": name})


def complete_upload(content: bytes, begin: ApiRequest, begun: ApiResponse) -> ApiRequest:
    """Returns the request that sends `content` for the upload that the response `begun` describes."""
    upload_id, token = (begun.headers.get(name.lower()) for name in (UPLOAD_ID, UPLOAD_TOKEN))
    if not upload_id or not token:
        raise begin.response_invalid(f"an answer without {UPLOAD_ID} and {UPLOAD_TOKEN}")
    return ApiRequest(
        method="POST",
        path=("blobs", "uploads", upload_id, "complete"),
        query={"digest": hashlib.sha256(content).hexdigest()},
        content=content,
        content_type="application/octet-stream",
        headers={UPLOAD_TOKEN: token},
    )


def download_request(url: str, base_url: str) -> ApiRequest:
    """Returns the request for the file at `url`; raises NotPossible unless `url` is the PBX's own.

    The access token is sent along, so no other host may receive the request.
    """
    prefix = next((one for one in (FILE_PATH_PREFIX, f"{base_url}/") if url.startswith(one)), None)
    if prefix is None:
        raise NotPossible(limits.FOREIGN_ADDRESS)
    path, _, query = url.removeprefix(prefix).partition("?")
    return ApiRequest(
        method="GET",
        path=tuple(map(unquote, path.split("/"))),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={"Accept": "*/*"},
    )
