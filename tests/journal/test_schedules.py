"""Recurring schedules in the journal: each occurrence becomes one entry, and the events say what was decided."""

from datetime import timedelta
from typing import Any

import pytest

from bot.audit.entries import ChainBroken
from bot.audit.verify import verify
from bot.journal.journal import Journal
from bot.journal.models import Entry, ScheduleState, ScheduleUpdate, State
from bot.journal.pruning import prune
from bot.journal.schedules import store
from bot.journal.tables import schedules
from bot.messages.request import Source
from tests.journal.making import OPERATIONS, JournalHarness
from tests.postgres import Server

HOUR = timedelta(hours=1)


def make_schedule(harness: JournalHarness, *, after: timedelta = HOUR, **values: Any) -> int:
    """Stores a schedule as the end of an entry does; returns its number."""
    number = harness.accept("sales")
    entry = harness.claim()
    made = {
        "state": ScheduleState.ACTIVE,
        "recurrence": {"rule": "FREQ=DAILY"},
        "operation": OPERATIONS[0],
        "request": entry.request.model_dump(mode="json", exclude={"response_url"}),
        "parts": [["1", "recall_to"]],
        "next_at": harness.clock() + after,
        **values,
    }
    update = ScheduleUpdate(number=number, is_new=True, values=made)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}, schedule_updates=[update]))
    return number


def end(harness: JournalHarness, entry: Entry, **values: Any) -> None:
    """Ends an occurrence with new values of its schedule."""
    assert entry.request.schedule is not None
    update = ScheduleUpdate(number=entry.request.schedule, values=values)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}, schedule_updates=[update]))


def check(harness: JournalHarness) -> None:
    with harness.journal.database.reading() as connection:
        verify(connection)


def test_a_schedule_at_rest_is_no_work_and_known_to_be_due(harness: JournalHarness) -> None:
    make_schedule(harness)
    assert harness.next_due() == harness.clock() + HOUR
    assert not harness.journal.has_work()
    assert harness.journal.claim("worker") is None


def test_an_occurrence_that_is_due_becomes_an_entry_once(harness: JournalHarness) -> None:
    number = make_schedule(harness)
    harness.clock.move(hours=1)
    assert harness.journal.has_work()
    entry = harness.claim()
    assert (entry.request.source, entry.request.schedule, entry.request.user) == (Source.SCHEDULE, number, "U1")
    assert (entry.operations, set(entry.footprint), entry.run_at) == (OPERATIONS, {"sales"}, harness.clock())
    stored = harness.journal.stored_schedule(number)
    assert stored is not None
    assert (stored.next_at, stored.begun, stored.latest) == (None, 1, entry.id)
    assert harness.journal.claim("another") is None
    harness.clock.move(hours=24)
    end(harness, entry, next_at=harness.clock() + HOUR)
    assert harness.next_due() == harness.clock() + HOUR
    assert [one.id for one in harness.journal.occurrences(stored, 5)] == [entry.id]


def test_a_paused_schedule_gets_no_next_time_from_the_occurrence_that_was_under_way(harness: JournalHarness) -> None:
    number = make_schedule(harness)
    harness.clock.move(hours=1)
    entry = harness.claim()
    with harness.journal.database.writing() as connection:
        paused = ScheduleUpdate(number=number, values={"state": ScheduleState.PAUSED, "next_at": None})
        store(connection, paused, at=harness.clock())
    end(harness, entry, next_at=harness.clock() + HOUR)
    stored = harness.journal.stored_schedule(number)
    assert stored is not None
    assert stored.next_at is None


def test_many_that_are_due_at_once_are_accepted_at_once(harness: JournalHarness) -> None:
    numbers = {make_schedule(harness) for _ in range(120)}
    harness.clock.move(hours=1)
    due, first = harness.clock(), harness.claim()
    harness.clock.move(minutes=30)
    others = {entry.request.schedule for entry in harness.journal.waiting() if entry.request.schedule is not None}
    assert others | {first.request.schedule} == numbers
    assert {entry.accepted_at for entry in harness.journal.waiting()} == {due}


def test_what_was_decided_about_a_schedule_is_covered_by_the_chain(harness: JournalHarness) -> None:
    number = make_schedule(harness)
    check(harness)
    with harness.journal.database.writing() as connection:
        connection.execute(schedules.update().where(schedules.c.number == number).values(recurrence={"rule": "x"}))
    with pytest.raises(ChainBroken, match="recurrence of its schedule differs"):
        check(harness)
    with harness.journal.database.writing() as connection:
        connection.execute(schedules.delete())
    with pytest.raises(ChainBroken, match=f"The schedule of #{number} was deleted"):
        check(harness)


def test_pruning_keeps_a_schedule_until_it_has_ended(harness: JournalHarness) -> None:
    number = make_schedule(harness, after=timedelta(days=2000))
    make_schedule(harness, state=ScheduleState.ENDED, next_at=None)
    harness.clock.move(days=1000)
    last = harness.accept("other")
    harness.journal.mark_notified(harness.journal.end(harness.claim(), State.REFUSED, {}))
    now = harness.clock()
    prune(harness.journal.database, before=now - HOUR, at=now, should_stop=lambda: False)
    kept = {entry.id for entry in harness.journal.recent(10)}
    assert {number, last} <= kept
    assert [one.number for one in harness.journal.standing_schedules()] == [number]
    check(harness)


def test_pruning_keeps_the_latest_occurrence_of_a_schedule_until_that_has_ended(harness: JournalHarness) -> None:
    number = make_schedule(harness)
    harness.clock.move(hours=1)
    latest = harness.claim()
    coming = ScheduleUpdate(number=number, values={"next_at": harness.clock() + timedelta(days=2000)})
    harness.journal.mark_notified(harness.journal.end(latest, State.ALREADY, {}, schedule_updates=[coming]))
    harness.clock.move(days=1000)
    now = harness.clock()
    prune(harness.journal.database, before=now - HOUR, at=now, should_stop=lambda: False)
    assert harness.journal.get(latest.id).request.schedule == number
    check(harness)


def test_two_replicas_never_both_begin_an_occurrence(postgres: Server) -> None:
    harness = JournalHarness(postgres.database())
    other = Journal(harness.address, now=harness.clock)
    try:
        for _ in range(20):
            number = make_schedule(harness)
            harness.clock.move(hours=1)
            claimed = [journal.claim(owner) for owner, journal in (("one", harness.journal), ("two", other))]
            found = [entry for entry in claimed if entry is not None]
            assert [entry.request.schedule for entry in found] == [number]
            end(harness, found[0], state=ScheduleState.ENDED)
    finally:
        other.close()
        harness.journal.close()
