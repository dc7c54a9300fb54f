"""The Slack app's configuration: its tokens, its scopes and its manifest."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import SettingsError, SlackRefused
from bot.operations.workflow_steps import STEPS, Parameter, Step
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
REQUEST_PATH = "/slack/events"
"""Path of the request URL in HTTP mode, for commands, interactions, options and events alike."""
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
    "org_install": delivery.ORG_INSTALL,
    "account_inactive": "The app was removed from the workspace. Install it again and copy the new token.",
}
_HERE = Path(__file__).parent
MANIFEST = next(file for file in (_HERE / "manifest.yaml", _HERE.parents[1] / "manifest.yaml") if file.exists())
"""The app manifest for Socket Mode: beside this module in a wheel, in the root of a checkout."""
_HTTP_EDITS = {
    "# It also needs an app-level token with connections:write (SLACK_APP_TOKEN) for Socket Mode.": (
        "# Slack posts to the URLs in it, signed with the app's signing secret (SLACK_SIGNING_SECRET)."
    ),
    "    - command: /park\n": "    - command: /park\n      url: {url}\n",
    "  event_subscriptions:\n": "  event_subscriptions:\n    request_url: {url}\n",
    "  interactivity:\n": "  interactivity:\n    request_url: {url}\n    message_menu_options_url: {url}\n",
    "socket_mode_enabled: true": "socket_mode_enabled: false",
}
"""Replacements in the manifest's text, which keep its comments; each key occurs once."""
_WORKFLOW_EDITS = {
    "org_deploy_enabled: false": (
        "org_deploy_enabled: true  # Slack takes steps of apps only that are ready for organizations\n"
        "  function_runtime: remote"
    ),
}
"""Replacements in the manifest's text for an app with steps for Workflow Builder."""
_AGENT_PARTS = re.compile(r"^  agent_view:.*\n(?: {4,}.*\n)+|^ +- assistant:write.*\n", re.MULTILINE)
"""What a workspace without agents has no use for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantedScopes:
    """The identity and the scopes of a bot token."""

    team: str
    name: str
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
    _check_kind(token, BOT_TOKEN)
    client = connect_client(token, api_url)
    with explain_refusals():
        return client, sign_in(client)


def check_app_token(token: str, api_url: str) -> None:
    """Verifies an app-level token; raises SettingsError for another kind of token, and SlackFailure."""
    _check_kind(token, APP_TOKEN)
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
        remedy = missing_scope if code == "missing_scope" else _REMEDIES.get(code, "Slack refused it.")
        raise SlackRefused(f"{remedy} (Slack says {code})") from refusal


def _check_kind(token: str, prefix: str) -> None:
    if token.startswith(prefix) and len(token) > len(prefix) and token.isascii() and " " not in token:
        return
    others = (kind for start, kind in _TOKEN_KINDS.items() if token.startswith(start) and start != prefix)
    found = next(others, None)
    wanted = f"This one, {_TOKEN_KINDS[prefix]}, begins with {prefix}"
    raise SettingsError(f"That is {found}. {wanted}" if found else f"{wanted}, and has no spaces.")


def socket_mode_manifest(*, plain: bool = False) -> str:
    """Returns the manifest for Socket Mode, as YAML.

    Args:
        plain: Leave out what only a workspace with agents has.
    """
    text = MANIFEST.read_text(encoding="utf-8")
    return _AGENT_PARTS.sub("", text) if plain else text


def with_workflow_steps(text: str) -> str:
    """Returns a manifest with Park's steps for Workflow Builder: docs.slack.dev, app manifest reference."""
    for old, new in _WORKFLOW_EDITS.items():
        before, after = text.split(old)
        text = before + new + after
    functions = io.StringIO()
    yaml = YAML()
    yaml.indent(mapping=2)
    yaml.width = 1000
    yaml.dump({"functions": {name: _function(step) for name, step in STEPS.items()}}, functions)
    return f"{text}\n{functions.getvalue()}"


def _function(step: Step) -> dict[str, Any]:
    """Returns a step as manifests of version 1 declare it."""
    return {
        "title": step.title,
        "description": step.description,
        "input_parameters": {name: _parameter(name, one) for name, one in step.inputs.items()},
        "output_parameters": {name: _parameter(name, one) for name, one in step.outputs.items()},
    }


def _parameter(name: str, parameter: Parameter) -> dict[str, Any]:
    return {
        "type": parameter.type,
        "name": name,
        "title": parameter.title,
        "description": parameter.description,
        "is_required": parameter.required,
    }


def manifest_as_json(text: str) -> str:
    """Returns a manifest as JSON, which the Slack CLI and the App Manifest API read."""
    return json.dumps(YAML(typ="safe").load(text), indent=2, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreatedApp:
    """An app that was created, and is not installed yet."""

    id: str
    signing_secret: str
    install_url: str

    @property
    def page(self) -> str:
        """The address of its settings."""
        return f"https://api.slack.com/apps/{self.id}"


def create_app(token: str, api_url: str) -> CreatedApp:
    """Creates the app of manifest.yaml: docs.slack.dev, apps.manifest.create.

    Args:
        token: An app configuration token, which ends after twelve hours; it is used once and not kept.

    Raises:
        SettingsError: It is another kind of token, or Slack refuses the manifest.
        SlackFailure: Slack refuses the token, or is unavailable.
    """
    _check_kind(token, CONFIG_TOKEN)
    client = connect_client("", api_url)
    with explain_refusals(), translate_errors():
        try:
            response = client.apps_manifest_create(token=token, manifest=manifest_as_json(socket_mode_manifest()))
        except SlackApiError as error:
            if faults := error.response.get("errors"):
                said = "; ".join(f"{one.get('pointer', '')} {one.get('message', '')}".strip() for one in faults)
                raise SettingsError(f"Slack refuses the manifest: {said}. Nothing was created.") from error
            raise
    return CreatedApp(
        id=response["app_id"],
        signing_secret=response["credentials"]["signing_secret"],
        install_url=response["oauth_authorize_url"],
    )


def http_manifest(url: str, *, plain: bool = False) -> str:
    """Returns the manifest for HTTP mode, as YAML; raises SettingsError where Slack could not use the URL.

    Args:
        url: Where Slack reaches Park, usually a proxy; without a path it gets the one that Park serves.
        plain: As for Socket Mode.
    """
    text, quoted = socket_mode_manifest(plain=plain), json.dumps(_request_url(url))
    for old, new in _HTTP_EDITS.items():
        before, after = text.split(old)
        text = before + new.format(url=quoted) + after
    return text


def _request_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"{url}: write where Slack reaches your proxy, for example https://park.example.com")
    return parts._replace(path=REQUEST_PATH).geturl() if parts.path in ("", "/") else url
