"""What a page is told while it is open: each region as it is at first, and again whenever it is another."""

import json
from collections.abc import Iterator

from bot.sandbox.page.looking import Looking
from bot.sandbox.page.sight import Regions, Sight
from bot.sandbox.stage import Stage

LOOK = 0.25
"""Seconds between looks at the PBX, which tells nobody of its changes."""
QUIET = 40
"""Looks without news, after which a line is sent that says nothing: only so is a closed page noticed."""


class Stream:
    """Server-sent events."""

    def __init__(self, stage: Stage, sight: Sight) -> None:
        self._stage, self._sight = stage, sight
        self._stopping = False

    def stop(self) -> None:
        """End all of them."""
        with self._stage.slack.state.changed:
            self._stopping = True
            self._stage.slack.state.changed.notify_all()

    def of(self, looking: Looking) -> Iterator[str]:
        """Until the page is closed or the server stops."""
        told: Regions = {}
        news, quiet = True, 0
        while not self._stopping:
            now = self._sight.behind(looking) | (self._sight.regions(looking) if news else {})
            fresh = {name: html for name, html in now.items() if told.get(name) != html}
            told |= fresh
            quiet = 0 if fresh else quiet + 1
            if fresh or quiet % QUIET == 0:
                yield f"data: {json.dumps(fresh)}\n\n"
            news = self._wait()

    def _wait(self) -> bool:
        """Whether something happened in the workspace."""
        changed = self._stage.slack.state.changed
        with changed:
            return self._stopping or changed.wait(LOOK)
