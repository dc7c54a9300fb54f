"""Drawing of Home tabs at a pace that Slack accepts: changes are joined, and rate limits are waited out."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import copy_context
from math import inf
from typing import NamedTuple

from bot.errors import SlackFailure, SlackUnavailable
from bot.planning.overview import OverviewQuery

log = logging.getLogger(__name__)

JOIN_SECONDS = 1.0
"""How long a drawing after a change waits for further changes: views.publish takes 100 calls a minute."""
RECENTLY = 600.0
"""Seconds after the last visit in which a tab is updated after changes, and keeps its search."""


class OpenedTab(NamedTuple):
    """The time of a user's last visit, on the monotonic clock, and what the tab shows."""

    at: float
    query: OverviewQuery

    @property
    def recent(self) -> bool:
        """Whether the visit was within `RECENTLY`."""
        return time.monotonic() - self.at < RECENTLY


class Redraws:
    """Draws for each user in a pool: one drawing at a time, and one waiting at most.

    After Slack has refused one for now, tabs are drawn one by one until none is left.
    """

    def __init__(self, draw: Callable[[str], None], pool: Executor) -> None:
        """Prepares the thread that waits; it starts with the first drawing.

        Args:
            draw: Draws for a user; raises SlackUnavailable to be called again after the time that Slack names.
        """
        self._draw, self._pool = draw, pool
        self._changed = threading.Condition()
        self._due: dict[str, float] = {}
        self._drawing: set[str] = set()
        self._not_before = 0.0
        self._one_by_one = False
        """Whether Slack takes few tabs now: a tab that it takes no more was drawn for nothing."""
        self._closed = False
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name="redraws", daemon=True)

    def soon(self, user: str, delay: float = 0.0) -> None:
        """Schedules a drawing, unless one is scheduled earlier."""
        with self._changed:
            if self._closed:
                return
            self._due[user] = min(self._due.get(user, inf), time.monotonic() + delay)
            if self._thread.ident is None:
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Starts what is scheduled, unless Slack wants Park to wait, and schedules nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def idle(self) -> bool:
        """Whether nothing is being drawn, or will be soon."""
        with self._changed:
            soon = time.monotonic() + 2 * JOIN_SECONDS
            return not self._drawing and all(max(due, self._not_before) > soon for due in self._due.values())

    def _run(self) -> None:
        while (user := self._next()) is not None:
            self._pool.submit(self._draw_one, user)

    def _next(self) -> str | None:
        """Waits for the next user to draw for; None once closed and done."""
        with self._changed:
            while True:
                now = time.monotonic()
                held = self._one_by_one and bool(self._drawing)
                waiting = {} if held else {user: due for user, due in self._due.items() if user not in self._drawing}
                user = min(waiting, key=waiting.__getitem__, default=None)
                if self._closed and (user is None or now < self._not_before):
                    return None
                due = inf if user is None else max(waiting[user], self._not_before)
                if user is not None and (due <= now or self._closed):
                    del self._due[user]
                    self._drawing.add(user)
                    return user
                self._changed.wait(None if user is None else due - now)

    def _draw_one(self, user: str) -> None:
        try:
            self._draw(user)
        except SlackUnavailable as away:
            log.warning("Home tabs are drawn again in %d s: %s", away.retry_after, away)
            with self._changed:
                self._not_before = max(self._not_before, time.monotonic() + away.retry_after)
                self._one_by_one = True
            self.soon(user)
        except SlackFailure as failure:
            log.warning("a Home tab could not be shown: %s", failure)
        except Exception:
            log.exception("a Home tab met a fault in Park")
        else:
            with self._changed:
                self._one_by_one &= bool(self._due)
        finally:
            with self._changed:
                self._drawing.discard(user)
                self._changed.notify()
