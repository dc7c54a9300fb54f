"""The Slack app's configuration: its tokens and its scopes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.errors import SettingsError, SlackRefused
from bot.slack.client import Identity, connect_client, sign_in, translate_errors
from bot.slack.failures import header
from bot.texts import delivery

REQUIRED_SCOPES = frozenset(
    {"commands", "app_mentions:read", "chat:write", "chat:write.public", "im:write", "files:write", "files:read"}
    | {"channels:read", "groups:read", "users:read", "users:read.email", "usergroups:read", "im:history"}
    | {"assistant:write"}
)
"""The bot token's scopes in manifest.yaml, where each has its reason."""
OPTIONAL_SCOPES = {
    "assistant:write": "Slack suggests nothing above the message box of the conversation with Park",
    "chat:write.public": "Park can post only in channels that it was invited to",
    "files:read": "nobody can set the prompt with a sound file",
    "files:write": "nobody can export the history",
    "groups:read": "nobody can choose a private channel for confirmations, and doctor can't check those of the policy",
    "im:history": "lines in direct messages to Park are not heard",
    "im:write": "the history can be exported only in a direct message to Park",
    "users:read.email": "a person named with @ is not found on the PBX by e-mail address",
}
"""Scopes without which the rest of Park works, `bot_optional` in manifest.yaml, and what does not work then."""
ORG_WIDE_INSTALL = (
    "The app is installed for a whole Enterprise organization, and Park works in one workspace. Install it in that "
    "workspace alone, and use the token from there."
)
BOT_TOKEN, APP_TOKEN, CONFIG_TOKEN = "xoxb-", "xapp-", "xoxe.xoxp-"
"""The prefixes of the two tokens that Park uses, and of the one that creates the app."""
_TOKEN_KINDS = {
    BOT_TOKEN: "the bot token, of OAuth & Permissions",
    APP_TOKEN: "the app-level token, of Basic Information, App-Level Tokens",
    CONFIG_TOKEN: "the app configuration token, of Your App Configuration Tokens",
    "xoxe-": "the refresh token of an app configuration token",
    "xoxp-": "a user token: Park needs the bot's, under OAuth & Permissions",
    "xoxe": "a rotating token: switch off token rotation, as in manifest.yaml",
}
_MISSING_SCOPE = "The app is missing a scope. Paste manifest.yaml under App Manifest again, then reinstall the app."
_REMEDIES = {
    "invalid_auth": "Slack does not know this token. Copy it again, completely.",
    "token_revoked": "This token was revoked. Reinstall the app and copy the new one.",
    "token_expired": "This token has expired. Reinstall the app and copy the new one.",
    "account_inactive": "The app was removed from the workspace. Install it again and copy the new token.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantedScopes:
    """The identity and the scopes of a bot token."""

    team: str
    name: str
    bot: str
    """The bot's id, which is not that of its user."""
    scopes: frozenset[str] | None
    """None where Slack does not return them."""
    date: str | None
    """Slack's clock: the Date header of the response."""
    org_wide: bool = False
    """Whether the app is installed for a whole organization instead of a workspace."""


def fetch_granted_scopes(client: WebClient) -> GrantedScopes:
    """Calls auth.test for the scopes of the client's token; raises SlackFailure."""
    with translate_errors():
        response = client.auth_test()
    scopes = header(response.headers, "x-oauth-scopes")
    return GrantedScopes(
        team=response["team"],
        name=response["user"],
        bot=response["bot_id"],
        scopes=None if scopes is None else frozenset(scope.strip() for scope in scopes.split(",")),
        date=header(response.headers, "date"),
        org_wide=bool(response.get("is_enterprise_install")) or str(response.get("team_id")).startswith("E"),
    )


def request_socket_url(client: WebClient, token: str) -> None:
    """Requests a Socket Mode URL without connecting to it; raises SlackFailure."""
    with translate_errors():
        client.apps_connections_open(app_token=token)


def sign_in_with_token(token: str, api_url: str) -> tuple[WebClient, Identity]:
    """Signs in with a bot token.

    Raises:
        SettingsError: It is another kind of token.
        SlackFailure: Slack refuses it, or is unavailable.
    """
    check_kind(token, BOT_TOKEN)
    client = connect_client(token, api_url)
    with explain_refusals():
        return client, sign_in(client)


def check_app_token(token: str, api_url: str) -> None:
    """Verifies an app-level token; raises SettingsError for another kind of token, and SlackFailure."""
    check_kind(token, APP_TOKEN)
    with explain_refusals("This token lacks the scope connections:write. Create another one that has it."):
        request_socket_url(connect_client("", api_url), token)


@contextmanager
def explain_refusals(missing_scope: str = _MISSING_SCOPE) -> Iterator[None]:
    """Adds the remedy to the error code in a SlackRefused.

    Args:
        missing_scope: The remedy for a missing scope.
    """
    try:
        yield
    except SlackRefused as refusal:
        code = str(refusal)
        special = {"missing_scope": missing_scope, "org_install": delivery.ORG_INSTALL}
        remedy = special.get(code) or _REMEDIES.get(code, "Slack refused it.")
        raise SlackRefused(f"{remedy} (Slack says {code})") from refusal


def check_kind(token: str, prefix: str) -> None:
    """Raises SettingsError, which says what the token is, unless it begins with the prefix."""
    if token.startswith(prefix) and len(token) > len(prefix) and token.isascii() and " " not in token:
        return
    others = (kind for start, kind in _TOKEN_KINDS.items() if token.startswith(start) and start != prefix)
    found = next(others, None)
    wanted = f"This one, {_TOKEN_KINDS[prefix]}, begins with {prefix}"
    raise SettingsError(f"That is {found}. {wanted}" if found else f"{wanted}, and has no spaces.")
