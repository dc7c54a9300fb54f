"""What every test may rely on."""

import logging
import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, settings

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from tests import postgres as servers
from tests.forked import demo_bots_are_forked
from tests.journal_template import tables_from_template

settings.register_profile("park", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("park")

Sandbox.default_now = datetime.fromisoformat(os.environ.get("PARK_TEST_NOW", ORDINARY_INSTANT.isoformat()))
"""No test depends on the hour of the day: clocks start at an ordinary instant, or at PARK_TEST_NOW (ISO 8601)."""


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core with `-n auto`, as tests wait about half of their time."""
    return 2 * len(os.sched_getaffinity(0))


@pytest.fixture(autouse=True)
def logging_is_restored() -> Iterator[None]:
    """Undoes what a command configures for its whole process, as the tests after it read the logs."""
    root, park = logging.getLogger(), logging.getLogger("bot")
    handlers, levels = list(root.handlers), (root.level, park.level)
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
    root.setLevel(levels[0])
    park.setLevel(levels[1])


@pytest.fixture(autouse=True, scope="session")
def starts_are_cheap() -> Iterator[None]:
    """What every start of Park has in common is made once for a worker of pytest's."""
    with tables_from_template(), demo_bots_are_forked():
        yield


@pytest.fixture(scope="module", params=[False, True], ids=["socket mode", "http"])
def http(request: pytest.FixtureRequest) -> bool:
    """Whoever asks for it is run over both of Slack's ways in."""
    return bool(request.param)


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Server]:
    """One a worker of pytest's; skipped with the reason where there is none, unless it is required."""
    try:
        with servers.server() as server:
            yield server
    except servers.Unavailable as fault:
        if os.environ.get(servers.REQUIRED):
            raise
        pytest.skip(f"PostgreSQL: {fault}")
