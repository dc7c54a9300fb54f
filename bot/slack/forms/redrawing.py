"""Forms drawn anew while they are filled in: the latest gesture counts, and what was sent off is left alone."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from bot.errors import SlackRefused
from bot.slack.screen import Screen

log = logging.getLogger(__name__)
Json = Mapping[str, Any]

CONFLICT = "hash_conflict"
MOST = 1000
"""Views that are kept in mind: those of the last gestures."""


class Redrawing:
    """Slack refuses what was drawn from an older hash; one that is Park's own is no reason to give up."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._gestures: dict[str, int] = {}
        self._hashes: dict[str, str] = {}
        self._lock = threading.Lock()

    def gesture(self, view: str) -> int:
        """The number of a gesture in this view; drawings for earlier ones come too late."""
        with self._lock:
            number = self._gestures.pop(view, 0) + 1
            self._gestures[view] = number
            for old in list(self._gestures)[:-MOST]:
                del self._gestures[old]
                self._hashes.pop(old, None)
            return number

    def draw(self, shown: Json, gesture: int, view: dict[str, Any]) -> None:
        """In the place of the view as it was `shown` at the gesture; raise SlackFailure."""
        id = shown["id"]
        if self._gestures.get(id) != gesture:
            return
        for hash in filter(None, (shown["hash"], self._hashes.get(id))):
            try:
                self._hashes[id] = self._screen.update(id, view, hash)
            except SlackRefused as refusal:
                if str(refusal) != CONFLICT:
                    raise
            else:
                return
        log.info("a form was not drawn anew: it has been sent off since")
