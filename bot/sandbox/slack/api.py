"""The Web API over HTTP: who calls, may they, and what is answered."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.gate import Gate
from bot.sandbox.slack.methods import METHODS, Method, require
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State


def web_api(state: State, authorizer: Gate) -> Blueprint:
    """All methods below /api/."""
    routes = Blueprint("api", __name__)

    @routes.route("/api/<name>", methods=["GET", "POST"])
    def call(name: str) -> Response:
        args, fault = _arguments()
        token = args.pop("token", None) or _bearer()
        answer = authorizer.through(
            name, args, _kind(state, token), lambda: jsonify(_answer(state, name, token, args, fault))
        )
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(state.scopes))
        return answer

    return routes


def _arguments() -> tuple[Json, str | None]:
    """Query, form or JSON body, as Slack takes any of them, and what is wrong with the body."""
    args = {**request.args.to_dict(), **request.form.to_dict()}
    if not request.is_json or not request.data:
        return args, None
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return args, "invalid_json" if body is None else "json_not_object"
    return {**args, **body}, None


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else None


def _kind(state: State, token: Any) -> str:
    known = {state.bot_token: "bot", state.app_token: "app", None: "none"}
    return known.get(token, "unknown")


def _answer(state: State, name: str, token: Any, args: Json, fault: str | None) -> Json:
    try:
        method = _permitted(state, name, _kind(state, token))
        with state.changed:
            return {"ok": True, **method.run(state, args)} if fault is None else {"ok": False, "error": fault}
    except SlackError as refusal:
        return {"ok": False, "error": refusal.code, **refusal.more}


def _permitted(state: State, name: str, kind: str) -> Method:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    if kind in ("none", "unknown"):
        raise SlackError("not_authed" if kind == "none" else "invalid_auth")
    if kind != method.token:
        raise SlackError("not_allowed_token_type")
    if method.scopes:
        require(state, *method.scopes)
    return method
