"""Who a token is, and the team."""

from bot.sandbox.slack.methods import method
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State


@method("auth.test")
def auth_test(state: State, args: Json) -> Json:
    return {
        "url": f"https://{state.domain}.slack.com/",
        "team": state.name,
        "user": state.bot.name,
        "team_id": state.team,
        "user_id": state.bot.id,
        "bot_id": state.bot.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", app=True)
def connections_open(state: State, args: Json) -> Json:
    return {"url": state.new_link()}


@method("team.info", "team:read")
def team_info(state: State, args: Json) -> Json:
    return {"team": {"id": state.team, "name": state.name, "domain": state.domain}}
