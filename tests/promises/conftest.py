"""One stage a test: the real bot between the two sandboxes."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Stage


@pytest.fixture
def stage(http: bool) -> Iterator[Stage]:
    with Stage(http=http) as running:
        yield running
