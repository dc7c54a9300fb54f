"""A stage for each test: the bot between the fake Slack and the fake PBX."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Stage


@pytest.fixture
def stage(http: bool) -> Iterator[Stage]:
    with Stage(http=http) as running:
        yield running
