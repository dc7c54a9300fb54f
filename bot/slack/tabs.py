"""The App Home tab's doors: opened, searched, leafed through, and brought up to date after a change."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from slack_bolt import Ack, App

from bot.clerk import Clerk
from bot.errors import PBXError, Refused, SlackFailure
from bot.logs import following
from bot.message import Message
from bot.overview import Look
from bot.request import Door, Request
from bot.slack.connection import Identity
from bot.slack.home import LONGEST, LOOKS, SEARCH, home, said
from bot.slack.screen import Screen

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

RECENTLY = 600.0
"""Seconds after a look at the tab in which changes are shown there by themselves, and its search is kept."""


class Looked(NamedTuple):
    """When somebody looked last, by the monotonic clock, and at what."""

    at: float
    look: Look

    @property
    def lately(self) -> bool:
        return time.monotonic() - self.at < RECENTLY


class Tabs:
    """Publishing waits for the PBX and for Slack, so it has the openers' threads; one at a time for each person."""

    def __init__(self, screen: Screen, clerk: Clerk, me: Identity, pool: Executor) -> None:
        self._screen, self._clerk, self._me, self._pool = screen, clerk, me, pool
        self._looked: dict[str, Looked] = {}
        self._due: set[str] = set()
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.event("app_home_opened")(self.opened)
        app.action(LOOKS)(self.turn)
        app.action(SEARCH)(self.search)

    def opened(self, event: Payload) -> None:
        """Fresh whenever somebody looks, with what they searched for a moment ago."""
        if event.get("tab", "home") == "home":
            self._show(event["user"])

    def turn(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Another page of groups, or all of them again."""
        ack()
        self._show(body["user"]["id"], Look.model_validate_json(action["value"]))

    def search(self, ack: Ack, body: Payload, action: Payload) -> None:
        """By a part of the name; an empty field shows all groups."""
        ack()
        self._show(body["user"]["id"], Look(search=" ".join((action["value"] or "").split())[:LONGEST]))

    def changed(self) -> None:
        """For those who looked recently, where they looked."""
        with self._lock:
            self._looked = {user: looked for user, looked in self._looked.items() if looked.lately}
            users = list(self._looked)
        for user in users:
            self._draw_soon(user)

    def _show(self, user: str, look: Look | None = None) -> None:
        with self._lock:
            before = self._looked.get(user)
            kept = before.look if before and before.lately else Look()
            self._looked[user] = Looked(time.monotonic(), look or kept)
        self._draw_soon(user)

    def _draw_soon(self, user: str) -> None:
        """Once for all that came since the drawing began that is under way: Slack limits how often."""
        with self._lock:
            if user in self._due:
                return
            self._due.add(user)
        self._pool.submit(self._publish, user)

    def _publish(self, user: str) -> None:
        """In turn: no older drawing comes after a newer one."""
        with self._lock:
            turn = self._turns[user]
        with turn:
            with self._lock:
                self._due.discard(user)
                looked = self._looked.get(user)
            try:
                self._screen.publish(user, self._drawn(user, looked.look if looked else Look()))
            except SlackFailure as failure:
                log.warning("a Home tab could not be shown: %s", failure)
            except Exception:
                log.exception("a Home tab met a fault in Park")

    def _drawn(self, user: str, look: Look) -> dict[str, Any]:
        now = datetime.now(UTC)
        key = f"{self._me.team}:{user}:home:{now.timestamp()}"
        request = Request(key=key, team=self._me.team, user=user, door=Door.HOME, line="", asked_at=now)
        try:
            with following(request):
                return home(self._clerk.overview(request, look))
        except Refused as refused:
            return said(refused.message)
        except (PBXError, SlackFailure) as fault:
            return said(Message(title="The call park settings can't be read just now.", notes=(str(fault),)))
