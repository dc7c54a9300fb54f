"""Disk full, database locked, read-only, a commit in doubt: said in words, and over as soon as its cause is."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import JournalUnavailable
from bot.journal import sqlite
from bot.journal.models import Accepted, State
from bot.journal.sqlite import MOST_CONNECTIONS
from tests.journal.making import OPERATIONS, JournalHarness, make_request, sqlite_url

FOOTPRINT = frozenset({"sales"})


@pytest.fixture
def harness(sqlite_harness: JournalHarness) -> JournalHarness:
    return sqlite_harness


@pytest.fixture(autouse=True)
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WRITE_TIMEOUT", 0.05)


def test_a_lock_held_by_another_program_is_said_and_nothing_is_recorded_until_it_is_gone(
    harness: JournalHarness,
) -> None:
    with closing(sqlite3.connect(harness.folder / "park.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="database is locked"):
            harness.accept("sales")
        with pytest.raises(JournalUnavailable, match="database is locked"):
            harness.journal.claim("worker")
        assert harness.journal.recent(10) == [], "reading goes on"
    assert harness.accept("sales") == harness.claim().id == 1


def test_a_second_delivery_of_what_is_recorded_is_accepted_though_nothing_can_be_written(
    harness: JournalHarness,
) -> None:
    first = harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=FOOTPRINT)
    with pragma(harness, "query_only = ON", "query_only = OFF"):
        assert harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=FOOTPRINT) == Accepted(
            id=first.id, fresh=False
        )


def test_a_thread_that_keeps_the_others_waiting_does_not_keep_them_for_ever(harness: JournalHarness) -> None:
    with harness.journal.database.writing():
        other = threading.Thread(target=lambda: waits.append(_fault(harness)))
        waits: list[str] = []
        other.start()
        other.join()
    assert "busy" in waits[0]
    harness.accept("sales")


def _fault(harness: JournalHarness) -> str:
    with pytest.raises(JournalUnavailable) as failure:
        harness.accept("sales")
    return str(failure.value)


def test_too_many_readers_at_once_are_said(tmp_path: Path) -> None:
    harness = JournalHarness(sqlite_url(tmp_path))
    with ExitStack() as held:
        for _ in range(MOST_CONNECTIONS):
            held.enter_context(harness.journal.database.reading())
        with pytest.raises(JournalUnavailable, match="busy"):
            harness.journal.recent(1)
    assert harness.journal.recent(1) == []
    harness.journal.close()


def test_a_database_that_can_only_be_read_is_said_and_works_again_afterwards(harness: JournalHarness) -> None:
    with pragma(harness, "query_only = ON", "query_only = OFF"):
        with pytest.raises(JournalUnavailable, match="readonly database"):
            harness.accept("sales")
        assert harness.journal.recent(10) == []
    assert harness.accept("sales") == 1


def test_a_full_disk_is_said_and_loses_nothing_that_was_accepted(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    entry = harness.claim()
    with pragma(harness, "max_page_count = 1", "max_page_count = 1000000"):
        with pytest.raises(JournalUnavailable, match="disk is full"):
            _accept_large_ones(harness)
        with pytest.raises(JournalUnavailable, match="disk is full"):
            harness.journal.end(entry, State.DONE, {"text": "x" * 9000})
        assert harness.journal.get(number) == entry
    accepted = len(harness.journal.recent(200))
    assert harness.journal.end(entry, State.DONE, {"text": "x" * 9000}).state is State.DONE
    assert harness.accept("sales") == accepted + 1
    assert all(harness.event_names(one.id)[0] == "accepted" for one in harness.journal.recent(200))


def _accept_large_ones(harness: JournalHarness) -> None:
    for key in range(100):
        harness.journal.accept(
            make_request(f"large {key}", line="x" * 3000), operations=OPERATIONS, footprint=FOOTPRINT
        )


@contextmanager
def pragma(harness: JournalHarness, on: str, off: str) -> Iterator[None]:
    """On the one connection that there is as long as nobody asks for two at once."""
    engine = harness.journal.database.engine
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {on}")
    yield
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {off}")


@pytest.mark.parametrize("durable", [True, False])
def test_after_a_commit_in_doubt_the_key_is_looked_up(
    harness: JournalHarness, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = harness.journal.database.engine.dialect
    commit = dialect.do_commit

    def doubtful(connection: object) -> None:
        monkeypatch.undo()
        if durable:
            commit(connection)  # type: ignore[arg-type]
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(dialect, "do_commit", doubtful)
    if durable:
        assert harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=FOOTPRINT) == Accepted(
            id=1, fresh=True
        )
    else:
        with pytest.raises(JournalUnavailable, match="disk I/O error"):
            harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=FOOTPRINT)
    again = harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=FOOTPRINT)
    assert again == Accepted(id=1, fresh=not durable)
    assert harness.event_names(1) == ["accepted"]


def test_a_fault_in_the_middle_leaves_nothing_half_written(harness: JournalHarness) -> None:
    harness.accept("sales")
    entry = harness.claim()
    with pytest.raises(TypeError, match="not JSON serializable"):
        harness.journal.end(entry, State.DONE, {"text": object()})
    assert (harness.journal.get(entry.id), harness.event_names(entry.id)) == (entry, ["accepted", "claimed"])
