from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.making import JournalHarness, sqlite_url
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path, long_timeouts: None) -> str:
    """URL of an empty journal, once on each database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    server: Server = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def harness(address: str) -> Iterator[JournalHarness]:
    harness = JournalHarness(address)
    yield harness
    harness.journal.close()


@pytest.fixture
def sqlite_harness(tmp_path: Path) -> Iterator[JournalHarness]:
    """A harness on SQLite."""
    harness = JournalHarness(sqlite_url(tmp_path))
    yield harness
    harness.journal.close()
