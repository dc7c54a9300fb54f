"""HTTP server of the workspace, and the dispatch of Web API calls with authentication and scopes."""

import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.routing import Map, RuleFactory

from bot.sandbox.serving import LoopbackServer
from bot.sandbox.slack.faults import CallInterceptor
from bot.sandbox.slack.methods.registry import METHODS, Method, require_scope
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.state import SlackState

NEEDS_TEAM = frozenset(
    {"bots.info", "conversations.list", "users.conversations", "users.list", "usergroups.list", "usergroups.users.list"}
    | {"users.lookupByEmail", "team.info"}
)
"""Methods that need a team_id with the token of an organization: docs.slack.dev, Developing for organizations."""


class SharedRoutes(Map):
    """The routes of all workspaces, each compiled once: that takes longer than all else in a workspace."""

    def __init__(self) -> None:
        super().__init__()
        self._lock, self._known = threading.Lock(), set[tuple[str, str, frozenset[str]]]()

    def add(self, rulefactory: RuleFactory) -> None:
        """Adds the rules that no earlier workspace has added."""
        with self._lock:
            for rule in rulefactory.get_rules(self):
                key = (rule.rule, str(rule.endpoint), frozenset(rule.methods or ()))
                if key not in self._known:
                    super().add(rule)
                    self._known.add(key)


ROUTES = SharedRoutes()


class WebServer:
    """Serves a Flask app on a free port of loopback, in a thread."""

    def __init__(self, app: Flask, now: Callable[[], float] = time.time) -> None:
        """Prepares the server; `now` returns the time of its responses, in seconds since 1970."""
        app.config["PROPAGATE_EXCEPTIONS"] = True
        self._server = LoopbackServer(app, now=now)
        self._server.daemon_threads = False  # a stop then waits for them
        self._thread = threading.Thread(target=self._server.serve_forever, name="slack-web")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for running requests and closes the port."""
        self._server.shutdown()
        self._thread.join()


def web_api(state: SlackState, interceptor: CallInterceptor) -> Blueprint:
    """Returns the blueprint with all methods below /api/."""
    routes = Blueprint("api", __name__)

    @routes.route("/api/<name>", methods=["GET", "POST"])
    def call(name: str) -> Response:
        args, fault = _arguments()
        token = args.pop("token", None) or _bearer_token()
        home = state.credentials.workspace_of(token) or state
        answer = interceptor.handle(
            name, args, _token_kind(home, token), lambda: jsonify(_call_method(home, name, token, args, fault))
        )
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(home.scopes))
        return answer

    return routes


def _arguments() -> tuple[Json, str | None]:
    """Returns the arguments of query, form or JSON body, and the error code of an invalid body."""
    args = {**request.args.to_dict(), **request.form.to_dict()}
    if request.authorization is not None and request.authorization.type == "basic":
        args["client_id"] = str(request.authorization.username)
        args["client_secret"] = str(request.authorization.password)
    if not request.is_json or not request.data:
        return args, None
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return args, "invalid_json" if body is None else "json_not_object"
    return {**args, **body}, None


def _bearer_token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else None


def _token_kind(state: SlackState, token: Any) -> str:
    if token in state.credentials.revoked:
        return "revoked"
    known = {
        state.bot_token: "bot" if state.installed else "unknown",
        state.app_token: "app",
        state.config_token: "config",
        None: "none",
    }
    return known.get(token, "unknown")


def _call_method(state: SlackState, name: str, token: Any, args: Json, fault: str | None) -> Json:
    try:
        method = _find_method(state, name, _token_kind(state, token), args)
        with state.changed:
            return {"ok": True, **method.run(state, args)} if fault is None else {"ok": False, "error": fault}
    except SlackError as refusal:
        return {"ok": False, "error": refusal.code, **refusal.more}


def _find_method(state: SlackState, name: str, kind: str, args: Json) -> Method:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    if method.token == "none":  # noqa: S105
        return method
    if kind == "revoked":
        raise SlackError("account_inactive")
    if kind in ("none", "unknown"):
        raise SlackError("not_authed" if kind == "none" else "invalid_auth")
    if kind != method.token:
        raise SlackError("not_allowed_token_type")
    if state.org_wide and name in NEEDS_TEAM and args.get("team_id") != state.team:
        raise SlackError("team_access_not_granted" if args.get("team_id") else "missing_argument")
    if method.scopes:
        require_scope(state, *method.scopes)
    return method
