"""Web API methods of the App Manifest API, called with an app configuration token (apps.manifest.*)."""

import json

from bot.sandbox.slack.methods.registry import api_method
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.state import SlackState


@api_method("apps.manifest.create", token="config")  # noqa: S106
def create(state: SlackState, args: Json) -> Json:
    """Creates an app, which is that of the workspace, not installed: docs.slack.dev, apps.manifest.create."""
    try:
        manifest = json.loads(args.get("manifest") or "")
        named = manifest["display_information"]["name"]
    except (ValueError, KeyError, TypeError):
        fault = {"message": "must be a valid manifest", "pointer": "/"}
        raise SlackError("invalid_manifest", errors=[fault]) from None
    state.created_apps.append(manifest)
    return {
        "app_id": state.app,
        "credentials": {"client_id": "1.2", "client_secret": "sandbox", "signing_secret": state.signing_secret},
        "oauth_authorize_url": f"https://slack.com/oauth/v2/authorize?client_id=1.2&scope=commands&app={named}",
    }


@api_method("apps.manifest.export", token="config")  # noqa: S106
def export(state: SlackState, args: Json) -> Json:
    """Returns what the installed app's manifest has of commands and steps: docs.slack.dev, apps.manifest.export."""
    if args.get("app_id") != state.app:
        raise SlackError("app_not_found")
    features = {"slash_commands": [{"command": state.command}]}
    return {"manifest": {"features": features, "functions": state.workflows.declared}}
