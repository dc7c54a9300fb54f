"""What manifest.yaml asks for: the sandbox grants that, and nothing more."""

from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.slack import Workspace

_HERE = Path(__file__).parent
MANIFEST = next(file for file in (_HERE / "manifest.yaml", _HERE.parents[1] / "manifest.yaml") if file.exists())
"""A wheel has it beside this file."""


def workspace() -> Workspace:
    """A workspace into which the app was installed as the manifest has it."""
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    features, settings = manifest["features"], manifest["settings"]
    return Workspace(
        scopes=manifest["oauth_config"]["scopes"]["bot"],
        events=settings["event_subscriptions"]["bot_events"],
        shortcuts={one["callback_id"]: one["type"] for one in features.get("shortcuts", ())},
    )


def declared() -> dict[str, Any]:
    """The manifest's features: slash commands, shortcuts, the bot's name."""
    features: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["features"]
    return features
