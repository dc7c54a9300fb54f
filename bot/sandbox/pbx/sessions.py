"""Who is signed in: access tokens with an end, and refresh tokens."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from bot.sandbox.pbx.problem import denied
from bot.sandbox.pbx.switches import Switches


class Sessions:
    """One account, with a new password and a ready token for every PBX."""

    def __init__(self) -> None:
        self.username = "park.bot"
        self.password = secrets.token_urlsafe(12)
        self.domain = "example.com"
        self._ends: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._rejected = 0
        self.token = self._new_access(float("inf"))

    def knows(self, token: str) -> bool:
        """Whether this access token still opens anything."""
        return self._ends.get(token, 0) > time.monotonic()

    def accepts(self, given: Mapping[str, Any], switches: Switches) -> bool:
        """Whether the credentials are right; 403 DENIED once the address is blocked."""
        if self._rejected >= switches.login_attempts:
            raise denied("Too many failed attempts: the address is blocked.")
        right = all(given.get(key) == getattr(self, key) for key in ("username", "password", "domain"))
        self._rejected = 0 if right else self._rejected + 1
        return right

    def issue(self, switches: Switches) -> dict[str, Any]:
        """A new pair of tokens, in the documented shape."""
        refresh = secrets.token_urlsafe(24)
        self._refresh.add(refresh)
        return self._answer(refresh, switches)

    def renew(self, refresh: str, switches: Switches) -> dict[str, Any] | None:
        """A new access token; None for a refresh token that is unknown or was rotated out."""
        if refresh not in self._refresh:
            return None
        if not switches.refresh_rotates:
            return self._answer(refresh, switches)
        self._refresh.remove(refresh)
        return self.issue(switches)

    def revoke(self, token: str) -> None:
        """Sign out."""
        self._ends.pop(token, None)

    def expire(self, *, refresh: bool = False) -> None:
        """End every access token, the ready one too; with `refresh` the refresh tokens as well."""
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
