"""What a page is told while it is open: each region as it is at first, and again whenever it is another."""

import json
import threading
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
        self._changed = stage.slack.state.changed
        self._stopping = False
        self._changes = 0
        """Of the workspace: counted, since who draws does not wait and would miss some."""
        self._counting = threading.Thread(target=self._count, name="page-stream")

    def start(self) -> None:
        self._counting.start()

    def stop(self) -> None:
        """End all of them."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._counting.join()

    def of(self, looking: Looking) -> Iterator[str]:
        """Until the page is closed or the server stops."""
        told: Regions = {}
        drawn, quiet = -1, 0
        while not self._stopping:
            changes = self._changes
            now = self._sight.behind(looking) | (self._sight.regions(looking) if changes != drawn else {})
            drawn = changes
            fresh = {name: html for name, html in now.items() if told.get(name) != html}
            told |= fresh
            quiet = 0 if fresh else quiet + 1
            if fresh or quiet % QUIET == 0:
                yield f"data: {json.dumps(fresh)}\n\n"
            with self._changed:
                self._changed.wait(LOOK)

    def _count(self) -> None:
        with self._changed:
            while not self._stopping:
                self._changed.wait()
                self._changes += 1
