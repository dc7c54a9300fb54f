from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.journal import postgresql
from tests.journal.making import JournalHarness, sqlite_url
from tests.postgres import Server


@pytest.fixture
def long_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raises the limits of PostgreSQL, for busy machines."""
    monkeypatch.setattr(postgresql, "WRITE_TIMEOUT", 30.0)
    monkeypatch.setattr(postgresql, "IDLE_TIMEOUT", 30.0)


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
