"""The App Home tab's doors: opened, leafed through, and brought up to date after a change."""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, App

from bot.clerk import Clerk
from bot.errors import PBXError, Refused, SlackFailure
from bot.message import Message
from bot.request import Door, Request
from bot.slack.connection import Identity
from bot.slack.home import PAGES, home, said
from bot.slack.screen import Screen

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

RECENTLY = 600.0
"""Seconds after a look at the tab in which changes are shown there by themselves."""


class Tabs:
    """Publishing waits for the PBX and for Slack, so it has the openers' threads."""

    def __init__(self, screen: Screen, clerk: Clerk, me: Identity, pool: Executor) -> None:
        self._screen, self._clerk, self._me, self._pool = screen, clerk, me, pool
        self._looked: dict[str, float] = {}
        self._lock = threading.Lock()

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.event("app_home_opened")(self.opened)
        app.action(PAGES)(self.turn)

    def opened(self, event: Payload) -> None:
        """Fresh whenever somebody looks."""
        if event.get("tab", "home") != "home":
            return
        with self._lock:
            self._looked[event["user"]] = time.monotonic()
        self._pool.submit(self._publish, event["user"], 0)

    def turn(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Another page of groups."""
        ack()
        self._pool.submit(self._publish, body["user"]["id"], int(action["value"]))

    def changed(self) -> None:
        """For those who looked recently."""
        with self._lock:
            self._looked = {user: at for user, at in self._looked.items() if time.monotonic() - at < RECENTLY}
            users = list(self._looked)
        for user in users:
            self._pool.submit(self._publish, user, 0)

    def _publish(self, user: str, page: int) -> None:
        try:
            self._screen.publish(user, self._drawn(user, page))
        except SlackFailure as failure:
            log.warning("a Home tab could not be shown: %s", failure)
        except Exception:
            log.exception("a Home tab met a fault in Park")

    def _drawn(self, user: str, page: int) -> dict[str, Any]:
        now = datetime.now(UTC)
        key = f"{self._me.team}:{user}:home:{now.timestamp()}"
        request = Request(key=key, team=self._me.team, user=user, door=Door.HOME, line="", asked_at=now)
        try:
            return home(self._clerk.overview(request), page)
        except Refused as refused:
            return said(refused.message)
        except (PBXError, SlackFailure) as fault:
            return said(Message(title="The call park settings can't be read just now.", notes=(str(fault),)))
