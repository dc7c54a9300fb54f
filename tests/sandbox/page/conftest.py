"""A fake workspace to render, without a bot."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(now=ORDINARY_INSTANT).without_bot() as there:
        yield there
