"""Each test has a stage of its own: the real bot between a sandbox PBX and a sandbox Slack workspace."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Stage
from tests.faults.scene import DEADLINE, HURRY, Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Stage(retry_policy=HURRY, pbx_deadline=DEADLINE) as stage:
        yield Scene(stage)
