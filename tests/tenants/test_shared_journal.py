"""Two PBXs never share a journal, in whichever ways its address is written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings.tenants import TenantSettings
from tests.faults.scene import FAST_RETRIES
from tests.postgres import Server
from tests.tenants.several import BERLIN, MUNICH, PARIS, SeveralPbxs

PLACES = pytest.mark.parametrize("kind", ["postgresql", "a link", "a relative path"])


class SharedJournal(SeveralPbxs):
    """Berlin and Munich have the same journal, by two addresses; Paris has one of its own."""

    addresses: dict[str, str]

    @property
    def tenants(self) -> tuple[TenantSettings, ...]:
        return tuple(
            replace(one, settings=one.settings.model_copy(update={"database_url": self.addresses[one.name]}))
            for one in super().tenants
        )


@pytest.fixture
def shared(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SharedJournal]:
    running = SharedJournal(retry_policy=FAST_RETRIES)
    first = tmp_path / "berlin.sqlite3"
    running.addresses = {BERLIN: f"sqlite:///{first}", PARIS: f"sqlite:///{tmp_path / 'paris.sqlite3'}"}
    if kind == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        running.addresses[BERLIN] = server.database()
        joint = "&" if "?" in running.addresses[BERLIN] else "?"
        running.addresses[MUNICH] = f"{running.addresses[BERLIN]}{joint}application_name=munich"
    elif kind == "a link":
        (tmp_path / "munich.sqlite3").symlink_to(first)
        running.addresses[MUNICH] = f"sqlite:///{tmp_path / 'munich.sqlite3'}"
    else:
        request.getfixturevalue("monkeypatch").chdir(tmp_path)
        running.addresses[MUNICH] = "sqlite:///berlin.sqlite3"
    with running:
        yield running


@PLACES
def test_the_second_pbx_of_a_journal_is_not_served_and_the_others_are(shared: SharedJournal) -> None:
    assert [one.name for one in shared.park.tenants] == [BERLIN, PARIS]
    assert str(shared.park.faults[MUNICH])
    shared.type("add 1001 to Sales", MUNICH)
    shared.type("add 1001 to Sales", BERLIN)
    shared.settle()
    assert "1001" in shared.members(BERLIN)
    assert "1001" not in shared.members(MUNICH)
