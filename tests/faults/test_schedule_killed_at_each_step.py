"""`kill -9` at each step of making, skipping, pausing and overriding a schedule: it is done once, as asked."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.faults.replica import Replica
from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, failures_of, restart_harness
from tests.faults.steps import KillPoint, StepSignal

pytestmark = pytest.mark.timeout(900)
DAY = timedelta(days=1)


def _clock(ahead: timedelta) -> str:
    return f"{datetime.now(ZoneInfo('Europe/Berlin')) + ahead:%H:%M}"


def _later() -> str:
    return f"recall Sales to Night Desk every day from {_clock(timedelta(hours=6))} for 2h"


def _now() -> str:
    return f"recall Sales to Night Desk every day from {_clock(timedelta(hours=-1))} for 5h"


def _recall(harness: RestartHarness) -> object:
    state = harness.sandbox.pbx.state
    settings = state.groups[harness.id("Sales")]
    return {id: one["name"] for id, one in state.ring_groups.items()}.get(settings["ring_group_id"])


def _is_made(harness: RestartHarness) -> None:
    assert harness.count("SELECT count(*) FROM schedules WHERE state = 'active' AND next_at IS NOT NULL") == 1
    assert harness.changes() == 0


def _is_skipped_once(harness: RestartHarness) -> None:
    limit = datetime.now(ZoneInfo("UTC")) + 2 * DAY - timedelta(hours=1)
    soon = harness.count(f"SELECT count(*) FROM schedules WHERE next_at < '{limit:%Y-%m-%d %H:%M:%S}'")
    assert soon == 1, "it was skipped twice"
    limit = datetime.now(ZoneInfo("UTC")) + DAY
    assert harness.count(f"SELECT count(*) FROM schedules WHERE next_at > '{limit:%Y-%m-%d %H:%M:%S}'") == 1


def _is_paused(harness: RestartHarness) -> None:
    assert harness.count("SELECT count(*) FROM schedules WHERE state = 'paused' AND next_at IS NULL") == 1


def _is_overridden(harness: RestartHarness) -> None:
    assert _recall(harness) == "Day Desk"
    assert harness.changes() == 2, f"{harness.changes()} changes on the PBX"
    assert harness.count("SELECT count(*) FROM schedules WHERE waits_for IS NOT NULL AND next_at IS NOT NULL") == 1


@dataclass(frozen=True)
class Action:
    """What somebody does about a schedule, and what has to be so afterwards."""

    before: Callable[[], str] | None
    """The line that makes the schedule before anything is killed."""
    line: Callable[[], str]
    entries: int
    """How many entries there are once it is done."""
    ends: int
    """How many ends of temporary changes are to come then."""
    holds: Callable[[RestartHarness], None]
    turn: int | None = None
    """Which half of the steps it is killed at: 0 or 1 for two that are done by the same code and take turns."""

    @property
    def points(self) -> slice:
        """At which steps it is killed."""
        return slice(None) if self.turn is None else slice(self.turn, None, 2)


ACTIONS = {
    "make": Action(None, _later, 1, 0, _is_made),
    "skip": Action(_later, lambda: "skip 1", 2, 0, _is_skipped_once, turn=0),
    "pause": Action(_later, lambda: "pause schedule 1", 2, 0, _is_paused, turn=1),
    "override": Action(_now, lambda: "recall Sales to Day Desk for 1h", 5, 1, _is_overridden),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_what_is_decided_about_a_schedule_is_done_once(name: str) -> None:
    action = ACTIONS[name]
    steps = _done(action, None)
    assert isinstance(steps, list)
    assert {"before commit", "before ack"} <= set(steps)
    assert failures_of(lambda point: _done(action, point), steps, action.points) == []


def _done(action: Action, point: KillPoint | None) -> list[str] | str | None:
    """Runs until it is done; returns what is wrong if it was killed at a step, else all steps."""
    with restart_harness() as harness:
        armed = StepSignal(armed_by_signal=True)
        kill = replace(armed, signal=signal.SIGKILL, name=point.name, number=point.number) if point else armed
        first = harness.start(kill)
        standing = 0
        if action.before is not None:
            assert harness.type(action.before())
            standing = 1 if action.before is _later else 3
            _until(harness, first, standing, standing // 3)
        first.send(signal.SIGUSR1)
        first.reached("armed")
        line = action.line()
        harness.type(line)
        _until(harness, first, action.entries, action.ends)
        steps = harness.steps_of(first, whole=point is None)
        if point is None:
            action.holds(harness)
            return steps
        second = harness.start(StepSignal(ahead=LEASE_EXPIRED))
        try:
            if harness.accepted() == standing:
                assert harness.type(line), "not acknowledged after the restart"
            _until(harness, second, action.entries, action.ends)
            assert second.alive
            action.holds(harness)
        except AssertionError as fault:
            return f"killed at {point}, {steps[-1:]}: {fault}"
    return None


def _until(harness: RestartHarness, replica: Replica, entries: int, ends: int) -> None:
    """Waits until the process is dead, or there are that many entries and all but the ends are confirmed."""
    harness.wait_until(
        lambda: not replica.alive or (harness.accepted() >= entries and harness.unconfirmed() == ends),
    )
