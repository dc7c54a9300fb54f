"""Fixtures: a sandbox whose bot scans for drift, and access to the PBX past the bot."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.journal import leases
from bot.journal.drift_store import read_scan_state
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES, ConversationHarness
from tests.waiting import PATIENCE

EVERY = timedelta(minutes=5)


@dataclass
class DriftScene(ConversationHarness):
    """A scene whose clock tests set: moving it makes the next scan due."""

    DAY = timedelta(days=1)

    @property
    def console(self) -> FakePbx:
        return self.sandbox.pbx

    def wait_for_scan(self, but: datetime | None = None) -> datetime:
        """Waits for the end of a scan; returns when the next one is due, a different time after each scan."""
        end = time.monotonic() + PATIENCE
        looks = 0
        while True:
            with self.sandbox.park.tenant.journal.database.reading() as connection:
                state = read_scan_state(connection)
                scanning = leases.claimed_until(connection, leases.SCAN, "", at=self.sandbox.now())
            if scanning is None and state.due_at not in (None, but):
                return state.due_at
            assert time.monotonic() < end, "nobody looks"
            time.sleep(0.02)
            looks += 1
            if looks % 50 == 0:
                self.sandbox.park.tenant.drift.wake()  # a busy machine's journal may have put it off for a minute

    def scan(self, times: int = 1) -> None:
        """Makes scans due, and waits until each has posted what it found."""
        for _ in range(times):
            before = self.wait_for_scan()
            self.sandbox.forward(EVERY)
            self.wait_for_scan(but=before)

    def scan_before(self, late: Fault) -> None:
        """Scans before a delayed request reaches the PBX, and waits until it has."""
        self.scan()
        assert late.landed.wait(PATIENCE)

    def posted_drifts(self, where: str = "ops") -> list[Message]:
        return [card for card in self.cards(where) if "outside Park" in card.plain]


@pytest.fixture
def make_scene() -> Iterator[Callable[..., DriftScene]]:
    """Creates scenes that have been scanned once, with the members of every group."""
    stages: list[Sandbox] = []

    def begin(*, looks: bool = True, **given: Any) -> DriftScene:
        usual: dict[str, Any] = {"retry_policy": FAST_RETRIES, "park_drift_interval": 5}
        sandbox = Sandbox(**usual | given)
        sandbox.__enter__()
        stages.append(sandbox)
        scene = DriftScene(sandbox)
        if looks:
            scene.wait_for_scan()
        return scene

    yield begin
    for sandbox in stages:
        sandbox.__exit__(None, None, None)


@pytest.fixture
def scene(make_scene: Callable[..., DriftScene]) -> DriftScene:
    return make_scene()
