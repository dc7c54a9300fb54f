"""Signs in to the PBX and keeps the access token valid."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from bot.errors import Missing, PBXError, Rejected, Said, SettingsError, SignInFailed, Unreachable
from bot.pbx.http import HttpSender
from bot.pbx.requests import ApiRequest, Dropped, Throttled
from bot.pbx.responses import check_response, parse_body
from bot.pbx.token_api import (
    LegacyTokenApi,
    SecondFactorResponse,
    SignInMethod,
    TokenApi,
    TokenResponse,
    is_token,
)
from bot.pbx.transport import Deadline, deadline_clock
from bot.texts import pbx as texts
from bot.texts import wording
from bot.texts.languages import ENGLISH, speaking

DENIALS = frozenset({"UNAUTHORIZED", "DENIED", "VALIDATE_FAILED"})
"""Codes with which the PBX itself says that the credentials are wrong, or that it has blocked the address."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 1800.0
"""Seconds before a sign-in that failed for another reason is repeated; they double, since the PBX counts failures."""
RENEWAL_MARGIN = 60.0
"""Seconds before its expiry that a token is renewed, but at most a tenth of its lifetime."""

log = logging.getLogger(__name__)


class SecondFactorRequired(SignInFailed):
    """The password is right, but the PBX requires a second factor too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """A bearer token, or a tenant user of `domain`; with both, the user signs in once the token has expired."""

    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    domain: str | None = None

    def __post_init__(self) -> None:
        """Raises SettingsError unless there is a usable token or a user with a password."""
        if self.token is None and not self.has_user:
            raise SettingsError("set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD (and PBX_DOMAIN)")
        if self.token is not None and not is_token(self.token):
            raise SettingsError("PBX_TOKEN holds something other than visible ASCII characters")

    @property
    def has_user(self) -> bool:
        """Whether there is a user to sign in."""
        return bool(self.username and self.password)

    @property
    def user(self) -> dict[str, str]:
        """The fields that sign the user in, without blank ones."""
        fields = {"username": self.username, "password": self.password, "domain": self.domain}
        return {key: value for key, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class _Tokens:
    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    renew_at: float = math.inf
    """By `time.monotonic()`."""

    @property
    def fresh(self) -> bool:
        return time.monotonic() < self.renew_at


@dataclass(frozen=True, slots=True)
class _Rejection:
    """The error of the last sign-in, until when it is raised without asking again, and when it was first raised."""

    error: PBXError
    until: float
    at: float


class SignIn:
    """Provides the current access token to all threads.

    The PBX blocks the address after failed sign-ins. So one that the PBX itself rejects is not repeated until the
    credentials have changed or `try_again` is called, and one that failed otherwise only after a pause.
    """

    def __init__(
        self,
        sender: HttpSender,
        credentials: Credentials,
        *,
        read_credentials: Callable[[], Credentials] | None = None,
        clock: Callable[[], float] = deadline_clock,
    ) -> None:
        """Takes the credentials; asks for nothing yet.

        Args:
            read_credentials: Returns the credentials as they are configured now; raises SettingsError.
            clock: The clock of pauses, in seconds.
        """
        self._sender = sender
        self._credentials = credentials
        self._read_credentials, self._clock = read_credentials, clock
        self.on_recovery: Callable[[], None] = lambda: None
        """Called after a sign-in that succeeded after it had failed."""
        self._methods: tuple[SignInMethod, ...] = (TokenApi, LegacyTokenApi)
        self._tokens = _Tokens(credentials.token) if credentials.token else None
        self._rejection: _Rejection | None = None
        self._pause = FIRST_PAUSE
        self._lock = threading.Lock()

    @property
    def rejected(self) -> bool:
        """Whether the PBX has refused to let Park sign in, so that nothing is sent now."""
        return self._rejection is not None

    @property
    def rejected_for(self) -> timedelta | None:
        """How long ago the PBX has refused to let Park sign in; None if it has not."""
        rejection = self._rejection
        return None if rejection is None else timedelta(seconds=self._clock() - rejection.at)

    def try_again(self) -> None:
        """Lets the next call sign in, after somebody has corrected what was wrong."""
        with self._lock:
            if self._rejection is not None:
                self._rejection = replace(self._rejection, until=-math.inf)

    def token(self, deadline: Deadline) -> str:
        """Returns an access token; signs in or refreshes first where needed."""
        tokens = self._tokens
        return tokens.access if tokens and tokens.fresh and not self._rejection else self._renew(tokens, deadline)

    def renew(self, refused: str, deadline: Deadline) -> str:
        """Returns another token than `refused`, which got a 401; concurrent callers share one renewal.

        A configured token that can't be replaced is returned as it is: its 401 may have come from elsewhere.
        """
        tokens = self._tokens
        if tokens and tokens.access == refused and tokens.refresh is None and not self._credentials.has_user:
            return refused
        return tokens.access if tokens and tokens.access != refused else self._renew(tokens, deadline)

    def reject_token(self) -> PBXError:
        """Returns the error for a token that was refused twice; a configured one is not sent again for a while."""
        with self._lock:
            if self._credentials.has_user:
                return _said_in_english(SignInFailed, lambda: texts.REJECTED_AT_ONCE)
            return self._reject(lambda: texts.SIGN_IN_EXPIRED, is_final=False)

    def refresh_rotates_token(self, deadline: Deadline) -> bool | None:
        """Refreshes now and returns whether the refresh token changed; None without one; raises PBXError."""
        with self._lock:
            if (old := self._tokens) is None or old.refresh is None:
                return None
            self._tokens = self._refresh(old.refresh, deadline)
            return self._tokens.refresh != old.refresh

    def _renew(self, old: _Tokens | None, deadline: Deadline) -> str:
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise Unreachable(f"signing in to the PBX took longer than {deadline.seconds:g} s")
        try:
            failed_before = self._rejection is not None
            self._check_rejection()
            if self._tokens is None or self._tokens is old:  # else another thread renewed them meanwhile
                self._tokens = self._refresh_or_sign_in(old, deadline)
            self._rejection = None
            access = self._tokens.access
        finally:
            self._lock.release()
        if failed_before:
            self._pause = FIRST_PAUSE
            self.on_recovery()
        return access

    def _check_rejection(self) -> None:
        """Raises the error of the last sign-in, unless it may be repeated now."""
        if self._rejection is None or self._take_new_credentials():
            return
        if self._clock() < self._rejection.until:
            raise self._rejection.error
        if not self._credentials.has_user and self._credentials.token:
            self._tokens = _Tokens(self._credentials.token)

    def _take_new_credentials(self) -> bool:
        """Reads the configured credentials; returns whether they are others than those that were refused."""
        try:
            configured = self._read_credentials() if self._read_credentials else self._credentials
        except SettingsError as error:
            log.warning("the settings of the PBX can't be read: %s", error)
            return False
        if configured == self._credentials:
            return False
        self._credentials = configured
        self._tokens = _Tokens(configured.token) if configured.token else None
        return True

    def _refresh_or_sign_in(self, old: _Tokens | None, deadline: Deadline) -> _Tokens:
        if old and old.refresh:
            try:
                return self._refresh(old.refresh, deadline)
            except Throttled:
                raise
            except Rejected:  # the refresh token has expired too: no rejected sign-in
                self._tokens = None
        return self._sign_in(deadline)

    def _refresh(self, refresh_token: str, deadline: Deadline) -> _Tokens:
        return self._request_tokens(self._methods[0].refresh(refresh_token), deadline, refresh_token)

    def _sign_in(self, deadline: Deadline) -> _Tokens:
        if not self._credentials.has_user:
            raise self._reject(lambda: texts.SIGN_IN_EXPIRED, is_final=False)
        for method in self._methods:
            try:
                tokens = self._request_tokens(method.sign_in(self._credentials.user), deadline)
            except Missing:
                continue
            except Throttled:
                raise
            except Rejected as error:
                said = partial(_say_rejected, str(error))
                raise self._reject(said, is_final=error.code in DENIALS) from error
            self._methods = (method,)  # the PBX's version is known now
            return tokens
        raise _said_in_english(Unreachable, lambda: texts.NO_SIGN_IN_ADDRESS)

    def _request_tokens(self, request: ApiRequest, deadline: Deadline, refresh_token: str | None = None) -> _Tokens:
        """Returns the tokens that the PBX grants; `refresh_token` stays in use where it grants no new one."""
        try:
            response = self._sender.send(request, deadline)
            if response.status == 408:
                raise self._reject(lambda: texts.SIGN_IN_TIMED_OUT, is_final=False)
            check_response(request, response)
        except Dropped as error:  # it may count as a failed sign-in, so the calling request must not repeat it
            raise Unreachable(str(error)) from error
        if parse_body(request, response, SecondFactorResponse).two_factor_enabled:
            raise self._reject(
                lambda: texts.second_factor(str(self._credentials.username)),
                SecondFactorRequired,
                is_final=True,
            )
        granted = parse_body(request, response, TokenResponse)
        return _Tokens(granted.access_token, granted.refresh_token or refresh_token, _renewal_time(granted.expires_in))

    def _reject(self, text: Said, kind: type[SignInFailed] = SignInFailed, *, is_final: bool) -> PBXError:
        """Remembers the refusal of a sign-in, and returns the error to raise until it is repeated."""
        stays = is_final or not self._credentials.has_user

        def said() -> str:
            return f"{text()}. {texts.CORRECT_SIGN_IN if stays else texts.SIGNS_IN_AGAIN}"

        error: PBXError = _said_in_english(kind if stays else Unreachable, said)
        until = math.inf if is_final else self._clock() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._rejection = _Rejection(error, until, self._clock())
        return error


def _say_rejected(reason: str) -> str:
    return texts.sign_in_rejected(reason)


def _said_in_english(kind: type[PBXError], said: Said) -> PBXError:
    """Returns an error whose own text, for logs, is the English one."""
    with speaking(ENGLISH):
        return kind(said(), said=lambda: wording.sentence(said()))


def _renewal_time(expires_in: float | None) -> float:
    if not expires_in or expires_in < 0 or not math.isfinite(expires_in):
        return math.inf
    return time.monotonic() + expires_in - min(RENEWAL_MARGIN, expires_in / 10)
