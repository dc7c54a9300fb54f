"""The Flask application of the API: routes, authentication and error responses."""

from functools import cache
from typing import Any
from urllib.parse import unquote

from flask import Flask, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter, Map, Rule

from bot.sandbox.pbx.auth import AuthEndpoints, PbxContext
from bot.sandbox.pbx.blobs import BlobEndpoints
from bot.sandbox.pbx.call_park import GroupEndpoints, MemberEndpoints, ServerEndpoints
from bot.sandbox.pbx.lookups import LookupEndpoints
from bot.sandbox.pbx.switches import ApiError, ErrorResponse, denied, unauthorized
from bot.sandbox.serving import flask_app

PATHS_WITHOUT_TOKEN = frozenset({"/auth/sign_in", "/auth/refresh_token", "/login/oauth/token"})
"""Paths that need no access token."""
MEMBER_PATH = "/call_park_groups/<quoted:group_id>/members/<quoted:extension_number>"


class QuotedConverter(BaseConverter):
    """A path segment that is decoded after routing, so that an encoded slash stays inside its id."""

    def to_python(self, value: str) -> str:
        return unquote(value)


def routes(context: PbxContext) -> list[tuple[str, str, Any]]:
    """Returns method, path and endpoint of every route."""
    server, groups, members = ServerEndpoints(context), GroupEndpoints(context), MemberEndpoints(context)
    lookups, signing_in, blobs = LookupEndpoints(context), AuthEndpoints(context), BlobEndpoints(context)
    return [
        ("GET", "/call_park", server.show),
        ("POST", "/call_park", server.update),
        ("GET", "/call_park_groups", groups.list_all),
        ("POST", "/call_park_groups", groups.create),
        ("GET", "/call_park_groups/<quoted:group_id>", groups.show),
        ("POST", "/call_park_groups/<quoted:group_id>", groups.update),
        ("POST", "/call_park_groups/<quoted:group_id>/destroy", groups.destroy),
        ("GET", "/call_park_groups/<quoted:group_id>/members", members.list_all),
        ("POST", MEMBER_PATH, members.add),
        ("POST", f"{MEMBER_PATH}/destroy", members.destroy),
        ("GET", "/ring_groups", lookups.ring_groups),
        ("GET", "/ring_groups/<quoted:ring_group_id>", lookups.ring_group),
        ("GET", "/extension_numbers/<quoted:extension_number>", lookups.number),
        ("GET", "/users", lookups.users),
        ("GET", "/feature_access_codes", lookups.feature_codes),
        ("GET", "/audit_logs", lookups.audit_logs),
        ("POST", "/blobs/uploads", blobs.begin),
        ("POST", "/blobs/uploads/<quoted:upload_id>/append", blobs.append),
        ("POST", "/blobs/uploads/<quoted:upload_id>/complete", blobs.complete),
        ("GET", "/blobs/<quoted:blob_id>", blobs.show),
        ("POST", "/auth/sign_in", signing_in.sign_in),
        ("POST", "/auth/refresh_token", signing_in.refresh),
        ("POST", "/auth/sign_out", signing_in.sign_out),
        ("GET", "/auth/user", signing_in.user),
        ("POST", "/login/oauth/token", signing_in.oauth),
    ]


@cache
def _url_map(paths: tuple[tuple[str, str], ...]) -> Map:
    """Returns the compiled routes, which all applications share: compiling takes longer than all else in a PBX."""
    rules = [Rule(f"/api{path}", endpoint=f"{method} {path}", methods=[method]) for method, path in paths]
    return Map(rules, converters={"quoted": QuotedConverter}, merge_slashes=False)


def create_app(context: PbxContext) -> Flask:
    """Creates the WSGI application; it expects PATH_INFO still percent-encoded."""
    app = flask_app("portsip")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    found = routes(context)
    app.url_map = _url_map(tuple((method, path) for method, path, _ in found))
    app.view_functions = {f"{method} {path}": endpoint for method, path, endpoint in found}
    app.before_request(lambda: _authenticate(context))
    app.register_error_handler(ApiError, lambda problem: _error_response(problem.refusal, context))
    app.register_error_handler(HTTPException, lambda error: _http_error_response(error, context))
    return app


def _authenticate(context: PbxContext) -> None:
    """Checks the access token, then the role of its user."""
    if request.method not in ("GET", "POST"):
        raise MethodNotAllowed
    if request.url_rule is None or request.url_rule.rule.removeprefix("/api") in PATHS_WITHOUT_TOKEN:
        return
    scheme, _, g.token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not context.sessions.is_valid(g.token):
        raise unauthorized("The access token is invalid or has expired.")
    if context.switches.role != "Admin" and not request.path.startswith("/api/auth/"):
        raise denied("The role of the user does not allow this.")


def _error_response(refusal: ErrorResponse, context: PbxContext) -> ResponseReturnValue:
    if not context.switches.error_bodies:
        return "", refusal.status
    return jsonify(refusal.body()), refusal.status


def _http_error_response(error: HTTPException, context: PbxContext) -> ResponseReturnValue:
    """Returns Flask's 404 and 405 in the documented error format."""
    return _error_response(ErrorResponse(error.code or 500, "UNKNOWN", error.name), context)
