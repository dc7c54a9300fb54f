"""Many schedules: at rest they cost nothing, and those due at once are queued, not late."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from bot.journal.models import ScheduleState, State
from bot.journal.tables import entries, schedules
from bot.messages.request import Request, Source
from bot.operations.catalog import dump
from bot.operations.parser import parse_unconfirmed
from bot.recurrence.model import Recurrence
from tests.bot_harness import ANA, PHONES, BotHarness, bot_harness
from tests.faults.test_two_weeks_of_schedules import POLICY, SetClock

pytestmark = pytest.mark.timeout(600)
MANY = 10_000


def add_schedules(park: BotHarness, number: int, *, begins: time, members: bool = False) -> None:
    """Stores schedules as their making does, in one commit."""
    recurrence = Recurrence(rule="FREQ=DAILY", begins=begins, lasts=timedelta(hours=2), zone="Europe/Berlin")
    coming = park.planner.repository.schedules.next_values(recurrence, park.journal.now())
    now, rows, made = park.journal.now(), list[dict[str, object]](), list[dict[str, object]]()
    line, values = "recall Sales to Night Desk", recurrence.model_dump(mode="json")
    asked = Request(key="", team="T1", user=ANA, source=Source.SLASH, line=line, channel=PHONES, asked_at=now)
    dumped, operation = asked.model_dump(mode="json", exclude={"response_url"}), dump(parse_unconfirmed(line)[0])
    for one in range(1, number + 1):
        request = dumped | {"key": f"T1:many {one}"}
        common = {"operations": [operation], "footprint": ["sales"], "state": State.DONE, "run_at": now}
        done = {"ended_at": now, "notified_at": now, "attempt": 1, "began": False, "accepted_at": now}
        rows.append({"id": one, "key": f"T1:many {one}", "request": request, **common, **done})
        stored = {"operation": operation, "request": request, "parts": [[f"{one}", "recall_to"]], "begun": 0}
        made.append(
            {"number": one, "state": ScheduleState.ACTIVE, "recurrence": values}
            | stored
            | {"next_at": coming["next_at"]}
        )
    with park.journal.database.writing() as connection:
        connection.execute(insert(entries), rows)
        connection.execute(insert(schedules), made)


@contextmanager
def harness(folder: Path) -> Iterator[tuple[BotHarness, SetClock]]:
    clock = SetClock()
    with bot_harness(folder, policy=POLICY, now=clock) as park:
        yield park, clock


def test_ten_thousand_at_rest_cost_nothing(tmp_path: Path) -> None:
    """An idle worker reads the journal once a minute, whatever the number of schedules."""
    with harness(tmp_path) as (park, _):
        statements = list[str]()
        event.listen(park.journal.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        park.journal.due_in()
        before = len(statements)
        add_schedules(park, MANY, begins=time(22))
        statements.clear()
        tracemalloc.start()
        due = park.journal.due_in()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert due is not None
        assert due > timedelta(hours=1)
        print(f"{len(statements)} statements a minute, {60 * len(statements)} an hour; {peak / 1024:.0f} KiB at most")  # noqa: T201
        assert len(statements) == before
        assert peak < 256 * 1024
        statements.clear()
        park.planner.repository.scheduled_starts()
        list(park.planner.repository.scheduled_ends())
        assert not any("schedules" in one for one in statements), "schedules are read for nothing"
        statements.clear()
        park.journal.claim("worker")
        (query,) = (one for one in statements if "schedules" in one)
        with park.journal.database.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?")).all()
        assert "INDEX ix_schedules_next_at" in str(plan), "what is not due is passed over by the index"


def test_five_hundred_due_at_once_are_queued_and_none_is_late(tmp_path: Path) -> None:
    with harness(tmp_path) as (park, clock):
        add_schedules(park, 500, begins=time(22))
        due = park.journal.due_in()
        assert due is not None
        clock.time += due
        first = park.journal.claim("worker")
        assert first is not None
        assert len([one for one in park.journal.waiting() if one.request.source is Source.SCHEDULE]) == 500
        clock.time += timedelta(minutes=10)  # the PBX is slow: the last of them wait for their turn
        park.worker.processor.process(first)
        for _ in range(10):
            park.worker.processor.process(park.claim())
        notes = {one.note for one in park.journal.standing_schedules()}
        assert not any("late" in (note or "") for note in notes), notes
        assert not park.messenger.replies
