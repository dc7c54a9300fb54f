"""`kill -9` at each step of a schedule's occurrence: it begins once, ends once, and recurs the next day."""

import signal
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.faults.replica import Replica
from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, failures_of, restart_harness, server, turn_of
from tests.faults.steps import DURABLE, KillPoint, StepSignal
from tests.postgres import Server

__all__ = ["server"]

pytestmark = pytest.mark.timeout(900)
DUE, OVER = timedelta(hours=1, minutes=1), timedelta(hours=3)
"""How far the clock is set ahead, so that the occurrence is due, and then so that it is over."""


def test_an_occurrence_begins_once_and_ends_once(server: Server | None) -> None:
    steps = _recurred(None, server)
    assert isinstance(steps, list)
    assert {"before commit", "before chat.update", "before sending"} <= set(steps)
    assert failures_of(lambda point: _recurred(point, server), steps, turn_of(server)) == []


def test_a_power_cut_loses_no_occurrence_and_repeats_none() -> None:
    steps = _recurred(None, None, power_cut=True)
    assert isinstance(steps, list)
    assert DURABLE in steps
    assert failures_of(lambda point: _recurred(point, None, power_cut=True), steps) == []


def _line() -> str:
    begins = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(hours=1)
    return f"add 1001 to Sales every day from {begins:%H:%M} for 2h"


def _recurred(point: KillPoint | None, server: Server | None, *, power_cut: bool = False) -> list[str] | str | None:
    """Runs until the occurrence is in effect; returns what is wrong if it was killed at a step, else all steps."""
    with restart_harness(server) as harness:
        clock = StepSignal(armed_by_signal=True, ahead_when_armed=DUE, power_cut=power_cut)
        kill = replace(clock, signal=signal.SIGKILL, name=point.name, number=point.number) if point else clock
        first = harness.start(kill)
        assert harness.type(_line())
        harness.settled(scheduled=0)
        first.send(signal.SIGUSR1)
        _begun(harness, first)
        steps = harness.steps_of(first, whole=point is None)
        if point is None:
            return steps
        ahead = DUE + LEASE_EXPIRED
        second = harness.start(StepSignal(ahead=ahead, armed_by_signal=True, ahead_when_armed=OVER))
        try:
            _begun(harness, second)
            _is_begun_once(harness)
            second.send(signal.SIGUSR1)
            harness.settled(scheduled=0)
            assert harness.changes() == 2, f"{harness.changes()} changes on the PBX after the end"
            assert "1001" not in harness.members("Sales")
        except AssertionError as fault:
            return f"killed at {point}, {steps[-1:]}: {fault}"
    return None


def _begun(harness: RestartHarness, replica: Replica) -> None:
    """Waits until the process is dead, or the occurrence is in effect and nothing but its end is to come."""
    harness.wait_until(lambda: not replica.alive or (harness.accepted() >= 3 and harness.unconfirmed() == 1))


def _is_begun_once(harness: RestartHarness) -> None:
    assert harness.changes() == 1, f"{harness.changes()} changes on the PBX"
    assert "1001" in harness.members("Sales")
    assert len(harness.cards()) == 1, [card.plain for card in harness.cards()]
    assert harness.count("SELECT begun FROM schedules") == 1, "it became due twice"
    assert harness.count("SELECT count(*) FROM schedules WHERE next_at IS NOT NULL") == 1, "nothing comes after it"
