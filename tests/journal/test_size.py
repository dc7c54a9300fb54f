"""With a hundred thousand changes in the past, what is asked all the time looks at none of them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.audit.history_reader import SEARCHED, HistoryReader
from bot.journal.events import EventQuery
from bot.journal.models import State
from bot.journal.watching import read_backlog, try_to_write
from tests.journal.making import JournalHarness, sqlite_url

PAST = """
    WITH RECURSIVE past(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM past WHERE n < 100000)
    INSERT INTO entries
      (key, request, asked, footprint, state, run_at, attempt, began, failure_told, accepted_at, ended_at, told_at)
    SELECT 'past ' || n, request, asked, footprint, 'done', run_at, 1, 0, 0, accepted_at, accepted_at, accepted_at
    FROM past, entries WHERE entries.id = 1
"""
STORY = """
    INSERT INTO events (entry_id, at, what, by, hash, data)
    SELECT id, accepted_at, 'accepted', 'U1', '', json_object('request', json(request), 'asked', json_array())
    FROM entries
"""
OF_UNFINISHED = {"ix_entries_untold", "ix_entries_follow_ups"}
"""Indexes that hold only what is unfinished, so that to go through all of one takes no longer behind a long past."""
HEAD = "UPDATE chain SET number = (SELECT max(id) FROM events)"


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalHarness]:
    harness = JournalHarness(sqlite_url(tmp_path_factory.mktemp("aged")))
    harness.accept("sales")
    with closing(sqlite3.connect(harness.folder / "park.sqlite3")) as connection, connection:
        connection.execute(PAST)
        connection.execute(STORY)
        connection.execute(HEAD)
    harness.accept("sales", "1001")
    harness.accept("support")
    yield harness
    harness.journal.close()


def _whole_day(harness: JournalHarness) -> None:
    """Everything that is done for each request, or each time a worker wakes."""
    harness.accept("sales", "support")
    harness.journal.due_in()
    target = {"id": "1", "name": "Sales"}
    plan = {"title": "", "preview_title": "", "changes": [{"target": target, "before": None, "after": None}]}
    entry = harness.journal.checkpoint(harness.claim(), plan=plan, began=True)
    harness.journal.release(entry, harness.clock())
    entry = harness.journal.renew(harness.claim())
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}))
    harness.journal.find("past 5")
    harness.journal.waiting()
    harness.journal.made_on(["1", "member 1001"], 10, after=harness.journal.get(5))
    harness.journal.scheduled_on(["1", "member 1001"])
    harness.journal.done_since(["1", "member 1001"], harness.clock())
    harness.journal.unfinished_about(["1", "member 1001"])
    harness.journal.scheduled_starts()
    harness.journal.temporary_changes()
    harness.journal.get_all([1, 2, 3])
    _history(harness)
    harness.journal.events(entry.id)
    harness.journal.get(entry.id)
    _read_only(harness)


def _history(harness: JournalHarness) -> None:
    """A page of the history: of all, of what an index finds, and of a period after nearly all that is recorded."""
    history = HistoryReader(harness.journal)
    list(islice(history.newest_first(targets=lambda: ["1"], indexed=True), 10))
    for asked in ({}, {"targets": lambda: ["1"]}, {"since": harness.clock() + timedelta(days=3)}):
        list(islice(history.newest_first(**asked), 10))


def _read_only(harness: JournalHarness) -> None:
    """Everything that is asked each time somebody watches."""
    with harness.journal.database.reading() as connection:
        read_backlog(connection, harness.clock())
    with harness.journal.database.writing() as connection:
        try_to_write(connection)


def test_no_statement_scans_a_table(aged: JournalHarness) -> None:
    statements = statements_of_a_day(aged)
    with closing(sqlite3.connect(aged.folder / "park.sqlite3")) as connection:
        steps = [
            (step, statement)
            for statement, parameters in statements
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(statements) > 20
    scanned = [step for step in steps if "SCAN" in step[0].replace("SCAN CONSTANT ROW", "")]  # no table
    assert [step for step in scanned if not any(index in step[0] for index in OF_UNFINISHED)] == []
    assert {index for index in OF_UNFINISHED for step, _ in scanned if index in step} == OF_UNFINISHED


def statements_of_a_day(harness: JournalHarness) -> list[tuple[str, Any]]:
    """Returns the statements, with their parameters, of all that is done for each request or by a worker that wakes."""
    with _statements(harness) as statements:
        _whole_day(harness)
    return statements


@contextmanager
def _statements(harness: JournalHarness) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            seen.append((statement, parameters[0] if many and isinstance(parameters, list) else parameters))

    event.listen(harness.journal.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(harness.journal.database.engine, "before_cursor_execute", note)


def test_a_claim_takes_a_few_hundred_steps_of_sqlite_and_not_a_hundred_thousand(aged: JournalHarness) -> None:
    assert _steps(aged, lambda: aged.journal.claim("worker")) < 2000
    assert _steps(aged, aged.journal.due_in) < 2000
    assert _steps(aged, lambda: _read_only(aged)) < 2000
    assert _steps(aged, aged.journal.temporary_changes) < 2000
    assert _steps(aged, aged.journal.scheduled_starts) < 2000
    assert _steps(aged, lambda: aged.journal.scheduled_on(["1"])) < 2000


def test_the_history_of_a_group_is_found_by_an_index(aged: JournalHarness) -> None:
    found = list(HistoryReader(aged.journal).newest_first(targets=lambda: ["no group"]))
    assert len(found) == SEARCHED  # of which each may be about it, without having changed it
    history = HistoryReader(aged.journal)
    assert _steps(aged, lambda: list(history._of_targets(EventQuery(), lambda: ["1"], 50_000, 50_000))) < 2000
    one_by_one = _steps(aged, lambda: list(history.newest_first(targets=lambda: ["1"])))
    assert _steps(aged, lambda: list(history.newest_first(targets=lambda: ["1"], indexed=True))) <= one_by_one


def _steps(harness: JournalHarness, ask: Callable[[], object]) -> int:
    """Instructions of SQLite's machine, to the nearest hundred."""
    ticks: list[None] = []
    with _only_connection(harness) as connection:
        connection.set_progress_handler(lambda: ticks.append(None), 100)
    ask()
    with _only_connection(harness) as connection:
        connection.set_progress_handler(None, 100)
    return len(ticks) * 100


@contextmanager
def _only_connection(harness: JournalHarness) -> Iterator[sqlite3.Connection]:
    with closing(harness.journal.database.engine.raw_connection()) as fairy:
        assert isinstance(fairy.driver_connection, sqlite3.Connection)
        yield fairy.driver_connection


def test_what_waits_behind_a_long_queue_is_found_without_comparing_each_with_each(tmp_path: Path) -> None:
    harness = JournalHarness(sqlite_url(tmp_path))
    for _ in range(300):
        harness.accept("sales", "1001")
    harness.claim()
    free = harness.accept("support")
    assert _steps(harness, lambda: _found(harness, free)) < 300 * 100
    harness.journal.close()


def _found(harness: JournalHarness, number: int) -> None:
    assert harness.claim().id == number
