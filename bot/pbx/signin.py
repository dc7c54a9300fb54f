"""Being signed in: one token for all threads, renewed once for all of them."""

import math
import threading
import time
from dataclasses import dataclass, field

from bot.errors import Missing, Rejected, SignInFailed, Unreachable
from bot.pbx.answers import judged, parsed
from bot.pbx.call import Answer, Call, Dropped, Throttled
from bot.pbx.credentials import Credentials
from bot.pbx.deadline import Deadline
from bot.pbx.ways import Granted, Newer, Older, SecondFactor, Way
from bot.pbx.wire import Wire

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

    def __init__(self, wire: Wire, who: Credentials) -> None:
        self._wire = wire
        self._who = who
        self._ways: tuple[Way, ...] = (Newer, Older)
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

    def _granted(self, call: Call, deadline: Deadline, *, keep: str | None = None) -> _Tokens:
        try:
            answer = judged(call, self._wire.exchange(call, deadline))
        except Dropped as error:  # whether it counted as a login is not known, so this call doesn't repeat it
            raise Unreachable(str(error)) from error
        self._refuse_second_factor(call, answer)
        granted = parsed(call, answer, Granted)
        return _Tokens(granted.access_token, granted.refresh_token or keep, _until(granted.expires_in))

    def _refuse_second_factor(self, call: Call, answer: Answer) -> None:
        if parsed(call, answer, SecondFactor).two_factor_enabled:
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
