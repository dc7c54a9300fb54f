"""Web API methods for views (views.*)."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.kit.validation import check_blocks, check_view, invalid_arguments
from bot.sandbox.slack.methods.registry import api_method
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.payloads import view_object
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.views import StoredView


@api_method("views.open")
def views_open(state: SlackState, args: Json) -> Json:
    view = _parse_view(args, "modal")
    trigger = state.triggers.find(_required(args, "trigger_id"))
    stored_view = state.views.open(trigger.user, view, trigger.channel)
    trigger.used = True
    return _view_response(state, stored_view)


@api_method("views.push")
def views_push(state: SlackState, args: Json) -> Json:
    view = _parse_view(args, "modal")
    trigger = state.triggers.find(_required(args, "trigger_id"))
    stored_view = state.views.push(_find_modal(state, trigger.view), view)
    trigger.used = True
    return _view_response(state, stored_view)


@api_method("views.update")
def views_update(state: SlackState, args: Json) -> Json:
    if not (args.get("view_id") or args.get("external_id")):
        raise invalid_arguments("missing required field: view_id [json-pointer:]")
    stored_view = state.views.find(args.get("view_id"), external_id=args.get("external_id"))
    view = _parse_view(args, stored_view.content["type"] if stored_view else "modal")
    if stored_view is None:
        raise SlackError("not_found")
    _check_hash(stored_view, args.get("hash"))
    return _view_response(state, state.views.replace(stored_view, view))


@api_method("views.publish")
def views_publish(state: SlackState, args: Json) -> Json:
    view = _parse_view(args, "home")
    user = _required(args, "user_id")
    if user not in state.people:
        raise invalid_arguments("invalid `user_id` [json-pointer:/user_id]")
    if not state.home_tab:
        raise SlackError("not_enabled")
    if stored_view := state.views.home(user):
        _check_hash(stored_view, args.get("hash"))
    return _view_response(state, state.views.publish(user, view))


def _parse_view(args: Json, kind: str) -> Json:
    """Returns the validated view, given as an object or as JSON text."""
    view = _required(args, "view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except json.JSONDecodeError:
            raise invalid_arguments("failed to parse the view [json-pointer:/view]") from None
    if not isinstance(view, dict):
        raise invalid_arguments("must provide an object [json-pointer:/view]")
    check_view(view, kind)
    return view


def _required(args: Json, name: str) -> Any:
    if not args.get(name):
        raise invalid_arguments(f"missing required field: {name} [json-pointer:]")
    return args[name]


def _find_modal(state: SlackState, view_id: str | None) -> StoredView | None:
    stored_view = state.views.find(view_id)
    return stored_view if stored_view and stored_view.content["type"] == "modal" else None


def _check_hash(stored_view: StoredView, given: Any) -> None:
    """Raises hash_conflict unless the hash is the view's current one."""
    if given and given != stored_view.hash:
        raise SlackError("hash_conflict")


def _view_response(state: SlackState, stored_view: StoredView) -> Json:
    return {"view": view_object(state, stored_view, with_state=False)}


@api_method("blocks.validate")
def validate(state: SlackState, args: Json) -> Json:
    """Validates blocks, or those of a message, or a view; exactly one of them: docs.slack.dev, blocks.validate."""
    given = [name for name in ("blocks", "message", "view") if args.get(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments")
    content = args[given[0]]
    content = json.loads(content) if isinstance(content, str) else content
    try:
        if given == ["view"]:
            check_view(content, content["type"])
        else:
            check_blocks(content["blocks"] if given == ["message"] else content)
    except SlackError as refusal:
        raise SlackError("invalid_blocks", errors=list(_validation_errors(refusal))) from None
    return {}


def _validation_errors(refusal: SlackError) -> Iterator[Json]:
    for text in refusal.more.get("response_metadata", {}).get("messages", [refusal.code]):
        message, _, pointer = text.removeprefix("[ERROR] ").partition(" [json-pointer:")
        yield {"pointer": pointer.removesuffix("]"), "code": "failed_constraint", "message": message}
