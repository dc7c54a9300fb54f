"""One process, durable settings, and tables that are brought up to date by themselves."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select

from bot.errors import JournalUnavailable, SettingsError
from bot.journal.heads import claim_head
from bot.journal.indexes import metadata
from bot.journal.journal import Journal
from bot.journal.migrations import HEAD, alembic_config
from bot.journal.sqlite_dialect import compiled_statements
from bot.journal.tables import events
from tests.faults.power import DurableCopy, is_durable
from tests.journal.making import OPERATIONS, JournalHarness, make_request, sqlite_url


@pytest.fixture
def harness(sqlite_harness: JournalHarness) -> JournalHarness:
    return sqlite_harness


def test_a_second_journal_on_the_same_file_is_refused_by_whatever_name(harness: JournalHarness) -> None:
    link = harness.folder / "link.sqlite3"
    link.symlink_to(harness.folder / "park.sqlite3")
    for address in (sqlite_url(harness.folder), f"sqlite:///{link}"):
        with pytest.raises(JournalUnavailable, match="in use by another process"):
            Journal(address)
    harness.restart()


def test_a_second_process_is_refused_too(harness: JournalHarness) -> None:
    second = f"from bot.journal.journal import Journal; Journal({sqlite_url(harness.folder)!r})"
    run = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "JournalUnavailable" in run.stderr
    assert "in use by another process" in run.stderr


@pytest.mark.parametrize(
    "address",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file:park?uri=true", "postgresql://localhost/park", "park"],
)
def test_an_address_that_is_no_sqlite_file_names_the_setting(address: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Journal(address)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match=r"can't be opened: .*No such file"):
        Journal(sqlite_url(tmp_path / "missing"))


def test_a_link_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    (tmp_path / "park.sqlite3").symlink_to(tmp_path / "park.sqlite3")
    with pytest.raises(JournalUnavailable, match="can't be opened"):
        Journal(sqlite_url(tmp_path))


def test_a_folder_in_the_file_s_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "park.sqlite3").mkdir()
    with pytest.raises(JournalUnavailable, match="can't be used"):
        Journal(sqlite_url(tmp_path))


def test_a_file_of_another_kind_is_said_and_the_lock_is_given_back(tmp_path: Path) -> None:
    (tmp_path / "park.sqlite3").write_text("Dear diary, " * 500)
    with pytest.raises(JournalUnavailable, match="not a database"):
        Journal(sqlite_url(tmp_path))
    (tmp_path / "park.sqlite3").unlink()
    Journal(sqlite_url(tmp_path)).close()


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_journal_at_another_revision_is_refused_and_left_alone(harness: JournalHarness, revision: str) -> None:
    with harness.journal.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(JournalUnavailable, match=f"another version of Park: .* at {revision}, not at {HEAD}"):
        harness.restart()


def test_commits_are_durable_and_references_are_kept(harness: JournalHarness) -> None:
    with harness.journal.database.reading() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]


def test_each_commit_is_on_the_disk_when_it_ends_unless_it_need_not_be(harness: JournalHarness) -> None:
    database, found = harness.journal.database, []
    for durable in (True, False, False, True, True, False):
        with database.reading(), database.writing(durable=durable) as connection:
            found.append(is_durable(connection.connection))
        with pytest.raises(ZeroDivisionError), database.writing(durable=not durable):
            raise ZeroDivisionError
    assert found == [True, False, False, True, True, False]


def watched(harness: JournalHarness) -> tuple[DurableCopy, list[int]]:
    """Returns the copy of what is on the disk, and a list that grows with each commit which is."""
    on_disk = list[int]()
    dialect = harness.journal.database.engine.dialect
    copy = DurableCopy(harness.address)
    dialect.do_commit = copy.watch(dialect.do_commit, lambda: on_disk.append(1))  # type: ignore[method-assign,assignment]
    return copy, on_disk


def test_the_head_of_the_chain_is_on_the_disk_before_it_is_posted(harness: JournalHarness) -> None:
    copy, _ = watched(harness)
    harness.accept("sales")
    harness.claim()
    harness.clock.move(days=2)
    with harness.journal.database.writing() as connection:
        head = claim_head(connection, "owner", at=harness.clock()).head
    assert head is not None
    harness.journal.close()
    copy.restore()
    harness.restart()
    with harness.journal.database.reading() as connection:
        found = connection.scalar(select(events.c.hash).where(events.c.id == head.number))
    assert (head.number, found) == (2, head.hash)


def test_what_need_not_be_on_the_disk_is_there_with_the_next_commit_that_has_to(harness: JournalHarness) -> None:
    copy, on_disk = watched(harness)
    harness.accept("sales")
    entry = harness.claim()
    assert len(on_disk) == 1, "a claim need not be on the disk"
    harness.journal.renew(entry)
    harness.journal.checkpoint(entry, plan={"changes": []}, durable=False)
    assert len(on_disk) == 1
    harness.journal.checkpoint(entry, began=True)
    assert len(on_disk) == 2
    harness.journal.close()
    copy.restore()
    harness.restart()
    assert harness.event_names(entry.id) == ["accepted", "claimed", "planned", "began", "released"]


def test_only_the_owner_of_the_process_may_read_the_file(harness: JournalHarness) -> None:
    assert {path.stat().st_mode & 0o077 for path in harness.folder.iterdir()} == {0}


def test_the_migrations_build_what_the_tables_say(tmp_path: Path) -> None:
    Journal(sqlite_url(tmp_path)).close()
    engine = create_engine(sqlite_url(tmp_path))
    with engine.connect() as connection:
        harness = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(harness, metadata) == []
        indexes = {index["name"] for table in metadata.tables for index in inspect(connection).get_indexes(table)}
    engine.dispose()
    assert indexes == {
        "ix_changed_targets_entry_id",
        "ix_drifts_unposted",
        "ix_entries_about",
        "ix_entries_follow_ups",
        "ix_entries_unknown",
        "ix_entries_untold",
        "ix_events_entry_id",
        "ix_holds_entry_id",
        "ix_schedules_next_at",
        "ix_schedules_waits_for",
        "ix_targets_entry_id",
    }


def test_the_current_revision_is_that_of_the_newest_script() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_where_nothing_is_to_be_brought_up_to_date_alembic_is_not_even_loaded(tmp_path: Path) -> None:
    opened = f"from bot.journal.journal import Journal; Journal({sqlite_url(tmp_path)!r}).close(); import sys"
    told = [sys.executable, "-c", f"{opened}; print('alembic' in sys.modules)"]
    loaded = [subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)]
    assert loaded == ["True", "False"]


def test_the_migrations_build_the_same_tables_word_by_word(tmp_path: Path) -> None:
    Journal(sqlite_url(tmp_path)).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'metadata.sqlite3'}")
    metadata.create_all(engine)
    engine.dispose()
    assert _columns(tmp_path / "park.sqlite3") == _columns(tmp_path / "metadata.sqlite3")


def _columns(path: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: [
                *connection.execute(f"PRAGMA table_info({name})"),
                *connection.execute(f"PRAGMA foreign_key_list({name})"),
            ]
            for name in metadata.tables
        }


def test_event_numbers_are_never_used_again(tmp_path: Path) -> None:
    Journal(sqlite_url(tmp_path)).close()
    with closing(sqlite3.connect(tmp_path / "park.sqlite3")) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events'").fetchone()
    assert "AUTOINCREMENT" in sql


def test_opening_again_keeps_what_is_there(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    before = harness.journal.get(number)
    harness.restart()
    assert harness.journal.get(number) == before
    assert harness.journal.find("key 0") == before
    assert harness.journal.accept(make_request("key 0"), operations=[], footprint=frozenset()).id == number


def test_journals_of_one_process_share_what_their_statements_were_put_together_to(tmp_path: Path) -> None:
    shared = list[set[Any]]()
    for number in range(3):
        with closing(Journal(f"sqlite:///{tmp_path / f'{number}.sqlite3'}")) as journal:
            journal.accept(make_request(str(number)), operations=OPERATIONS, footprint=frozenset())
            found = [other for other in range(3) if journal.find(str(other)) is not None]
            assert found == [number], "each journal has its own entries"
            shared.append(set(compiled_statements))
    assert shared[0]
    assert shared[0] == shared[1] == shared[2]
