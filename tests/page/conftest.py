"""A fake workspace to render, without a bot."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(now=ORDINARY_INSTANT).without_park() as there:
        yield there
