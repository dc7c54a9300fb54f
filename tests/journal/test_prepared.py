"""A prepared statement finds and writes the same as SQLAlchemy does with it, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select, update

from bot.journal.models import State
from bot.journal.prepared import Prepared
from bot.journal.tables import entries, flags
from tests.journal.making import START, JournalHarness

OF_STATES = select(entries).where(
    entries.c.state.in_(bindparam("states", expanding=True)), entries.c.request["user"].as_string() == bindparam("user")
)
UNFINISHED = select(entries.c.id, entries.c.operations).where(entries.c.state.in_([State.WAITING, State.RUNNING]))


@pytest.mark.parametrize("states", [[], [State.WAITING], [State.WAITING, State.DONE, State.RUNNING]])
def test_rows_have_the_values_that_sqlalchemy_reads(harness: JournalHarness, states: list[State]) -> None:
    harness.accept("sales")
    harness.accept("support", run_at=START + timedelta(hours=1))
    prepared, given = Prepared(OF_STATES, lists=("states",)), {"states": states, "user": "U1"}
    with harness.journal.database.reading() as connection:
        wanted = [
            {column.key: row._mapping[column] for column in entries.c} for row in connection.execute(OF_STATES, given)
        ]
        assert prepared.rows(connection, given) == wanted
        assert prepared.rows(connection, given) == wanted, "the second time, from what was prepared"
    assert len(wanted) == (2 if states else 0)


def test_lists_of_another_length_and_constant_lists_are_other_sql(harness: JournalHarness) -> None:
    harness.accept("sales")
    prepared = Prepared(OF_STATES, lists=("states",))
    with harness.journal.database.reading() as connection:
        for states in ([State.DONE], [State.DONE, State.WAITING], [State.DONE]):
            found = prepared.rows(connection, {"states": states, "user": "U1"})
            assert len(found) == (State.WAITING in states)
        assert [row["operations"][0]["operation"] for row in Prepared(UNFINISHED).rows(connection, {})] == ["add"]
        assert prepared.row(connection, {"states": [State.DONE], "user": "U1"}) is None
        assert prepared.scalar(connection, {"states": [], "user": "U1"}) is None


def test_writes_count_the_rows_they_concern(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    change = Prepared(update(entries).where(entries.c.id == bindparam("wanted")))
    flag: dict[str, Any] = {"text": "x", "by": "U1", "at": START}
    with harness.journal.database.writing() as connection:
        assert change.execute(connection, {"wanted": number, "plan": {"a": [1]}, "due_at": START}) == 1
        assert change.execute(connection, {"wanted": number + 1, "plan": None}) == 0
        Prepared(insert(flags)).send_each(connection, ({"name": name, **flag} for name in ("a", "b")))
        Prepared(insert(flags)).send_each(connection, ())
    entry = harness.journal.get(number)
    assert (entry.plan, entry.due_at) == ({"a": [1]}, START)
    assert harness.journal.flag("b") is not None


def test_who_listens_for_statements_is_told_of_prepared_ones(harness: JournalHarness) -> None:
    """The tests that stop Park at each step, and the benchmark that counts statements, go by that."""
    seen: list[str] = []
    engine = harness.journal.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    harness.accept("sales")
    assert any(one.startswith("INSERT INTO entries") for one in seen)
    assert any(one.startswith("UPDATE chain") for one in seen)
