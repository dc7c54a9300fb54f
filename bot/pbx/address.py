"""Where a call goes: always below PBX_URL, whatever an id holds."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import httpx

from bot.errors import NotPossible, SettingsError


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
