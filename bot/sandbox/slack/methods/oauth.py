"""Web API methods of the installation: oauth.v2.access, auth.revoke and auth.teams.list."""

from bot.sandbox.slack.installation import exchange
from bot.sandbox.slack.methods.registry import api_method
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import SlackState


@api_method("oauth.v2.access", token="none")  # noqa: S106
def access(state: SlackState, args: Json) -> Json:
    return exchange(state.credentials, args)


@api_method("auth.revoke")
def revoke(state: SlackState, args: Json) -> Json:
    state.credentials.revoked.add(state.bot_token)
    return {"revoked": True}


@api_method("auth.teams.list")
def teams_list(state: SlackState, args: Json) -> Json:
    return {"teams": [{"id": state.team, "name": state.name}]}
