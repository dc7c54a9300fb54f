from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.journal import postgresql
from tests.journal.making import Desk, url
from tests.postgres import Server


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a machine on which much else is going on."""
    monkeypatch.setattr(postgresql, "PATIENCE", 30.0)
    monkeypatch.setattr(postgresql, "IDLE", 30.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path, patient: None) -> str:
    """Of an empty journal on each of the databases, to which all of it applies."""
    if request.param == "sqlite":
        return url(tmp_path)
    server: Server = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def context(address: str) -> Iterator[Desk]:
    context = Desk(address)
    yield context
    context.journal.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Desk]:
    """On SQLite, for what is its own."""
    context = Desk(url(tmp_path))
    yield context
    context.journal.close()
