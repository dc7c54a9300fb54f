"""A stage whose Park looks for drift, and somebody who changes things behind its back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.journal.watch import watch_of
from bot.sandbox.pbx import SandboxPBX
from bot.sandbox.slack import Message
from bot.sandbox.stage import Stage
from tests.faults.scene import HURRY, Scene

EVERY = timedelta(minutes=5)


@dataclass
class Outside(Scene):
    """Time goes by when somebody says so: then the next look is due."""

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
            time.sleep(0.02)

    def look(self, times: int = 1) -> None:
        """Wait for the next look, and until all that it found is told."""
        for _ in range(times):
            before = self.looked()
            self.stage.forward(EVERY)
            self.looked(but=before)

    def told(self, where: str = "ops") -> list[Message]:
        return self.cards(where)


@pytest.fixture
def outside() -> Iterator[Callable[..., Outside]]:
    """One that has looked around once, every group's members included."""
    stages: list[Stage] = []

    def begin(**given: Any) -> Outside:
        stage = Stage(**{"patience": HURRY, "park_drift_interval": 5} | given)
        stage.__enter__()
        stages.append(stage)
        scene = Outside(stage)
        scene.looked()
        return scene

    yield begin
    for stage in stages:
        stage.__exit__(None, None, None)


@pytest.fixture
def scene(outside: Callable[..., Outside]) -> Outside:
    return outside()
