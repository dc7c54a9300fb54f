"""The installation of the app over OAuth, in one of several workspaces: docs.slack.dev, Installing with OAuth."""

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.sandbox.slack.model import Json, SlackError, new_id
from bot.sandbox.slack.state import Credentials, SlackState


def approve(state: SlackState, authorize_url: str, redirect_url: str) -> str:
    """Does what an admin does on Slack's page, and returns the address that the browser is sent to.

    Raises:
        SlackError: The address is not one that Slack accepts.
    """
    query = {name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()}
    if query.get("client_id") != state.credentials.client_id:
        raise SlackError("invalid_client_id")
    asked = query.get("scope", "").split(",")
    if not asked or not set(asked) <= state.scopes:
        raise SlackError("invalid_scope")
    code = f"{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
    state.credentials.codes[code] = state
    return f"{redirect_url}?{urlencode({'code': code, 'state': query.get('state', '')})}"


def exchange(credentials: Credentials, args: Json) -> Json:
    """Exchanges a code for a bot token, once: docs.slack.dev, oauth.v2.access."""
    if args.get("client_id") != credentials.client_id:
        raise SlackError("invalid_client_id")
    if args.get("client_secret") != credentials.client_secret:
        raise SlackError("bad_client_secret")
    state = credentials.codes.pop(str(args.get("code")), None)
    if state is None:
        raise SlackError("invalid_code")
    state.bot_token, state.installed = f"xoxb-{new_id('', 12)}-{new_id('', 24)}", True
    org = {"id": state.enterprise, "name": f"{state.name} Organization"} if state.enterprise else None
    return {
        "access_token": state.bot_token,
        "token_type": "bot",
        "scope": ",".join(sorted(state.scopes)),
        "bot_user_id": state.bot.id,
        "app_id": state.app,
        "team": None if state.org_wide else {"id": state.team, "name": state.name},
        "enterprise": org,
        "is_enterprise_install": state.org_wide,
        "authed_user": {"id": next(iter(state.people))},
    }
