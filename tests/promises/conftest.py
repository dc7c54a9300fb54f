"""A stage for each test: the bot between the fake Slack and the fake PBX."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches


def newest_pbx() -> FakePbx:
    """A PBX that has whatever an operation can change."""
    return FakePbx(switches=Switches(newer=True))


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http, pbx=newest_pbx()) as running:
        yield running
