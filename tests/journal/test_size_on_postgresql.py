"""On PostgreSQL, too, what is asked all the time finds what it looks for by an index, behind a long past."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.journal.making import JournalHarness
from tests.journal.test_size import statements_of_a_day
from tests.postgres import Server

LONG = {"entries", "events", "changed_targets"}
"""Tables with rows of all that is past; what the others hold is deleted when it ends."""
PAST = """
    INSERT INTO entries
      (key, request, asked, footprint, state, run_at, attempt, began, failure_told, accepted_at, ended_at, told_at)
    SELECT 'past ' || n, request, asked, footprint, 'done', run_at, 1, false, false, accepted_at, accepted_at,
      accepted_at
    FROM generate_series(1, 20000) AS n, entries WHERE key = %(first)s
"""
STORY = """
    INSERT INTO events (id, entry_id, at, what, by, hash, data)
    SELECT id + (SELECT number FROM chain), id, accepted_at, 'accepted', 'U1', '',
      json_build_object('request', request, 'asked', json_build_array())
    FROM entries WHERE key LIKE 'past %%'
"""
TARGETS = """
    INSERT INTO changed_targets (entry_id, target)
    SELECT id, 'group ' || id %% 5000 FROM entries WHERE key LIKE 'past %%'
"""
HEAD = "UPDATE chain SET number = (SELECT max(id) FROM events)"


@pytest.fixture
def aged(postgres: Server, long_timeouts: None) -> Iterator[JournalHarness]:
    harness = JournalHarness(postgres.database())
    first = harness.journal.get(harness.accept("sales"))
    with psycopg.connect(_psycopg_url(harness)) as connection:
        for statement in (PAST, STORY, TARGETS, HEAD):
            connection.execute(statement, {"first": first.request.key})
    with psycopg.connect(_psycopg_url(harness), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    harness.accept("sales", "1001")
    harness.accept("support")
    yield harness
    harness.journal.close()


def test_no_statement_scans_a_table(aged: JournalHarness) -> None:
    statements = statements_of_a_day(aged)
    with psycopg.connect(_psycopg_url(aged)) as connection:
        plans = [
            (connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchone(), statement)
            for statement, parameters in statements
        ]
    scans = [(scan, statement) for plan, statement in plans for scan in _scanned(plan)]
    assert len(statements) > 20
    assert [scan for scan in scans if scan[0] in LONG] == []


def _scanned(plan: Any) -> Iterator[str]:
    """Yields the tables that a plan reads from their beginning to their end."""
    if isinstance(plan, str):
        plan = json.loads(plan)
    if isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        plan = list(plan.values())
    if isinstance(plan, list | tuple):
        for part in plan:
            if isinstance(part, dict | list | tuple):
                yield from _scanned(part)


def _psycopg_url(harness: JournalHarness) -> str:
    return harness.address.replace("postgresql+psycopg://", "postgresql://")
