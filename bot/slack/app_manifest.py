"""The Slack app's manifest: for either way of delivery, with the slash command's name in use."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import SettingsError
from bot.messages import slash_command
from bot.slack.app_config import CONFIG_TOKEN, check_kind, explain_refusals
from bot.slack.client import connect_client, translate_errors

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
"""Paths of the pages that install the app over OAuth; Bolt's own defaults."""
REQUEST_PATH = "/slack/events"
"""Path of the request URL in HTTP mode, for commands, interactions, options and events alike."""
_HERE = Path(__file__).parent
MANIFEST = next(file for file in (_HERE / "manifest.yaml", _HERE.parents[1] / "manifest.yaml") if file.exists())
"""The app manifest for Socket Mode: beside this module in a wheel, in the root of a checkout."""
_HTTP_EDITS = {
    "# It also needs an app-level token with connections:write (SLACK_APP_TOKEN) for Socket Mode.": (
        "# Slack posts to the URLs in it, signed with the app's signing secret (SLACK_SIGNING_SECRET)."
    ),
    "    - command: {command}\n": "    - command: {command}\n      url: {url}\n",
    "  event_subscriptions:\n": "  event_subscriptions:\n    request_url: {url}\n",
    "  interactivity:\n": "  interactivity:\n    request_url: {url}\n    message_menu_options_url: {url}\n",
    "socket_mode_enabled: true": "socket_mode_enabled: false",
}
"""Replacements in the manifest's text, which keep its comments; each key occurs once."""
_INSTALL_EDITS = {
    "oauth_config:\n": "oauth_config:\n  redirect_urls:\n    - {redirect}\n",
    "    bot_events:\n": (
        "    bot_events:\n      - app_uninstalled  # the token is deleted then\n      - tokens_revoked\n"
    ),
}
"""Replacements for an app that several workspaces or an organization install: docs.slack.dev, App manifest."""
_AGENT_PARTS = re.compile(r"^  agent_view:.*\n(?: {4,}.*\n)+|^ +- assistant:write.*\n", re.MULTILINE)
"""What a workspace without agents has no use for."""
_NAMES = re.compile(r"^(  name: |    display_name: )Park$", re.MULTILINE)
"""The names of the app and of its user, by which people tell two Parks apart."""


def socket_mode_manifest(*, plain: bool = False) -> str:
    """Returns the manifest for Socket Mode, as YAML, with the slash command's name in use.

    Args:
        plain: Leave out what only a workspace with agents has.
    """
    text = MANIFEST.read_text(encoding="utf-8")
    command = slash_command.name()
    if command != slash_command.DEFAULT:
        text = _NAMES.sub(rf"\g<1>{app_name(command)}", text).replace(slash_command.DEFAULT, command)
    return _AGENT_PARTS.sub("", text) if plain else text


def app_name(command: str) -> str:
    """Returns the app's name that goes with a command: /park-test is that of Park Test."""
    return " ".join(word.capitalize() for word in re.split("[-_]+", command.removeprefix("/")) if word)


def manifest_as_json(text: str) -> str:
    """Returns a manifest as JSON, which the Slack CLI and the App Manifest API read."""
    from ruamel.yaml import YAML  # a Park that runs needs the paths above only

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
    check_kind(token, CONFIG_TOKEN)
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
    command = slash_command.name()
    for old, new in _HTTP_EDITS.items():
        before, after = text.split(old.format(command=command))
        text = before + new.format(url=quoted, command=command) + after
    return text


def installable(manifest: str, url: str) -> str:
    """Returns a manifest, as YAML, for an app that is installed over OAuth; raises SettingsError as `http_manifest`.

    Args:
        url: Where people reach /slack/install; without a path it gets the one that Slack sends them back to.
    """
    redirect = json.dumps(_with_path(url, REDIRECT_PATH))
    for old, new in _INSTALL_EDITS.items():
        before, after = manifest.split(old)
        manifest = before + new.format(redirect=redirect) + after
    return manifest.replace("org_deploy_enabled: false", "org_deploy_enabled: true")


def _request_url(url: str) -> str:
    return _with_path(url, REQUEST_PATH)


def _with_path(url: str, path: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"{url}: write where Slack reaches your proxy, for example https://park.example.com")
    return parts._replace(path=path).geturl() if parts.path in ("", "/") else url


def exported_manifest(client: WebClient, config_token: str, bot: str) -> dict[str, Any]:
    """Returns the manifest of the client's app: docs.slack.dev, apps.manifest.export.

    Args:
        config_token: An app configuration token of somebody who may manage the app.
        bot: The bot's id, by which Slack names its app.

    Raises:
        SettingsError: It is another kind of token.
        SlackFailure: Slack refuses a call, or is unavailable.
    """
    check_kind(config_token, CONFIG_TOKEN)
    with explain_refusals(), translate_errors():
        app = client.bots_info(bot=bot)["bot"]["app_id"]
        manifest: dict[str, Any] = client.apps_manifest_export(token=config_token, app_id=app)["manifest"]
    return manifest


def declared_commands(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Returns the slash commands in a manifest."""
    return frozenset(one["command"] for one in manifest.get("features", {}).get("slash_commands", ()))
