"""The database, looked at beside whoever has it."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import insert

from bot.changes.repository import PAUSED
from bot.journal.journal import Journal
from bot.journal.tables import flags
from bot.times.model import utc_now
from tests.audit.places import somebody_else
from tests.doctor.conftest import Patient
from tests.postgres import Server, Unavailable, server


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_a_running_park_is_told_kindly_and_not_disturbed(patient: Patient) -> None:
    with closing(Journal(patient.database_url)) as journal:
        before = sorted(patient.folder.iterdir())
        report = patient.look()
        assert sorted(patient.folder.iterdir()) == before
        assert not journal.busy()
    assert report.status == 0
    assert "a Park is running, and was not disturbed" in report["journal.place"]["text"]
    assert report["journal.tables"]["text"] == "the journal's tables are those of this Park"


def test_a_journal_that_nobody_has_open_is_left_as_it_is(patient: Patient) -> None:
    Journal(patient.database_url).close()
    before = {file: file.read_bytes() for file in patient.folder.iterdir()}
    report = patient.look()
    assert "a Park is running" not in report["journal.place"]["text"]
    assert {file: file.read_bytes() for file in patient.folder.iterdir()} == before
    Journal(patient.database_url).close()


def test_a_pause_is_a_warning_with_its_reason(patient: Patient) -> None:
    with closing(Journal(patient.database_url)) as journal:
        with journal.database.writing() as connection:
            row = {"name": PAUSED, "text": "the PBX is being updated", "by": "U1", "at": utc_now()}
            connection.execute(insert(flags).values(row))
        report = patient.look()
    assert report.wrong == {"pause.on": "warning"}
    assert "the PBX is being updated" in report["pause.on"]["text"]
    assert "/park resume" in report["pause.on"]["remedy"]


@pytest.mark.parametrize(
    ("address", "id", "said"),
    [
        ("mysql://park@host/park", "journal.place.address", "sqlite:///park.sqlite3"),
        ("sqlite://", "journal.place.address", "name a file"),
        ("nonsense", "journal.place.address", "DATABASE_URL"),
        ("sqlite:///nowhere/park.sqlite3", "journal.place.no_folder", "nowhere"),
        ("postgresql+psycopg://park@127.0.0.1:1/park", "journal.tables.unreadable", "can't be read"),
    ],
)
def test_a_place_where_no_journal_can_be(patient: Patient, address: str, id: str, said: str) -> None:
    patient.set(DATABASE_URL=address)
    report = patient.look()
    assert report.wrong == {id: "error"}
    assert said in report[id]["text"]
    assert report[id]["remedy"]
    assert "pause" in report.skipped


def test_a_place_that_this_account_may_not_write(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monkeypatch.chdir(folder)
        patient.set(DATABASE_URL=f"sqlite:///{folder / 'park.sqlite3'}")
        Journal(patient.database_url).close()
        for path, mode in ((folder, 0o555), (folder, 0o777), (folder / "park.sqlite3", 0o444)):
            path.chmod(mode)
            with somebody_else():
                report = patient.look()
            if mode != 0o777:
                assert "chown" in report["journal.place.read_only"]["remedy"]
                assert "pause" in report.skipped
        monkeypatch.chdir("/")


def test_a_file_that_is_no_journal(patient: Patient) -> None:
    (patient.folder / "park.sqlite3").write_text("Dear diary, " * 500)
    report = patient.look()
    assert report.wrong == {"journal.tables.unreadable": "error"}
    assert "backup" in report["journal.tables.unreadable"]["remedy"]


def test_tables_of_another_park(patient: Patient) -> None:
    file = patient.folder / "park.sqlite3"
    Journal(patient.database_url).close()
    _revision(file, "0004")
    report = patient.look()
    assert report.status == 0
    assert "brings it up to date when it starts" in report["journal.tables"]["text"]
    _revision(file, "9999")
    report = patient.look()
    assert report.wrong == {"journal.tables.newer": "error"}
    assert "backup" in report["journal.tables.newer"]["remedy"]


def _revision(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (name,))
        connection.commit()


@pytest.mark.parametrize(
    ("free", "wrong"),
    [
        (10**9, {}),
        (10**8, {"journal.space.little": "warning"}),
        (10**6, {"journal.space.none": "error"}),
    ],
)
def test_a_disk_that_is_nearly_full(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, wrong: dict[str, str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk(10**10, 10**10 - free, free))
    report = patient.look()
    assert report.wrong == wrong
    assert all("PARK_RETENTION_DAYS" in report[id]["remedy"] for id in wrong)


def test_postgresql_that_is_up_to_date_and_one_that_is_not(patient: Patient, postgres: Server) -> None:
    patient.set(DATABASE_URL=postgres.database())
    report = patient.look()
    assert report.wrong == {}
    assert report.skipped == {"journal.space"}
    patient.set(DATABASE_URL=postgres.empty())
    report = patient.look()
    assert report.wrong == {"journal.tables.older": "error"}
    assert "python -m bot migrate" in report["journal.tables.older"]["remedy"]


def test_postgresql_that_takes_no_writes(patient: Patient, postgres: Server) -> None:
    url = postgres.database()
    postgres.do("CREATE ROLE reader LOGIN")
    postgres.do("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", url)
    patient.set(DATABASE_URL=url.replace("park@", "reader@"))
    report = patient.look()
    assert {"entries", "events", "chain"} <= {one["about"] for one in report.every("journal.tables.denied")}
    assert "GRANT" in report.every("journal.tables.denied")[0]["remedy"]
    postgres.do("ALTER ROLE reader SET default_transaction_read_only = on")
    assert patient.look()["journal.tables.read_only"]["severity"] == "error"


def test_postgresql_that_only_follows_another(patient: Patient) -> None:
    try:
        with server() as one:
            patient.set(DATABASE_URL=one.database())
            one.stop()
            (one.folder / "data/standby.signal").touch()
            one.start()
            report = patient.look()
    except Unavailable as fault:
        pytest.skip(f"PostgreSQL: {fault}")
    assert report["journal.tables.standby"]["severity"] == "error"
    assert "leads" in report["journal.tables.standby"]["remedy"]
