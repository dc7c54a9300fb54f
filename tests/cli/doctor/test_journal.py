"""Checks of the journal, while a bot has it open or not."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import insert

from bot.changes.write_switch import PAUSED_FLAG
from bot.journal.journal import Journal
from bot.journal.tables import flags
from bot.times.model import utc_now
from tests.audit.places import as_other_user
from tests.cli.doctor.conftest import Installation
from tests.journal.making import OPERATIONS, make_request
from tests.postgres import Server, Unavailable, server


class DiskUsage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_running_park_is_told_kindly_and_not_disturbed(installation: Installation) -> None:
    with closing(Journal(installation.database_url)) as journal:
        before = sorted(installation.folder.iterdir())
        report = installation.diagnose()
        assert sorted(installation.folder.iterdir()) == before
        assert not journal.has_work()
    assert report.status == 0
    assert "Park is running, and was not disturbed" in report["journal.place"]["text"]
    assert report["journal.tables"]["text"] == "the journal's tables fit this version of Park"


def test_a_journal_that_nobody_has_open_is_left_as_it_is(installation: Installation) -> None:
    Journal(installation.database_url).close()
    before = {file: file.read_bytes() for file in installation.folder.iterdir()}
    report = installation.diagnose()
    assert "Park is running" not in report["journal.place"]["text"]
    assert {file: file.read_bytes() for file in installation.folder.iterdir()} == before
    Journal(installation.database_url).close()


def test_a_pause_is_a_warning_with_its_reason(installation: Installation) -> None:
    with closing(Journal(installation.database_url)) as journal:
        with journal.database.writing() as connection:
            row = {"name": PAUSED_FLAG, "text": "the PBX is being updated", "by": "U1", "at": utc_now()}
            connection.execute(insert(flags).values(row))
        report = installation.diagnose()
    assert report.problems == {"pause.on": "warning"}
    assert "the PBX is being updated" in report["pause.on"]["text"]
    assert "/park resume" in report["pause.on"]["remedy"]


def test_a_row_that_cant_be_read_is_a_warning_with_its_number(installation: Installation) -> None:
    with closing(Journal(installation.database_url)) as journal:
        journal.accept(make_request("a"), operations=OPERATIONS, footprint=frozenset())
        with journal.database.writing() as connection:
            connection.exec_driver_sql("UPDATE entries SET request = '{'")
        assert journal.claim("worker") is None
        report = installation.diagnose()
    assert report.problems == {"journal.rows.set_aside": "warning"}
    assert "#1 can't be read from the journal" in report["journal.rows.set_aside"]["text"]


@pytest.mark.parametrize(
    ("address", "id", "text"),
    [
        ("postgresql+psycopg://park@host/park?sslmod=require", "journal.place.address", "Did you mean “sslmode”?"),
        ("postgresql+psycopg://park@host/park?connect_timeout=x", "journal.place.address", "a whole number"),
        ("mysql://park@host/park", "journal.place.address", "sqlite:///park.sqlite3"),
        ("sqlite://", "journal.place.address", "name a file"),
        ("nonsense", "journal.place.address", "DATABASE_URL"),
        ("sqlite:///nowhere/park.sqlite3", "journal.place.no_folder", "nowhere"),
        ("postgresql+psycopg://park@127.0.0.1:1/park", "journal.tables.unreadable", "can't be read"),
    ],
)
def test_a_place_where_no_journal_can_be(installation: Installation, address: str, id: str, text: str) -> None:
    installation.set(DATABASE_URL=address)
    report = installation.diagnose()
    assert report.problems == {id: "error"}
    assert text in report[id]["text"]
    assert report[id]["remedy"]
    assert "pause" in report.skipped


def test_a_place_that_this_account_may_not_write(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monkeypatch.chdir(folder)
        installation.set(DATABASE_URL=f"sqlite:///{folder / 'park.sqlite3'}")
        Journal(installation.database_url).close()
        for path, mode in ((folder, 0o555), (folder, 0o777), (folder / "park.sqlite3", 0o444)):
            path.chmod(mode)
            with as_other_user():
                report = installation.diagnose()
            if mode != 0o777:
                assert "chown" in report["journal.place.read_only"]["remedy"]
                assert "pause" in report.skipped
        monkeypatch.chdir("/")


def test_a_file_that_is_no_journal(installation: Installation) -> None:
    (installation.folder / "park.sqlite3").write_text("Dear diary, " * 500)
    report = installation.diagnose()
    assert report.problems == {"journal.tables.unreadable": "error"}
    assert "backup" in report["journal.tables.unreadable"]["remedy"]


def test_tables_of_another_park(installation: Installation) -> None:
    file = installation.folder / "park.sqlite3"
    Journal(installation.database_url).close()
    _revision(file, "0004")
    report = installation.diagnose()
    assert report.problems == {"journal.tables.unreleased": "error"}
    assert "Move it away" in report["journal.tables.unreleased"]["remedy"]
    _revision(file, "9999")
    report = installation.diagnose()
    assert report.problems == {"journal.tables.newer": "error"}
    assert "backup" in report["journal.tables.newer"]["remedy"]


def _revision(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (name,))
        connection.commit()


@pytest.mark.parametrize(
    ("free", "problems"),
    [
        (10**9, {}),
        (10**8, {"journal.space.little": "warning"}),
        (10**6, {"journal.space.none": "error"}),
    ],
)
def test_a_disk_that_is_nearly_full(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, free: int, problems: dict[str, str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: DiskUsage(10**10, 10**10 - free, free))
    report = installation.diagnose()
    assert report.problems == problems
    assert all("PARK_RETENTION_DAYS" in report[id]["remedy"] for id in problems)


def test_postgresql_that_is_up_to_date_and_one_that_is_not(installation: Installation, postgres: Server) -> None:
    installation.set(DATABASE_URL=postgres.database())
    report = installation.diagnose()
    assert report.problems == {}
    assert report.skipped == {"journal.space"}
    installation.set(DATABASE_URL=postgres.empty())
    report = installation.diagnose()
    assert report.problems == {"journal.tables.older": "error"}
    assert "-m bot migrate" in report["journal.tables.older"]["remedy"]


def test_postgresql_that_takes_no_writes(installation: Installation, postgres: Server) -> None:
    url = postgres.database()
    postgres.do("CREATE ROLE reader LOGIN")
    postgres.do("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", url)
    installation.set(DATABASE_URL=url.replace("park@", "reader@"))
    report = installation.diagnose()
    assert {"entries", "events", "chain"} <= {
        finding["about"] for finding in report.findings_with_id("journal.tables.denied")
    }
    assert "GRANT" in report.findings_with_id("journal.tables.denied")[0]["remedy"]
    postgres.do("ALTER ROLE reader SET default_transaction_read_only = on")
    assert installation.diagnose()["journal.tables.read_only"]["severity"] == "error"


def test_postgresql_that_only_follows_another(installation: Installation) -> None:
    try:
        with server() as standby:
            installation.set(DATABASE_URL=standby.database())
            standby.stop()
            (standby.folder / "data/standby.signal").touch()
            standby.start()
            report = installation.diagnose()
    except Unavailable as fault:
        pytest.skip(f"PostgreSQL: {fault}")
    assert report["journal.tables.standby"]["severity"] == "error"
    assert "primary" in report["journal.tables.standby"]["remedy"]
