"""A stage for each test: the bot between the fake Slack and the fake PBX."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    newest = FakePbx(switches=Switches(newer=True))  # it has whatever an operation can change
    with Sandbox(http=http, pbx=newest) as running:
        yield running
