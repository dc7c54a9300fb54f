"""With a hundred thousand changes in the past, what is asked all the time looks at none of them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.journal.models import State
from bot.journal.queue import backlog, try_to_write
from tests.journal.making import Desk, url

PAST = """
    WITH RECURSIVE past(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM past WHERE n < 100000)
    INSERT INTO entries (key, request, asked, footprint, state, run_at, attempt, began, accepted_at, ended_at, told_at)
    SELECT 'past ' || n, request, asked, footprint, 'done', run_at, 1, 0, accepted_at, accepted_at, accepted_at
    FROM past, entries WHERE entries.id = 1
"""
STORY = "INSERT INTO events (entry_id, at, what, by, hash) SELECT id, accepted_at, 'accepted', 'U1', '' FROM entries"
HEAD = "UPDATE chain SET number = (SELECT max(id) FROM events)"


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    context = Desk(url(tmp_path_factory.mktemp("aged")))
    context.accept("sales")
    with closing(sqlite3.connect(context.folder / "park.sqlite3")) as connection, connection:
        connection.execute(PAST)
        connection.execute(STORY)
        connection.execute(HEAD)
    context.accept("sales", "1001")
    context.accept("support")
    yield context
    context.journal.close()


def _whole_day(context: Desk) -> None:
    """Everything that is done for each request, or each time a worker wakes."""
    context.accept("sales", "support")
    context.journal.due_in()
    entry = context.journal.checkpoint(context.claim(), plan={"wanted": 1}, began=True)
    context.journal.release(entry, context.clock())
    entry = context.journal.renew(context.claim())
    context.journal.told(context.journal.end(entry, State.DONE, {}))
    context.journal.find("past 5")
    context.journal.waiting()
    context.journal.events(entry.id)
    context.journal.get(entry.id)
    _look_in_from_outside(context)


def _look_in_from_outside(context: Desk) -> None:
    """Everything that is asked each time somebody watches."""
    with context.journal.database.reading() as connection:
        backlog(connection, context.clock())
    with context.journal.database.writing() as connection:
        try_to_write(connection)


def test_no_statement_scans_a_table(aged: Desk) -> None:
    with _statements(aged) as statements:
        _whole_day(aged)
    with closing(sqlite3.connect(aged.folder / "park.sqlite3")) as connection:
        steps = [
            (step, statement)
            for statement, parameters in statements
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(statements) > 20
    assert [step for step in steps if "SCAN" in step[0] and "ix_entries_untold" not in step[0]] == []
    assert any("ix_entries_untold" in step for step, _ in steps)


@contextmanager
def _statements(context: Desk) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            seen.append((statement, parameters[0] if many else parameters))

    event.listen(context.journal.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(context.journal.database.engine, "before_cursor_execute", note)


def test_a_claim_takes_a_few_hundred_steps_of_sqlite_and_not_a_hundred_thousand(aged: Desk) -> None:
    assert _steps(aged, lambda: aged.journal.claim("worker")) < 2000
    assert _steps(aged, aged.journal.due_in) < 2000
    assert _steps(aged, lambda: _look_in_from_outside(aged)) < 2000


def _steps(context: Desk, ask: Callable[[], object]) -> int:
    """Instructions of SQLite's machine, to the nearest hundred."""
    ticks: list[None] = []
    with _only_connection(context) as connection:
        connection.set_progress_handler(lambda: ticks.append(None), 100)
    ask()
    with _only_connection(context) as connection:
        connection.set_progress_handler(None, 100)
    return len(ticks) * 100


@contextmanager
def _only_connection(context: Desk) -> Iterator[sqlite3.Connection]:
    with closing(context.journal.database.engine.raw_connection()) as fairy:
        assert isinstance(fairy.driver_connection, sqlite3.Connection)
        yield fairy.driver_connection


def test_what_waits_behind_a_long_queue_is_found_without_comparing_each_with_each(tmp_path: Path) -> None:
    context = Desk(url(tmp_path))
    for _ in range(300):
        context.accept("sales", "1001")
    context.claim()
    free = context.accept("support")
    assert _steps(context, lambda: _found(context, free)) < 300 * 100
    context.journal.close()


def _found(context: Desk, number: int) -> None:
    assert context.claim().id == number
