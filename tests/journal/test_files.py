"""SQLite's files are deleted or replaced, or the disk is full: noticed, and nothing is acknowledged."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.errors import JournalUnavailable
from bot.journal import watching
from bot.journal.journal import Journal
from tests.journal.making import OPERATIONS, JournalHarness, make_request, sqlite_url
from tests.journal.test_trouble import pragma


@pytest.fixture
def harness(sqlite_harness: JournalHarness) -> JournalHarness:
    sqlite_harness.accept("sales")
    return sqlite_harness


def _file(harness: JournalHarness, suffix: str = "") -> Path:
    return harness.folder / f"park.sqlite3{suffix}"


def _replace(file: Path) -> None:
    """As a backup that is restored under a running Park, or an editor that saves a file."""
    copy = file.with_name("copy")
    shutil.copyfile(file, copy)
    copy.rename(file)


def _rename_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("suffix", "happens"),
    [
        ("", Path.unlink),
        ("", _replace),
        ("-wal", Path.unlink),
        ("-wal", _replace),
        ("-shm", Path.unlink),
        (".lock", Path.unlink),
        ("", _rename_folder),
        ("", lambda file: shutil.rmtree(file.parent)),
        ("", lambda file: file.rename(file.with_name("moved"))),
    ],
)
def test_a_file_that_is_not_the_one_that_was_opened_is_noticed(
    harness: JournalHarness, suffix: str, happens: Callable[[Path], object]
) -> None:
    assert harness.journal.writable()
    happens(_file(harness, suffix))
    for ask in (lambda: harness.accept("sales"), lambda: harness.journal.claim("worker"), harness.journal.waiting):
        with pytest.raises(JournalUnavailable, match="was deleted or replaced while Park runs"):
            ask()
    assert not harness.journal.writable()


def test_a_file_that_is_moved_away_and_back_is_the_same(harness: JournalHarness) -> None:
    _file(harness).rename(_file(harness, "2"))
    assert not harness.journal.writable()
    _file(harness, "2").rename(_file(harness))
    assert harness.journal.writable()
    assert harness.accept("sales") == 2


def test_what_was_committed_to_a_file_that_is_deleted_meanwhile_is_not_acknowledged(
    harness: JournalHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = harness.journal.database.engine.dialect
    commit = dialect.do_commit

    def commit_to_nowhere(connection: object) -> None:
        _file(harness).unlink()
        commit(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(dialect, "do_commit", commit_to_nowhere)
    with pytest.raises(JournalUnavailable, match="deleted or replaced"):
        harness.journal.accept(make_request("b"), operations=OPERATIONS, footprint=frozenset())


def test_a_backup_that_is_taken_while_it_runs_disturbs_nothing(harness: JournalHarness, tmp_path: Path) -> None:
    """As docs/operations.md says how to."""
    with sqlite3.connect(_file(harness)) as source, sqlite3.connect(tmp_path / "backup.sqlite3") as target:
        source.backup(target)
    source.close()
    target.close()
    assert harness.accept("sales") == 2
    (tmp_path / "restored").mkdir()
    shutil.copyfile(tmp_path / "backup.sqlite3", tmp_path / "restored" / "park.sqlite3")
    restored = Journal(sqlite_url(tmp_path / "restored"))
    assert len(restored.waiting()) == 1
    restored.close()


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_with_little_room_left_is_noticed_before_it_is_full(
    harness: JournalHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = _Usage(10**9, 10**9 - 2_000_000, 2_000_000)
    monkeypatch.setattr("bot.journal.sqlite.shutil.disk_usage", lambda folder: usage)
    assert harness.journal.fault() == "The disk of the journal is full: 2.0 MB are free. Make room on it."
    monkeypatch.setattr(watching, "MIN_FREE_SPACE", 1_000_000)
    assert harness.journal.fault() is None


def test_a_database_that_may_not_grow_is_noticed(harness: JournalHarness) -> None:
    with pragma(harness, "max_page_count = 1", "max_page_count = 1000000"):
        assert "disk is full" in str(harness.journal.fault())
    assert harness.journal.fault() is None


def test_a_probe_leaves_nothing(harness: JournalHarness) -> None:
    size = [_probed_size(harness) for _ in range(20)]
    assert len(set(size)) == 1
    assert harness.journal.flag("probe") is None


def _probed_size(harness: JournalHarness) -> int:
    assert harness.journal.writable()
    return os.stat(_file(harness)).st_size
