"""Slack's tokens: which kind one is, seen before it is sent anywhere, and whether Slack takes it."""

from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk import WebClient

from bot.errors import SettingsError, SlackRefused
from bot.slack.connection import Identity, connect_client, sign_in
from bot.slack.granted import try_app_token

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
