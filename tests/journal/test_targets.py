"""The changes of one group, of one member or of the server are found, and no others; so are what they wait for."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert

from bot.journal.journal import Journal
from bot.journal.migrations import HEAD, alembic_config
from bot.journal.models import SERVER_KEY, Entry, FollowUp, Json, State
from bot.journal.tables import entries
from bot.journal.targets import keys_of
from bot.messages.request import Source
from tests.journal.making import START, JournalHarness, make_request, sqlite_url

FOLDED = "Sales \u2019\uff2eord\u2019"
"""A name whose quotes and width don't count in comparisons."""


def change(id: str | None, name: str | None, before: Any = (), after: Any = ()) -> Json:
    """A change of a target, whose members are these numbers before and after."""
    sides = [{"settings": {}, "members": [{"number": one, "name": None} for one in side]} for side in (before, after)]
    return {"target": {"id": id, "name": name}, "before": sides[0], "after": sides[1]}


def make(harness: JournalHarness, *changes: Json, state: State = State.DONE, base: Any = None) -> Entry:
    """A change that was planned and has ended."""
    harness.accept()
    entry = harness.journal.checkpoint(harness.claim(), plan={"changes": list(changes), "base": base})
    harness.journal.mark_notified(harness.journal.end(entry, state, {}))
    return entry


def made_on(harness: JournalHarness, *targets: str, limit: int = 10, after: Entry | None = None) -> list[int]:
    return [one.id for one in harness.journal.made_on(targets, limit, after)]


def test_changes_are_found_by_group_member_and_server_the_newest_first(harness: JournalHarness) -> None:
    first = make(harness, change("1", "Sales"))
    sales = first.id
    server = make(harness, change(None, None)).id
    created = make(harness, change(None, "Returns")).id
    moved = make(harness, change("1", "Sales", ("1001",)), change("2", "Support", (), ("1001",))).id
    assert made_on(harness, "1") == [moved, sales]
    assert made_on(harness, "2", SERVER_KEY) == [moved, server]
    assert made_on(harness, "member 1001") == [moved]
    assert made_on(harness, "Returns") == [created]
    assert made_on(harness, "1", limit=1) == [moved]
    assert made_on(harness, "1", after=first) == [moved]
    assert made_on(harness, "3", "member 1002") == []


def test_what_was_not_made_is_not_found(harness: JournalHarness) -> None:
    make(harness, change("1", "Sales"), state=State.REFUSED)
    make(harness, change("1", "Sales"), state=State.UNKNOWN)
    assert made_on(harness, "1") == []


def test_another_plan_replaces_the_first_one(harness: JournalHarness) -> None:
    harness.accept()
    entry = harness.journal.checkpoint(harness.claim(), plan={"changes": [change(None, "Returns")]})
    entry = harness.journal.checkpoint(entry, plan={"changes": [change("7", "Returns")]})
    harness.journal.end(entry, State.DONE, {})
    assert made_on(harness, "Returns") == []
    assert made_on(harness, "7") == [entry.id]


def test_what_is_scheduled_is_found_until_it_has_begun(harness: JournalHarness) -> None:
    number = harness.accept()
    harness.journal.schedule(harness.claim(), harness.clock.move(hours=1), plan={"changes": [change("1", "Sales")]})
    assert [one.id for one in harness.journal.scheduled_on(["1"])] == [number]
    assert harness.journal.scheduled_on(["2"]) == []
    harness.claim()
    assert harness.journal.scheduled_on(["1"]) == []


def test_the_end_of_a_change_is_found_by_what_the_change_takes_back(harness: JournalHarness) -> None:
    harness.accept()
    plan = {"changes": [change("1", "Sales")], "base": [change("1", "Sales"), change("2", "Support")]}
    entry = harness.journal.checkpoint(harness.claim(), plan=plan)
    request = make_request("end").model_copy(update={"source": Source.CLOCK})
    at = harness.clock.move(hours=1)
    follow_up = FollowUp(request=request, operations=[{}], run_at=at, due_at=at)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}, follow_up=follow_up))
    assert [one.about for one in harness.journal.unfinished_about(["2"])] == [entry.id]
    assert harness.journal.unfinished_about(["3"]) == []
    harness.journal.end(harness.claim(), State.DONE, {})
    assert harness.journal.unfinished_about(["2"]) == []


@pytest.mark.parametrize("plan", [{}, {"wanted": 1}, {"changes": [], "base": None}])
def test_a_plan_without_changes_has_no_keys(plan: Json) -> None:
    assert keys_of(plan) == frozenset()


def test_a_journal_of_before_is_read_into_the_table(tmp_path: Path) -> None:
    url, config = sqlite_url(tmp_path), alembic_config()
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes.update(connection=connection, at=START)
        before = ScriptDirectory.from_config(config).get_revision("0016").down_revision
        command.upgrade(config, str(before))
        plan = {"changes": [change("1", FOLDED, ("1001",)), change(None, None)], "base": None}
        for key, known in (("a", plan), ("b", None), ("c", {"changes": "damaged"})):
            connection.execute(insert(entries), [_row(key, known)])
        connection.execute(insert(entries), [_row(f"refused {one}", None, State.REFUSED) for one in range(1100)])
    engine.dispose()
    Journal(url).close()
    with closing(sqlite3.connect(tmp_path / "park.sqlite3")) as read:
        found = read.execute("SELECT target, entry_id FROM changed_targets ORDER BY target").fetchall()
        assert read.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    assert found == [(key, 1) for key in sorted(keys_of(plan))]
    assert len(found) == 4


def _row(key: str, plan: Json | None, state: State = State.DONE) -> Json:
    request = make_request(key)
    at = request.asked_at
    return {
        "key": key,
        "request": request.model_dump(mode="json", exclude={"response_url"}),
        "operations": [{}],
        "footprint": [],
        "state": state,
        "run_at": at,
        "attempt": 1,
        "began": True,
        "plan": plan,
        "outcome": {},
        "accepted_at": at,
        "ended_at": at,
        "notified_at": at,
    }
