"""Credentials, sign-in, token refresh."""

import math
import threading
import time
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator

from bot.errors import Missing, Rejected, SettingsError, SignInFailed, Unreachable
from bot.pbx.http import HttpSender
from bot.pbx.models import Text, blank_to_none
from bot.pbx.requests import ApiRequest, ApiResponse, Dropped, Throttled, as_json
from bot.pbx.responses import judged, parsed
from bot.pbx.transport import Deadline


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """A ready bearer token, or a tenant user of `domain`; with both, the user takes over once the token has run out."""

    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    domain: str | None = None

    def __post_init__(self) -> None:
        """Raise SettingsError when they could let nobody in."""
        if self.token is None and not self.user:
            raise SettingsError("set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD (and PBX_DOMAIN)")
        if self.token is not None and not is_token(self.token):
            raise SettingsError("PBX_TOKEN holds something other than visible ASCII characters")

    @property
    def user(self) -> bool:
        """Whether there is a user to sign in."""
        return bool(self.username and self.password)


def is_token(text: str) -> bool:
    """Whether it can stand in a header: visible ASCII."""
    return bool(text) and all("!" <= letter <= "~" for letter in text)


CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
"""The vendor's published id for scripts; it is no secret."""


def _as_token(text: str) -> str:
    if not is_token(text):
        raise ValueError("is not a token")
    return text


class TokenResponse(BaseModel):
    """Tokens; `expires_in` is seconds, and where it is missing only a 401 tells."""

    access_token: Annotated[str, AfterValidator(_as_token)]
    refresh_token: Text = None
    expires_in: Annotated[float | None, BeforeValidator(blank_to_none)] = None


class SecondFactorResponse(BaseModel):
    """A 200 that is NOT signed in."""

    two_factor_enabled: bool = False


class TokenApi:
    """JSON to /auth/sign_in and /auth/refresh_token."""

    @staticmethod
    def first(who: Credentials) -> ApiRequest:
        fields = {"username": who.username, "password": who.password, "domain": who.domain}
        return _post("auth", "sign_in", fields={key: value for key, value in fields.items() if value})

    @staticmethod
    def again(refresh_token: str) -> ApiRequest:
        return _post("auth", "refresh_token", fields={"refresh_token": refresh_token})


class LegacyTokenApi:
    """A form to /login/oauth/token."""

    @staticmethod
    def first(who: Credentials) -> ApiRequest:
        fields = {"username": who.username or "", "password": who.password or "", "domain": who.domain or ""}
        return _form(
            {"grant_type": "password", "scope": "all", **{key: value for key, value in fields.items() if value}}
        )

    @staticmethod
    def again(refresh_token: str) -> ApiRequest:
        return _form({"grant_type": "refresh_token", "refresh_token": refresh_token})


SignInMethod = type[TokenApi] | type[LegacyTokenApi]


def _post(*path: str, fields: dict[str, str | None]) -> ApiRequest:
    return ApiRequest(method="POST", path=path, content=as_json(fields))


def _form(fields: dict[str, str]) -> ApiRequest:
    content = urlencode({**fields, "client_id": CLIENT_ID}).encode()
    path = ("login", "oauth", "token")
    return ApiRequest(method="POST", path=path, content=content, content_type="application/x-www-form-urlencoded")


ADVICE = " Set it right and restart Park; until then nothing is sent."
"""What a rejected login says at its end."""
EARLY = 60.0
"""Seconds before its end that a token is renewed, but never more than a tenth of its life."""


@dataclass(frozen=True, slots=True)
class _Tokens:
    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    until: float = math.inf

    @property
    def fresh(self) -> bool:
        return time.monotonic() < self.until


class SecondFactorAsked(SignInFailed):
    """The user's password is right, and not enough."""


class SignIn:
    """The token of the moment. A rejected login is remembered and never tried again: the PBX blocks addresses."""

    def __init__(self, sender: HttpSender, who: Credentials) -> None:
        self._sender = sender
        self._who = who
        self._ways: tuple[SignInMethod, ...] = (TokenApi, LegacyTokenApi)
        self._tokens = _Tokens(who.token) if who.token else None
        self._rejected: str | None = None
        self._lock = threading.Lock()

    @property
    def rejected(self) -> bool:
        """Whether nothing is sent any more until somebody sets it right."""
        return self._rejected is not None

    def token(self, deadline: Deadline) -> str:
        """The token to send; signs in or refreshes where needed."""
        tokens = self._tokens
        return tokens.access if tokens and tokens.fresh and not self._rejected else self._renewed(tokens, deadline)

    def renew(self, refused: str, deadline: Deadline) -> str:
        """Another token than the one that got a 401; all who come with the same one wait for one renewal."""
        tokens = self._tokens
        return tokens.access if tokens and tokens.access != refused else self._renewed(tokens, deadline)

    def rotates(self, deadline: Deadline) -> bool | None:
        """Renew now: whether another refresh token came; None where there is none to renew with; raise PBXError."""
        with self._lock:
            if (old := self._tokens) is None or old.refresh is None:
                return None
            self._tokens = self._granted(self._ways[0].again(old.refresh), deadline, keep=old.refresh)
            return self._tokens.refresh != old.refresh

    def _renewed(self, old: _Tokens | None, deadline: Deadline) -> str:
        if not self._lock.acquire(timeout=deadline.left()):
            raise Unreachable(f"signing in to the PBX took longer than {deadline.seconds:g} s")
        try:
            if self._rejected:
                raise SignInFailed(self._rejected)
            if self._tokens is None or self._tokens is old:
                self._tokens = self._again(old, deadline)
            return self._tokens.access
        finally:
            self._lock.release()

    def _again(self, old: _Tokens | None, deadline: Deadline) -> _Tokens:
        if old and old.refresh:
            try:
                return self._granted(self._ways[0].again(old.refresh), deadline, keep=old.refresh)
            except Throttled:
                raise
            except Rejected:  # the refresh token has run out too, which is no rejected login
                self._tokens = None
        return self._first(deadline)

    def _first(self, deadline: Deadline) -> _Tokens:
        if not self._who.user:
            raise self._reject("The PBX no longer accepts PBX_TOKEN: it has run out or was revoked")
        for way in self._ways:
            try:
                tokens = self._granted(way.first(self._who), deadline)
            except Missing:
                continue
            except Throttled:
                raise
            except Rejected as error:
                raise self._reject(f"The PBX does not accept the sign-in: {error}") from error
            self._ways = (way,)
            return tokens
        raise Unreachable("The PBX has neither sign-in address: does PBX_URL end in /api?")

    def _granted(self, call: ApiRequest, deadline: Deadline, *, keep: str | None = None) -> _Tokens:
        try:
            answer = judged(call, self._sender.exchange(call, deadline))
        except Dropped as error:  # whether it counted as a login is not known, so this call doesn't repeat it
            raise Unreachable(str(error)) from error
        self._refuse_second_factor(call, answer)
        granted = parsed(call, answer, TokenResponse)
        return _Tokens(granted.access_token, granted.refresh_token or keep, _until(granted.expires_in))

    def _refuse_second_factor(self, call: ApiRequest, answer: ApiResponse) -> None:
        if parsed(call, answer, SecondFactorResponse).two_factor_enabled:
            raise self._reject(
                f"The PBX asks for a second factor for {self._who.username}: "
                "give Park a tenant user of its own, without two-factor authentication",
                SecondFactorAsked,
            )

    def _reject(self, text: str, kind: type[SignInFailed] = SignInFailed) -> SignInFailed:
        self._rejected = f"{text}.{ADVICE}"
        return kind(self._rejected)


def _until(expires_in: float | None) -> float:
    if not expires_in or expires_in < 0 or not math.isfinite(expires_in):
        return math.inf
    return time.monotonic() + expires_in - min(EARLY, expires_in / 10)
