"""The clock is set back: what was due stays due, and what is asked for afterwards goes by the new time."""

from datetime import datetime, timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal import queue
from bot.journal.models import State
from bot.runtime.threads import PeriodicTask
from tests.audit.places import check
from tests.journal.making import Clock, JournalHarness


@pytest.mark.parametrize("back", [timedelta(seconds=5), timedelta(hours=1), timedelta(days=400)])
def test_what_was_due_stays_due(harness: JournalHarness, back: timedelta) -> None:
    due = harness.accept("sales", run_at=harness.clock() + timedelta(minutes=1))
    future = harness.accept("support", run_at=harness.clock() + timedelta(minutes=10))
    harness.clock.move(minutes=2)
    assert harness.journal.due_in() == timedelta(0)
    harness.clock.time -= back
    assert harness.journal.due_in() == timedelta(0)
    entry = harness.claim()
    assert (entry.id, entry.run_at <= harness.clock()) == (due, True)
    assert harness.journal.get(future).run_at > harness.clock()
    assert harness.journal.claim("worker") is None


def test_what_is_asked_for_afterwards_goes_by_the_new_time(harness: JournalHarness) -> None:
    harness.journal.due_in()
    harness.clock.time -= timedelta(days=400)
    number = harness.accept("sales", run_at=harness.clock() + timedelta(minutes=5))
    assert harness.journal.due_in() == timedelta(minutes=5)
    harness.clock.move(minutes=5)
    assert harness.claim().id == number


def test_a_retry_and_a_lease_are_not_prolonged(harness: JournalHarness) -> None:
    retried, claimed = harness.accept("sales"), harness.accept("support")
    harness.journal.release(harness.claim(), harness.clock() + timedelta(seconds=5))
    assert harness.claim().id == claimed
    harness.journal.due_in()
    harness.clock.time -= timedelta(hours=1)
    assert harness.journal.due_in() == timedelta(0)
    assert harness.claim().id == retried
    harness.clock.time += harness.journal.lease
    assert harness.claim("another").id in (claimed, retried)


def test_what_was_due_stays_due_although_the_journal_can_not_be_written_just_then(
    harness: JournalHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = harness.accept("sales", run_at=harness.clock() + timedelta(minutes=1))
    harness.clock.move(minutes=2)
    harness.journal.due_in()
    harness.clock.time -= timedelta(hours=1)

    def fail(*_: object, **__: object) -> None:
        raise JournalUnavailable("busy")

    with monkeypatch.context() as away:
        away.setattr(queue, "keep_due", fail)
        with pytest.raises(JournalUnavailable):
            harness.journal.due_in()
    assert harness.journal.due_in() == timedelta(0)
    assert harness.claim().id == number


def test_a_clock_that_is_set_back_twice_before_anybody_looks_is_noticed_twice(harness: JournalHarness) -> None:
    due = harness.accept("sales", run_at=harness.clock() + timedelta(minutes=1))
    harness.clock.move(minutes=2)
    harness.journal.due_in()
    harness.clock.time -= timedelta(minutes=30)
    later = harness.accept("support", run_at=harness.clock() + timedelta(minutes=20))
    harness.clock.time -= timedelta(minutes=30)
    harness.accept("billing", run_at=harness.clock() + timedelta(minutes=20))
    assert harness.journal.due_in() == timedelta(0)
    assert harness.claim().id == due
    assert harness.journal.claim("worker") is None
    assert harness.journal.get(later).run_at > harness.clock()


def test_a_restart_remembers_the_latest_time(sqlite_harness: JournalHarness) -> None:
    harness = sqlite_harness
    number = harness.accept("sales", run_at=harness.clock() + timedelta(minutes=1))
    harness.clock.move(minutes=2)
    harness.accept("support")
    harness.clock.time -= timedelta(hours=1)
    harness.restart()
    assert harness.journal.due_in() == timedelta(0)
    assert {harness.claim().id, harness.claim().id} == {number, 2}
    harness.journal.close()
    check(harness.folder)


def test_the_time_that_an_end_gets_is_an_event(sqlite_harness: JournalHarness) -> None:
    harness = sqlite_harness
    number = harness.accept("sales")
    harness.journal.schedule(harness.claim(), harness.clock() + timedelta(minutes=1))
    harness.clock.move(minutes=2)
    harness.journal.due_in()
    harness.clock.time -= timedelta(hours=1)
    harness.journal.due_in()
    assert harness.event_names(number) == ["accepted", "claimed", "scheduled", "rescheduled"]
    assert harness.claim().state is State.RUNNING
    check(harness.folder)


class Counting(PeriodicTask):
    def __init__(self, clock: Clock) -> None:
        super().__init__("counting", clock)
        self.turns = 0

    def turn(self) -> datetime:
        self.turns += 1
        return self.now()


def test_a_periodic_task_waits_no_longer_than_it_had_to_when_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waits = Clock(), list[float]()
    task = Counting(clock)

    def wait(seconds: float) -> None:
        waits.append(seconds)
        clock.time -= timedelta(hours=1)
        monotonic.append(monotonic[-1] + seconds)

    monotonic = [0.0]
    monkeypatch.setattr("bot.runtime.threads.time.monotonic", lambda: monotonic[-1])
    monkeypatch.setattr(task._changed, "wait", wait)
    task._sleep(clock() + timedelta(minutes=20))
    assert waits == [900, 300]
