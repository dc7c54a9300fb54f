"""One stage a test: the real bot between the two sandboxes."""

from collections.abc import Iterator

import pytest

from bot.sandbox.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as running:
        yield running
