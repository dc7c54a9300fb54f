"""Access and refresh tokens, and the endpoints that issue them: /auth/... and the older /login/oauth/token."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, request

from bot.sandbox.pbx.schema import read_json_object
from bot.sandbox.pbx.state import PbxState, Record
from bot.sandbox.pbx.switches import (
    ApiError,
    ErrorResponse,
    Switches,
    denied,
    not_found,
    unauthorized,
    validation_error,
)


class Sessions:
    """Tokens of the one account, which has a new password and a ready access token for every PBX."""

    def __init__(self) -> None:
        self.username = "park.bot"
        self.password = secrets.token_urlsafe(12)
        self.domain = "example.com"
        self._ends: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._rejected = 0
        self.token = self._new_access(float("inf"))

    def is_valid(self, token: str) -> bool:
        """Returns whether the access token exists and has not expired."""
        return self._ends.get(token, 0) > time.monotonic()

    def check_credentials(self, given: Mapping[str, Any], switches: Switches) -> bool:
        """Returns whether the credentials are right.

        Raises:
            ApiError: 403 DENIED after too many rejected attempts.
        """
        if self._rejected >= switches.login_attempts:
            raise denied("Too many failed attempts: the address is blocked.")
        right = all(given.get(key) == getattr(self, key) for key in ("username", "password", "domain"))
        self._rejected = 0 if right else self._rejected + 1
        return right

    def issue(self, switches: Switches) -> dict[str, Any]:
        """Returns a new pair of tokens in the documented format."""
        refresh = secrets.token_urlsafe(24)
        self._refresh.add(refresh)
        return self._answer(refresh, switches)

    def renew(self, refresh: str, switches: Switches) -> dict[str, Any] | None:
        """Returns a new access token, or None if the refresh token is unknown or was rotated."""
        if refresh not in self._refresh:
            return None
        if not switches.refresh_rotates:
            return self._answer(refresh, switches)
        self._refresh.remove(refresh)
        return self.issue(switches)

    def revoke(self, token: str) -> None:
        """Signs out."""
        self._ends.pop(token, None)

    def expire(self, *, refresh: bool = False) -> None:
        """Expires all access tokens, and with `refresh` the refresh tokens too."""
        self._ends.clear()
        if refresh:
            self._refresh.clear()

    def _answer(self, refresh: str, switches: Switches) -> dict[str, Any]:
        lifetime = switches.token_lifetime
        access = self._new_access(lifetime)
        return {"token_type": "Bearer", "access_token": access, "refresh_token": refresh, "expires_in": lifetime}

    def _new_access(self, lifetime: float) -> str:
        token = secrets.token_urlsafe(24)
        self._ends[token] = time.monotonic() + lifetime
        return token


@dataclass(kw_only=True)
class PbxContext:
    """State, switches and sessions, which all endpoints share."""

    state: PbxState
    switches: Switches
    sessions: Sessions


CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
"""Client id from the documentation of /login/oauth/token."""


class AuthEndpoints:
    """Endpoints that issue and revoke tokens."""

    def __init__(self, context: PbxContext) -> None:
        self.context = context

    def sign_in(self) -> Record:
        self._require_sign_in_api()
        given = read_json_object()
        _check_text_fields(given, ("username", "password"), ("domain",))
        if not self.context.sessions.check_credentials(given, self.context.switches):
            raise unauthorized("The user name or password is incorrect.")
        if self.context.switches.two_factor:
            return {"two_factor_enabled": True, "token": "awaiting-the-second-factor"}
        return self.context.sessions.issue(self.context.switches)

    def refresh(self) -> Record:
        self._require_sign_in_api()
        given = read_json_object()
        _check_text_fields(given, ("refresh_token",))
        tokens = self.context.sessions.renew(given["refresh_token"], self.context.switches)
        if tokens is None:
            raise unauthorized("The refresh token is invalid.")
        return tokens

    def sign_out(self) -> str:
        self._require_sign_in_api()
        self.context.sessions.revoke(g.token)
        return ""

    def user(self) -> Record:
        self._require_sign_in_api()
        switches = self.context.switches
        reset = switches.password_force_reset
        return {"role": switches.role, "password_verified": True, "password_force_reset": reset}

    def oauth(self) -> Record:
        if not self.context.switches.oauth:
            raise not_found("resource")
        if request.mimetype != "application/x-www-form-urlencoded":
            raise validation_error("The content type must be application/x-www-form-urlencoded.")
        tokens = self._grant(request.form)
        if tokens is None:
            raise ApiError(ErrorResponse(400, "UNAUTHORIZED", "The credentials are incorrect."))
        return tokens

    def _grant(self, form: Mapping[str, str]) -> Record | None:
        sessions, switches = self.context.sessions, self.context.switches
        if form.get("client_id") != CLIENT_ID:
            raise validation_error("client_id is unknown.")
        if form.get("grant_type") == "refresh_token":
            return sessions.renew(form.get("refresh_token", ""), switches)
        if form.get("grant_type") != "password" or form.get("scope") != "all":
            raise validation_error("grant_type or scope is not supported.")
        return sessions.issue(switches) if sessions.check_credentials(form, switches) else None

    def _require_sign_in_api(self) -> None:
        if not self.context.switches.sign_in:
            raise not_found("resource")


def _check_text_fields(given: dict[str, Any], needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> None:
    if missing := [name for name in needed if name not in given]:
        raise validation_error(f"{', '.join(missing)} must be specified.")
    if strangers := sorted(set(given) - {*needed, *allowed}):
        raise validation_error(f"Unknown: {', '.join(strangers)}.")
    if not all(isinstance(value, str) and value for value in given.values()):
        raise validation_error("Every value must be a text.")
