"""Death at each step of making, skipping, pausing and overriding a schedule: it is done once, as asked."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, restart_harness
from tests.faults.standstill import Left, failures_after, states_left, taken_up
from tests.faults.steps import StepSignal

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
    """The line that makes the schedule before anything dies."""
    line: Callable[[], str]
    entries: int
    """How many entries there are once it is done."""
    ends: int
    """How many ends of temporary changes are to come then."""
    holds: Callable[[RestartHarness], None]
    turn: int | None = None
    """Which half of the steps it dies at: 0 or 1 for two that are done by the same code and take turns."""

    @property
    def points(self) -> slice:
        """At which steps it dies."""
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
    with restart_harness() as harness:
        line, standing, states = _done(harness, action)
        action.holds(harness)
        assert {"before commit", "before ack"} <= set(states[-1].steps)
        wrong = partial(_what_is_wrong, harness, action, line, standing)
        assert failures_after(states[action.points], wrong) == []


def _done(harness: RestartHarness, action: Action) -> tuple[str, int, list[Left]]:
    """Runs until it is done.

    Returns:
        The line, the entries there were before it, and what a process that died at each step would have left.
    """
    first, standing = harness.start(StepSignal(armed_by_signal=True, stands_still=True)), 0
    if action.before is not None:
        assert harness.type(action.before())
        standing = 1 if action.before is _later else 3
        _until(harness, standing, standing // 3)
    line = action.line()
    with states_left(harness, first) as states:
        first.send(signal.SIGUSR1)
        first.reached("armed")
        assert harness.type(line)
        _until(harness, action.entries, action.ends)
    return line, standing, states


def _what_is_wrong(harness: RestartHarness, action: Action, line: str, standing: int, left: Left) -> str | None:
    with taken_up(harness, left, LEASE_EXPIRED):
        try:
            if harness.accepted() == standing:
                assert harness.type(line), "not acknowledged after the restart"
            _until(harness, action.entries, action.ends)
            action.holds(harness)
        except AssertionError as fault:
            return f"died {left.steps[-1]}: {fault}"
    return None


def _until(harness: RestartHarness, entries: int, ends: int) -> None:
    """Waits until there are that many entries and all but the ends are confirmed."""
    harness.wait_until(lambda: harness.accepted() >= entries and harness.unconfirmed() == ends)
