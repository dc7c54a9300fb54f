"""One schedule of the calls to Slack for the whole process: rate limits are shared, and cards go first.

Slack limits each method in a workspace, and messages in each channel (docs.slack.dev, rate limits). Messages are paced
before Slack says anything, so that a burst of cards meets no limit. Whoever is told to wait tells all others, so that
no thread asks Slack for the same again, and several threads don't resume at once.
"""

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, NamedTuple

from bot.errors import SlackUnavailable

LONGEST_WAIT = 3.0
"""Seconds that a call waits for its turn; what takes longer is for the caller to schedule, as the worker does cards."""
SPACING = 1.0
"""Seconds between calls once a limit is over: a message a second and channel is what Slack documents."""
BURST = 20
"""Messages that a channel gets without a pause: Slack takes short bursts, and does not say how long they may be."""
RECOVERY = 10.0
"""Seconds after a limit for which calls are spaced."""
PER_MINUTE = {"conversations.info": 50, "usergroups.list": 20, "users.info": 100, "views.publish": 100}
"""Calls that Slack takes of what Home tabs need: docs.slack.dev, each method's page and its tier."""
BACKGROUND_SHARE = 0.8
"""The part of these that Home tabs use, so that a card never finds the limit reached by them."""
_MINUTE = 60.0
RESPONSE_URL = "response_url"
"""What calls of response_urls are called in limits and metrics, as the addresses are secrets."""
_PACED = "chat.postMessage"
_MAX_PACED = 1000
"""Channels whose pace is remembered, until those that are idle are forgotten."""
_BY_CHANNEL = frozenset({"chat.postMessage", "chat.postEphemeral"})
_in_background: ContextVar[bool] = ContextVar("in_background", default=False)


@contextmanager
def in_background() -> Iterator[None]:
    """Lets the calls of a block wait until no others do: for Home tabs, which nobody waits for."""
    token = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(token)


class Limit(NamedTuple):
    """What a rate limit is about: a method, and for messages the channel."""

    method: str
    channel: str = ""

    @classmethod
    def of(cls, method: str, arguments: Mapping[str, Any]) -> "Limit":
        """Returns the limit that a call falls under, from the arguments of the SDK's `api_call`."""
        content = arguments.get("json") or arguments.get("params") or {}
        return cls(method, str(content.get("channel") or "") if method in _BY_CHANNEL else "")


class CallScheduler:
    """Holds calls back while Slack wants that; thread-safe."""

    burst: ClassVar[int] = BURST

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at: dict[Limit, float] = {}  # when all messages so far would be sent, one every SPACING
        self._changed = threading.Condition()
        self._not_before: dict[Limit, float] = {}
        self._recovers_until: dict[Limit, float] = {}
        self._made = defaultdict[Limit, deque[float]](deque)  # when each call of the last minute was made
        self._waiting: Counter[Limit] = Counter()  # calls that somebody waits for

    def await_turn(self, limit: Limit) -> None:
        """Waits for the turn of a call; raises SlackUnavailable with the time left if that takes too long."""
        give_up = self._clock() + LONGEST_WAIT
        background = _in_background.get()
        with self._changed:
            if limit.method in PER_MINUTE:
                self._count(limit, background=background)
            if limit in self._recovers_until:
                self._recover(limit, give_up, background=background)
            elif limit.method == _PACED:
                self._pace(limit)

    def _recover(self, limit: Limit, give_up: float, *, background: bool) -> None:
        self._waiting[limit] += not background
        try:
            while (left := self._time_left(limit, background=background)) > 0:
                if self._clock() + left > give_up:
                    raise SlackUnavailable("ratelimited", left)
                self._changed.wait(left)
        finally:
            self._waiting[limit] -= not background
            self._changed.notify_all()
        self._take_turn(limit)
        if limit.method == _PACED:
            self._count_message(limit, self._clock())

    def _pace(self, limit: Limit) -> None:
        """Takes the next place in a channel and waits for it; takes none where that would be too long."""
        now = self._clock()
        free = max(self._free_at.get(limit, now), now)
        turn = free - (self.burst - 1) * SPACING
        if turn - now > LONGEST_WAIT:
            raise SlackUnavailable("ratelimited", turn - now)
        self._count_message(limit, now)
        while (left := turn - self._clock()) > 0:
            self._changed.wait(left)

    def _count_message(self, limit: Limit, now: float) -> None:
        """Counts a message in its channel's pace, also after a limit: the burst that Slack takes then is no longer."""
        if len(self._free_at) >= _MAX_PACED:
            self._free_at = {one: at for one, at in self._free_at.items() if at > now}
        self._free_at[limit] = max(self._free_at.get(limit, now), now) + SPACING

    def _count(self, limit: Limit, *, background: bool) -> None:
        """Counts a call; raises SlackUnavailable for one of a Home tab if their share of the minute is used up."""
        now, made, share = self._clock(), self._made[limit], int(PER_MINUTE[limit.method] * BACKGROUND_SHARE)
        while made and made[0] <= now - _MINUTE:
            made.popleft()
        if background and len(made) >= share:
            raise SlackUnavailable("ratelimited", made[-share] + _MINUTE - now)
        made.append(now)

    def hold(self, limit: Limit, seconds: float) -> None:
        """Holds all calls under a limit back, as Slack has asked of one of them."""
        with self._changed:
            until = self._clock() + seconds
            self._not_before[limit] = max(until, self._not_before.get(limit, 0.0))
            self._recovers_until[limit] = self._not_before[limit] + RECOVERY
            self._changed.notify_all()

    def _time_left(self, limit: Limit, *, background: bool) -> float:
        left = self._not_before.get(limit, 0.0) - self._clock()  # another call may have ended the limit meanwhile
        return max(left, SPACING) if background and self._waiting[limit] else left

    def _take_turn(self, limit: Limit) -> None:
        now = self._clock()
        if now < self._recovers_until.get(limit, 0.0):
            self._not_before[limit] = now + SPACING
        else:
            self._recovers_until.pop(limit, None)
            self._not_before.pop(limit, None)
