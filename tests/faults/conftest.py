"""Each test has a stage of its own: the real bot between a sandbox PBX and a sandbox Slack workspace."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from tests.faults.scene import DEADLINE, FAST_RETRIES, ConversationHarness


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, pbx_deadline=DEADLINE) as sandbox:
        yield ConversationHarness(sandbox)
