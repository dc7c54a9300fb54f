"""A stage for each test: the bot between the fake Slack and the fake PBX."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http) as running:
        yield running
