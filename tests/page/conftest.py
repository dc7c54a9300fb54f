"""A workspace to be drawn, with nobody behind it."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage().without_park() as there:
        yield there
