"""A stage whose Park looks for drift, and somebody who changes things behind its back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.journal.drift_store import watch_of
from bot.sandbox.environment import Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.faults import Fault
from bot.sandbox.slack.model import Message
from tests.faults.scene import HURRY, Scene

EVERY = timedelta(minutes=5)


@dataclass
class Outside(Scene):
    """Time goes by when somebody says so: then the next look is due."""

    DAY = timedelta(days=1)

    @property
    def console(self) -> SandboxPBX:
        return self.stage.pbx

    def looked(self, but: datetime | None = None) -> datetime:
        """Wait for the end of a look: when the next is due, another moment after each."""
        end = time.monotonic() + 60
        while True:
            with self.stage.park.journal.database.reading() as connection:
                watch = watch_of(connection)
            if watch.owner is None and watch.due_at not in (None, but):
                return watch.due_at
            assert time.monotonic() < end, "nobody looks"
            time.sleep(0.05)
            self.stage.park.drift.wake()  # a busy machine's journal may have put it off for a minute

    def look(self, times: int = 1) -> None:
        """Wait for the next look, and until all that it found is told."""
        for _ in range(times):
            before = self.looked()
            self.stage.forward(EVERY)
            self.looked(but=before)

    def looked_in_between(self, late: Fault) -> None:
        """Have a look before what is late lands, and wait until it has."""
        self.look()
        assert late.landed.wait(30)

    def told(self, where: str = "ops") -> list[Message]:
        return [card for card in self.cards(where) if "outside Park" in card.plain]


@pytest.fixture
def outside() -> Iterator[Callable[..., Outside]]:
    """One that has looked around once, every group's members included."""
    stages: list[Stage] = []

    def begin(*, looks: bool = True, **given: Any) -> Outside:
        usual: dict[str, Any] = {"patience": HURRY, "park_drift_interval": 5}
        stage = Stage(**usual | given)
        stage.__enter__()
        stages.append(stage)
        scene = Outside(stage)
        if looks:
            scene.looked()
        return scene

    yield begin
    for stage in stages:
        stage.__exit__(None, None, None)


@pytest.fixture
def scene(outside: Callable[..., Outside]) -> Outside:
    return outside()
