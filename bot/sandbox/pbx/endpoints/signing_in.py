"""/auth/... of 22.2 and newer, and the older form-encoded /login/oauth/token."""

from collections.abc import Mapping
from typing import Any

from flask import g, request

from bot.sandbox.pbx.endpoints.body import json_object
from bot.sandbox.pbx.problem import Problem, Refusal, invalid, unauthorized, unknown
from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.world import World

CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
"""The one that the documentation of the older endpoint gives."""


class SigningIn:
    """Ways to get a token, and to end one."""

    def __init__(self, world: World) -> None:
        self.world = world

    def sign_in(self) -> Record:
        self._newer_only()
        given = json_object()
        _texts(given, ("username", "password"), ("domain",))
        if not self.world.sessions.accepts(given, self.world.switches):
            raise unauthorized("The user name or password is incorrect.")
        if self.world.switches.two_factor:
            return {"two_factor_enabled": True, "token": "awaiting-the-second-factor"}
        return self.world.sessions.issue(self.world.switches)

    def refresh(self) -> Record:
        self._newer_only()
        given = json_object()
        _texts(given, ("refresh_token",))
        tokens = self.world.sessions.renew(given["refresh_token"], self.world.switches)
        if tokens is None:
            raise unauthorized("The refresh token is invalid.")
        return tokens

    def sign_out(self) -> str:
        self._newer_only()
        self.world.sessions.revoke(g.token)
        return ""

    def user(self) -> Record:
        self._newer_only()
        return {"role": self.world.switches.role, "password_verified": True, "password_force_reset": False}

    def oauth(self) -> Record:
        if not self.world.switches.oauth:
            raise unknown("resource")
        if request.mimetype != "application/x-www-form-urlencoded":
            raise invalid("The content type must be application/x-www-form-urlencoded.")
        tokens = self._granted(request.form)
        if tokens is None:
            raise Problem(Refusal(400, "UNAUTHORIZED", "The credentials are incorrect."))
        return tokens

    def _granted(self, form: Mapping[str, str]) -> Record | None:
        sessions, switches = self.world.sessions, self.world.switches
        if form.get("client_id") != CLIENT_ID:
            raise invalid("client_id is unknown.")
        if form.get("grant_type") == "refresh_token":
            return sessions.renew(form.get("refresh_token", ""), switches)
        if form.get("grant_type") != "password" or form.get("scope") != "all":
            raise invalid("grant_type or scope is not supported.")
        return sessions.issue(switches) if sessions.accepts(form, switches) else None

    def _newer_only(self) -> None:
        if not self.world.switches.sign_in:
            raise unknown("resource")


def _texts(given: dict[str, Any], needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> None:
    if missing := [name for name in needed if name not in given]:
        raise invalid(f"{', '.join(missing)} must be specified.")
    if strangers := sorted(set(given) - {*needed, *allowed}):
        raise invalid(f"Unknown: {', '.join(strangers)}.")
    if not all(isinstance(value, str) and value for value in given.values()):
        raise invalid("Every value must be a text.")
