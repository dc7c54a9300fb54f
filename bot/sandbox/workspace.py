"""A fake Slack workspace with what the app's manifest asks for."""

from functools import cache
from typing import Any

import yaml

from bot.sandbox.slack.fake_slack import FakeSlack
from bot.slack.app_manifest import socket_mode_manifest
from bot.slack.workflow_manifest import with_workflow_steps


def workspace(*, name: str = "Park Sandbox", beside: FakeSlack | None = None) -> FakeSlack:
    """Creates a fake workspace with the scopes, events and shortcuts of the app manifest.

    Args:
        beside: A workspace whose app can be installed in this one, too.
    """
    manifest = _manifest()
    features, settings = manifest["features"], manifest["settings"]
    return FakeSlack(
        name=name,
        beside=beside,
        scopes=manifest["oauth_config"]["scopes"]["bot"],
        events=settings["event_subscriptions"]["bot_events"],
        shortcuts={one["callback_id"]: one["type"] for one in features.get("shortcuts", ())},
        functions=manifest["functions"],
    )


def manifest_features() -> dict[str, Any]:
    """Returns the `features` section of the app manifest."""
    features: dict[str, Any] = _manifest()["features"]
    return features


@cache
def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(with_workflow_steps(socket_mode_manifest()))
    return manifest
