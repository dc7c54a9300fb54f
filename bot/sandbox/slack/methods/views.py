"""Views of the bot: opened, stacked, changed, published."""

import json
from typing import Any

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.kit.check_view import check_view, invalid
from bot.sandbox.slack.methods import method
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.wire import wire_view


@method("views.open")
def views_open(state: State, args: Json) -> Json:
    view = _view(args, "modal")
    trigger = state.triggers.find(_needed(args, "trigger_id"))
    sheet = state.sheets.open(trigger.user, view, trigger.channel)
    trigger.used = True
    return _answer(state, sheet)


@method("views.push")
def views_push(state: State, args: Json) -> Json:
    view = _view(args, "modal")
    trigger = state.triggers.find(_needed(args, "trigger_id"))
    sheet = state.sheets.push(_modal(state, trigger.view), view)
    trigger.used = True
    return _answer(state, sheet)


@method("views.update")
def views_update(state: State, args: Json) -> Json:
    if not (args.get("view_id") or args.get("external_id")):
        raise invalid("missing required field: view_id [json-pointer:]")
    sheet = state.sheets.find(args.get("view_id"), external_id=args.get("external_id"))
    view = _view(args, sheet.content["type"] if sheet else "modal")
    if sheet is None:
        raise SlackError("not_found")
    _same(sheet, args.get("hash"))
    return _answer(state, state.sheets.replace(sheet, view))


@method("views.publish")
def views_publish(state: State, args: Json) -> Json:
    view = _view(args, "home")
    user = _needed(args, "user_id")
    if user not in state.people:
        raise invalid("invalid `user_id` [json-pointer:/user_id]")
    if not state.home_tab:
        raise SlackError("not_enabled")
    if sheet := state.sheets.home(user):
        _same(sheet, args.get("hash"))
    return _answer(state, state.sheets.publish(user, view))


def _view(args: Json, kind: str) -> Json:
    """The checked view: an object, or the text of one, as forms carry it."""
    view = _needed(args, "view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except json.JSONDecodeError:
            raise invalid("failed to parse the view [json-pointer:/view]") from None
    if not isinstance(view, dict):
        raise invalid("must provide an object [json-pointer:/view]")
    check_view(view, kind)
    return view


def _needed(args: Json, name: str) -> Any:
    if not args.get(name):
        raise invalid(f"missing required field: {name} [json-pointer:]")
    return args[name]


def _modal(state: State, view_id: str | None) -> Sheet | None:
    sheet = state.sheets.find(view_id)
    return sheet if sheet and sheet.content["type"] == "modal" else None


def _same(sheet: Sheet, given: Any) -> None:
    """Raise hash_conflict where the app has not seen the view as it is now."""
    if given and given != sheet.hash:
        raise SlackError("hash_conflict")


def _answer(state: State, sheet: Sheet) -> Json:
    return {"view": wire_view(state, sheet, with_state=False)}
