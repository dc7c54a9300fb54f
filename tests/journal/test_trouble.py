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
def context(lite: Desk) -> Desk:
    return lite


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)


def test_a_lock_held_by_another_program_is_said_and_nothing_is_recorded_until_it_is_gone(context: Desk) -> None:
    with closing(sqlite3.connect(context.folder / "park.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="database is locked"):
            context.accept("sales")
        with pytest.raises(JournalUnavailable, match="database is locked"):
            context.journal.claim("worker")
        assert context.journal.recent(10) == [], "reading goes on"
    assert context.accept("sales") == context.claim().id == 1


def test_a_second_delivery_of_what_is_recorded_is_accepted_though_nothing_can_be_written(context: Desk) -> None:
    first = context.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT)
    with _pragma(context, "query_only = ON", "query_only = OFF"):
        assert context.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT) == Accepted(
            id=first.id, fresh=False
        )


def test_a_thread_that_keeps_the_others_waiting_does_not_keep_them_for_ever(context: Desk) -> None:
    with context.journal.database.writing():
        other = threading.Thread(target=lambda: waits.append(_fault(context)))
        waits: list[str] = []
        other.start()
        other.join()
    assert "busy" in waits[0]
    context.accept("sales")


def _fault(context: Desk) -> str:
    with pytest.raises(JournalUnavailable) as failure:
        context.accept("sales")
    return str(failure.value)


def test_too_many_readers_at_once_are_said(tmp_path: Path) -> None:
    context = Desk(url(tmp_path))
    with ExitStack() as held:
        for _ in range(15):
            held.enter_context(context.journal.database.reading())
        with pytest.raises(JournalUnavailable, match="busy"):
            context.journal.recent(1)
    assert context.journal.recent(1) == []
    context.journal.close()


def test_a_database_that_can_only_be_read_is_said_and_works_again_afterwards(context: Desk) -> None:
    with _pragma(context, "query_only = ON", "query_only = OFF"):
        with pytest.raises(JournalUnavailable, match="readonly database"):
            context.accept("sales")
        assert context.journal.recent(10) == []
    assert context.accept("sales") == 1


def test_a_full_disk_is_said_and_loses_nothing_that_was_accepted(context: Desk) -> None:
    number = context.accept("sales")
    entry = context.claim()
    with _pragma(context, "max_page_count = 1", "max_page_count = 1000000"):
        with pytest.raises(JournalUnavailable, match="disk is full"):
            _accept_large_ones(context)
        with pytest.raises(JournalUnavailable, match="disk is full"):
            context.journal.end(entry, State.DONE, {"text": "x" * 9000})
        assert context.journal.get(number) == entry
    accepted = len(context.journal.recent(200))
    assert context.journal.end(entry, State.DONE, {"text": "x" * 9000}).state is State.DONE
    assert context.accept("sales") == accepted + 1
    assert all(context.story(one.id)[0] == "accepted" for one in context.journal.recent(200))


def _accept_large_ones(context: Desk) -> None:
    for key in range(100):
        context.journal.accept(asking(f"large {key}", line="x" * 3000), asked=ASKED, footprint=FOOTPRINT)


@contextmanager
def _pragma(context: Desk, on: str, off: str) -> Iterator[None]:
    """On the one connection that there is as long as nobody asks for two at once."""
    engine = context.journal.database.engine
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {on}")
    yield
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {off}")


@pytest.mark.parametrize("durable", [True, False])
def test_after_a_commit_in_doubt_the_key_is_looked_up(
    context: Desk, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = context.journal.database.engine.dialect
    commit = dialect.do_commit

    def doubtful(connection: object) -> None:
        monkeypatch.undo()
        if durable:
            commit(connection)  # type: ignore[arg-type]
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(dialect, "do_commit", doubtful)
    if durable:
        assert context.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT) == Accepted(id=1, fresh=True)
    else:
        with pytest.raises(JournalUnavailable, match="disk I/O error"):
            context.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT)
    again = context.journal.accept(asking("a"), asked=ASKED, footprint=FOOTPRINT)
    assert again == Accepted(id=1, fresh=not durable)
    assert context.story(1) == ["accepted"]


def test_a_fault_in_the_middle_leaves_nothing_half_written(context: Desk) -> None:
    context.accept("sales")
    entry = context.claim()
    with pytest.raises(StatementError, match="not JSON serializable"):
        context.journal.end(entry, State.DONE, {"text": object()})
    assert (context.journal.get(entry.id), context.story(entry.id)) == (entry, ["accepted", "claimed"])
