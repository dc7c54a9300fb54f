"""The view object that Slack's answers and payloads carry."""

import copy

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.sheet import Sheet


def wire_view(state: State, sheet: Sheet, *, with_state: bool = True) -> Json:
    """With what the person entered in payloads, without it in the Web API's answers."""
    shown: Json = {
        "id": sheet.id,
        "team_id": state.team,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **sheet.content,
        "state": {"values": copy.deepcopy(sheet.values) if with_state else {}},
        "hash": sheet.hash,
        "root_view_id": sheet.root,
        "previous_view_id": sheet.previous,
        "app_id": state.app,
        "app_installed_team_id": state.team,
        "bot_id": state.bot.bot_id,
    }
    return shown if shown["type"] == "home" else {"submit": None, "close": None, **shown}
