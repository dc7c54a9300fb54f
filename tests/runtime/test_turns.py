"""Many periodic tasks share two threads, and none waits for another one's turn."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.runtime.scope import current_pbx, pbx_scope
from bot.runtime.threads import PeriodicTask
from bot.runtime.turns import TurnRunner
from tests.waiting import PATIENCE

FAR = timedelta(days=1)


class Clock:
    time = datetime(2026, 6, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


class Counting(PeriodicTask):
    """Counts its turns, and may be held in one."""

    def __init__(self, clock: Clock, name: str = "counting") -> None:
        super().__init__(name, clock)
        self.turns, self.taken, self.pbx = 0, threading.Condition(), ""
        self.held: threading.Event | None = None
        self.fails = False

    def turn(self) -> datetime:
        with self.taken:
            self.turns, self.pbx = self.turns + 1, current_pbx()
            self.taken.notify_all()
        if self.held is not None:
            assert self.held.wait(PATIENCE)
        if self.fails:
            raise LookupError("a bug")
        return self.now() + FAR

    def wait_for(self, number: int) -> None:
        with self.taken:
            assert self.taken.wait_for(lambda: self.turns >= number, 30)


@pytest.fixture
def runner() -> Iterator[TurnRunner]:
    runner = TurnRunner()
    yield runner
    runner.close()


def test_a_hundred_tasks_at_rest_have_no_threads_of_their_own(runner: TurnRunner) -> None:
    clock = Clock()
    tasks = [Counting(clock) for _ in range(100)]
    before = threading.active_count()
    for task in tasks:
        task.start_in(runner)
        task.wait_for(1)
    assert threading.active_count() - before < 70  # the waiting thread, and those that a burst of turns has left
    assert all(task.alive for task in tasks)
    for task in tasks:
        task.stop()
    assert not any(task.alive for task in tasks)


def test_a_turn_that_hangs_holds_up_no_other_and_is_not_taken_twice(runner: TurnRunner) -> None:
    clock = Clock()
    slow, quick = Counting(clock, "slow"), Counting(clock, "quick")
    slow.held = threading.Event()
    slow.start_in(runner)
    slow.wait_for(1)
    quick.start_in(runner)
    for number in range(1, 4):
        quick.wait_for(number)
        slow.wake()
        quick.wake()
    quick.wait_for(4)
    assert slow.turns == 1
    slow.held.set()
    slow.wait_for(2)  # it was woken meanwhile
    for task in (slow, quick):
        task.stop()


def test_a_task_is_run_when_its_time_comes_and_after_a_fault(runner: TurnRunner) -> None:
    clock = Clock()
    task = Counting(clock)
    task.fails = True
    task.start_in(runner)
    task.wait_for(1)
    with task.taken:
        while task.turns < 2:  # the time of the next turn is set a little after the turn
            clock.time += FAR
            runner.wake()
            task.taken.wait(0.05)
    assert task.alive
    task.stop()
    turns = task.turns
    task.wake()
    assert task.turns == turns


def test_a_turn_is_about_the_pbx_that_the_task_was_made_for(runner: TurnRunner) -> None:
    with pbx_scope("berlin"):
        task = Counting(Clock())
    task.start_in(runner)
    task.wait_for(1)
    assert task.pbx == "berlin"
    task.stop()
