"""Home tabs are drawn at the pace that Slack takes, and not for nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from bot.errors import SlackUnavailable
from bot.slack.redraws import Redraws
from tests.waiting import PATIENCE

VIEWERS = 20
PAUSE = 0.05
"""Seconds."""


class Slack:
    """Takes one tab in each `PAUSE`."""

    def __init__(self) -> None:
        self.drawn, self.refused, self._free_at = list[str](), 0, 0.0
        self._lock, self.done = threading.Lock(), threading.Event()

    def draw(self, user: str) -> None:
        with self._lock:
            left = self._free_at - time.monotonic()
            if left > 0:
                self.refused += 1
                raise SlackUnavailable("ratelimited", left)
            self._free_at = time.monotonic() + PAUSE
            self.drawn.append(user)
            if len(self.drawn) == VIEWERS:
                self.done.set()


def test_where_slack_takes_a_tab_now_and_then_no_crowd_is_drawn_for_each() -> None:
    slack = Slack()
    with ThreadPoolExecutor(VIEWERS) as pool:
        redraws = Redraws(slack.draw, pool)
        for number in range(VIEWERS):
            redraws.soon(f"U{number}")
        assert slack.done.wait(PATIENCE)
        redraws.close()
    assert sorted(slack.drawn) == sorted(f"U{number}" for number in range(VIEWERS))
    assert slack.refused < 2 * VIEWERS  # once when they were drawn together, and once after each that Slack took
