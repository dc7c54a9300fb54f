"""What manifest.yaml asks for: the sandbox grants that, and nothing more."""

from typing import Any

import yaml

from bot.sandbox.slack.workspace import Workspace
from bot.slack.app_config import over_socket_mode


def workspace() -> Workspace:
    """A workspace into which the app was installed as the manifest has it."""
    manifest: dict[str, Any] = yaml.safe_load(over_socket_mode())
    features, settings = manifest["features"], manifest["settings"]
    return Workspace(
        scopes=manifest["oauth_config"]["scopes"]["bot"],
        events=settings["event_subscriptions"]["bot_events"],
        shortcuts={one["callback_id"]: one["type"] for one in features.get("shortcuts", ())},
    )


def declared() -> dict[str, Any]:
    """The manifest's features: slash commands, shortcuts, the bot's name."""
    features: dict[str, Any] = yaml.safe_load(over_socket_mode())["features"]
    return features
