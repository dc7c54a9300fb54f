"""Disk full, database locked, read-only, a commit in doubt: said in words, and over as soon as its cause is."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from bot.errors import JournalUnavailable
from bot.journal import sqlite
from bot.journal.models import Accepted, State
from tests.journal.making import ASKED, Desk, asking, url

FOOTPRINT = frozenset({"sales"})


@pytest.fixture
def desk(lite: Desk) -> Desk:
    return lite


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)


def test_a_lock_held_by_another_program_is_said_and_nothing_is_recorded_until_it_is_gone(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.folder / "park.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="database is locked"):
            desk.accept("sales")
        with pytest.raises(JournalUnavailable, match="database is locked"):
            desk.journal.claim("worker")
        assert desk.journal.recent(10) == [], "reading goes on"
    assert desk.accept("sales") == desk.claim().id == 1


def test_a_second_delivery_of_what_is_recorded_is_accepted_though_nothing_can_be_written(desk: Desk) -> None:
    first = desk.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT)
    with _pragma(desk, "query_only = ON", "query_only = OFF"):
        assert desk.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT) == Accepted(id=first.id, fresh=False)


def test_a_thread_that_keeps_the_others_waiting_does_not_keep_them_for_ever(desk: Desk) -> None:
    with desk.journal.database.writing():
        other = threading.Thread(target=lambda: waits.append(_fault(desk)))
        waits: list[str] = []
        other.start()
        other.join()
    assert "busy" in waits[0]
    desk.accept("sales")


def _fault(desk: Desk) -> str:
    with pytest.raises(JournalUnavailable) as failure:
        desk.accept("sales")
    return str(failure.value)


def test_too_many_readers_at_once_are_said(tmp_path: Path) -> None:
    desk = Desk(url(tmp_path))
    with ExitStack() as held:
        for _ in range(15):
            held.enter_context(desk.journal.database.reading())
        with pytest.raises(JournalUnavailable, match="busy"):
            desk.journal.recent(1)
    assert desk.journal.recent(1) == []
    desk.journal.close()


def test_a_database_that_can_only_be_read_is_said_and_works_again_afterwards(desk: Desk) -> None:
    with _pragma(desk, "query_only = ON", "query_only = OFF"):
        with pytest.raises(JournalUnavailable, match="readonly database"):
            desk.accept("sales")
        assert desk.journal.recent(10) == []
    assert desk.accept("sales") == 1


def test_a_full_disk_is_said_and_loses_nothing_that_was_accepted(desk: Desk) -> None:
    number = desk.accept("sales")
    entry = desk.claim()
    with _pragma(desk, "max_page_count = 1", "max_page_count = 1000000"):
        with pytest.raises(JournalUnavailable, match="disk is full"):
            _accept_large_ones(desk)
        with pytest.raises(JournalUnavailable, match="disk is full"):
            desk.journal.end(entry, State.DONE, {"text": "x" * 9000})
        assert desk.journal.get(number) == entry
    accepted = len(desk.journal.recent(200))
    assert desk.journal.end(entry, State.DONE, {"text": "x" * 9000}).state is State.DONE
    assert desk.accept("sales") == accepted + 1
    assert all(desk.story(one.id)[0] == "accepted" for one in desk.journal.recent(200))


def _accept_large_ones(desk: Desk) -> None:
    for key in range(100):
        desk.journal.accept(asking(f"large {key}", line="x" * 3000), asked=ASKED, footprint=FOOTPRINT)


@contextmanager
def _pragma(desk: Desk, on: str, off: str) -> Iterator[None]:
    """On the one connection that there is as long as nobody asks for two at once."""
    engine = desk.journal.database.engine
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {on}")
    yield
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {off}")


@pytest.mark.parametrize("durable", [True, False])
def test_after_a_commit_in_doubt_the_key_is_looked_up(
    desk: Desk, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = desk.journal.database.engine.dialect
    commit = dialect.do_commit

    def doubtful(connection: object) -> None:
        monkeypatch.undo()
        if durable:
            commit(connection)  # type: ignore[arg-type]
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(dialect, "do_commit", doubtful)
    if durable:
        assert desk.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT) == Accepted(id=1, fresh=True)
    else:
        with pytest.raises(JournalUnavailable, match="disk I/O error"):
            desk.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT)
    again = desk.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT)
    assert again == Accepted(id=1, fresh=not durable)
    assert desk.story(1) == ["accepted"]


def test_a_fault_in_the_middle_leaves_nothing_half_written(desk: Desk) -> None:
    desk.accept("sales")
    entry = desk.claim()
    with pytest.raises(StatementError, match="not JSON serializable"):
        desk.journal.end(entry, State.DONE, {"text": object()})
    assert (desk.journal.get(entry.id), desk.story(entry.id)) == (entry, ["accepted", "claimed"])
