"""The API as one table, in Flask."""

from typing import Any
from urllib.parse import unquote

from flask import Flask, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter

from bot.sandbox.pbx.endpoints.blobs import Blobs
from bot.sandbox.pbx.endpoints.groups import Groups
from bot.sandbox.pbx.endpoints.lookups import Lookups
from bot.sandbox.pbx.endpoints.members import Members
from bot.sandbox.pbx.endpoints.server import Server
from bot.sandbox.pbx.endpoints.signing_in import SigningIn
from bot.sandbox.pbx.problem import Problem, Refusal, denied, unauthorized
from bot.sandbox.pbx.world import World

OPEN = frozenset({"/auth/sign_in", "/auth/refresh_token", "/login/oauth/token"})
"""Needs no token."""
MEMBER = "/call_park_groups/<quoted:group_id>/members/<quoted:extension_number>"


class Quoted(BaseConverter):
    """One segment of the path as it was sent, so that an encoded slash stays inside its id."""

    def to_python(self, value: str) -> str:
        return unquote(value)


def routes(world: World) -> list[tuple[str, str, Any]]:
    """Method, path, endpoint."""
    server, groups, members = Server(world), Groups(world), Members(world)
    lookups, signing_in, blobs = Lookups(world), SigningIn(world), Blobs(world)
    return [
        ("GET", "/call_park", server.show),
        ("POST", "/call_park", server.update),
        ("GET", "/call_park_groups", groups.listed),
        ("POST", "/call_park_groups", groups.create),
        ("GET", "/call_park_groups/<quoted:group_id>", groups.show),
        ("POST", "/call_park_groups/<quoted:group_id>", groups.update),
        ("POST", "/call_park_groups/<quoted:group_id>/destroy", groups.destroy),
        ("GET", "/call_park_groups/<quoted:group_id>/members", members.listed),
        ("POST", MEMBER, members.add),
        ("POST", f"{MEMBER}/destroy", members.destroy),
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


def api(world: World) -> Flask:
    """A WSGI application; it expects PATH_INFO still percent-encoded."""
    app = Flask("portsip", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters["quoted"] = Quoted
    app.url_map.merge_slashes = False
    for method, path, endpoint in routes(world):
        name = f"{method} {path}"
        app.add_url_rule(f"/api{path}", name, endpoint, methods=[method], provide_automatic_options=False)
    app.before_request(lambda: _let_in(world))
    app.register_error_handler(Problem, lambda problem: _refused(problem.refusal, world))
    app.register_error_handler(HTTPException, lambda error: _http(error, world))
    return app


def _let_in(world: World) -> None:
    """A token first, then what its role may do."""
    if request.method not in ("GET", "POST"):
        raise MethodNotAllowed
    if request.url_rule is None or request.url_rule.rule.removeprefix("/api") in OPEN:
        return
    scheme, _, g.token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not world.sessions.knows(g.token):
        raise unauthorized("The access token is invalid or has expired.")
    if world.switches.role != "Admin" and not request.path.startswith("/api/auth/"):
        raise denied("The role of the user does not allow this.")


def _refused(refusal: Refusal, world: World) -> ResponseReturnValue:
    if not world.switches.error_bodies:
        return "", refusal.status
    return jsonify(refusal.body()), refusal.status


def _http(error: HTTPException, world: World) -> ResponseReturnValue:
    """404 and 405 as Flask finds them, in the vendor's shape."""
    return _refused(Refusal(error.code or 500, "UNKNOWN", error.name), world)
