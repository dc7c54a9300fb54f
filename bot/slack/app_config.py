"""Tokens, scopes, manifest."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from slack_sdk import WebClient

from bot.errors import SettingsError, SlackRefused
from bot.slack.client import Identity, connect_client, header, sign_in, translated
from bot.slack.http_mode import PATH


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantedScopes:
    """Whose the bot's token is; without `scopes`, Slack does not tell them."""

    team: str
    name: str
    scopes: frozenset[str] | None
    date: str | None
    """Slack's clock, as the header has it."""


def fetch_granted_scopes(client: WebClient) -> GrantedScopes:
    """Ask once; raise SlackFailure."""
    with translated():
        answer = client.auth_test()
    scopes = header(answer.headers, "x-oauth-scopes")
    return GrantedScopes(
        team=answer["team"],
        name=answer["user"],
        scopes=None if scopes is None else frozenset(one.strip() for one in scopes.split(",")),
        date=header(answer.headers, "date"),
    )


def try_app_token(client: WebClient, token: str) -> None:
    """Ask for the address of a connection, which is then not made; raise SlackFailure."""
    with translated():
        client.apps_connections_open(app_token=token)


BOT, APP = "xoxb-", "xapp-"
_KINDS = {
    BOT: "the bot token, of OAuth & Permissions",
    APP: "the app-level token, of Basic Information, App-Level Tokens",
    "xoxp-": "a user token: Park needs the bot's, under OAuth & Permissions",
    "xoxe": "a token that rotates: switch token rotation off, as manifest.yaml has it",
}
_MISSING_SCOPE = "The app lacks a scope: paste manifest.yaml under App Manifest again, and reinstall the app."
_MEANING = {
    "invalid_auth": "Slack does not know that token: copy it once more, whole.",
    "token_revoked": "That token was revoked: install the app again and copy the new one.",
    "token_expired": "That token has run out: install the app again and copy the new one.",
    "account_inactive": "The app was removed from the workspace: install it again and copy the new token.",
}


def bot_of(token: str, api_url: str) -> tuple[WebClient, Identity]:
    """Raise SettingsError where it is another kind of token, SlackFailure where Slack does not take it."""
    _check_kind(token, BOT)
    client = connect_client(token, api_url)
    with explained():
        return client, sign_in(client)


def check_app_token(token: str, api_url: str) -> None:
    """Ask for a Socket Mode address, which nobody connects to; raise likewise."""
    _check_kind(token, APP)
    with explained("That token lacks the scope connections:write: make another that has it."):
        try_app_token(connect_client("", api_url), token)


@contextmanager
def explained(missing_scope: str = _MISSING_SCOPE) -> Iterator[None]:
    """Slack's refusal with what to do about it, beside its own code."""
    try:
        yield
    except SlackRefused as refusal:
        code = str(refusal)
        meaning = missing_scope if code == "missing_scope" else _MEANING.get(code, "That is refused.")
        raise SlackRefused(f"{meaning} (Slack says {code})") from refusal


def _check_kind(token: str, wanted: str) -> None:
    if token.startswith(wanted) and len(token) > len(wanted) and token.isascii() and " " not in token:
        return
    found = next((words for start, words in _KINDS.items() if token.startswith(start) and start != wanted), None)
    begins = f"{_KINDS[wanted]}, begins with {wanted}"
    raise SettingsError(f"That is {found}. This one, {begins}" if found else f"This one, {begins}, and has no spaces.")


SCOPES = frozenset(
    {"commands", "app_mentions:read", "chat:write", "chat:write.public", "im:write", "files:write", "files:read"}
    | {"channels:read", "groups:read", "users:read", "users:read.email", "usergroups:read"}
)
"""Those of manifest.yaml, which says what each is for."""


_HERE = Path(__file__).parent
MANIFEST = next(file for file in (_HERE / "manifest.yaml", _HERE.parents[1] / "manifest.yaml") if file.exists())
"""A wheel has it beside this file."""

_EDITS = {
    "# It also needs an app-level token with connections:write (SLACK_APP_TOKEN) for Socket Mode.": (
        "# Slack posts to the URLs in it, signed with the app's signing secret (SLACK_SIGNING_SECRET)."
    ),
    "    - command: /park\n": "    - command: /park\n      url: {url}\n",
    "  event_subscriptions:\n": "  event_subscriptions:\n    request_url: {url}\n",
    "  interactivity:\n": "  interactivity:\n    request_url: {url}\n    message_menu_options_url: {url}\n",
    "socket_mode_enabled: true": "socket_mode_enabled: false",
}
"""As text, so that every scope keeps its reason; each is found once."""


def over_socket_mode() -> str:
    """The file itself."""
    return MANIFEST.read_text(encoding="utf-8")


def over_http(url: str) -> str:
    """The same app, for a Park that Slack reaches at that address; raise SettingsError where Slack can't."""
    text, quoted = over_socket_mode(), json.dumps(_request_url(url))
    for line, instead in _EDITS.items():
        before, after = text.split(line)
        text = before + instead.format(url=quoted) + after
    return text


def _request_url(url: str) -> str:
    """With the path at which Park listens, where none is said: a proxy may have another."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"{url}: say where Slack reaches the proxy before Park, as in https://park.example.com")
    return parts._replace(path=PATH).geturl() if parts.path in ("", "/") else url
