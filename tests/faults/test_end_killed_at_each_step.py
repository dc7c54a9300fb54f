"""`kill -9` at each step of a temporary change's end: it ends exactly once, and the thread ends true."""

import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, failures_of, restart_harness, server, turn_of
from tests.faults.steps import DURABLE, KillPoint, StepSignal
from tests.postgres import Server

__all__ = ["server"]

pytestmark = pytest.mark.timeout(600)
LINE = "add 1001 to Sales for 1h"
DUE = timedelta(hours=2)
"""How far the clock is set ahead, so that the end is due."""


def test_the_end_is_made_exactly_once_and_the_thread_ends_true(server: Server | None) -> None:
    steps = _ended(None, server)
    assert isinstance(steps, list)
    assert len(steps) > 20
    assert {"before commit", "before chat.postMessage", "before chat.update", "before sending"} <= set(steps)
    assert failures_of(lambda point: _ended(point, server), steps, turn_of(server)) == []


def test_a_power_cut_loses_no_end_and_repeats_none() -> None:
    steps = _ended(None, None, power_cut=True)
    assert isinstance(steps, list)
    assert DURABLE in steps
    assert failures_of(lambda point: _ended(point, None, power_cut=True), steps) == []


def _ended(point: KillPoint | None, server: Server | None, *, power_cut: bool = False) -> list[str] | str | None:
    """Runs until the end; returns what is wrong if it was killed at a step, else the steps of the whole run."""
    with restart_harness(server) as harness:
        clock = StepSignal(armed_by_signal=True, ahead_when_armed=DUE, power_cut=power_cut)
        kill = replace(clock, signal=signal.SIGKILL, name=point.name, number=point.number) if point else clock
        first = harness.start(kill)
        assert harness.type(LINE)
        harness.settled(scheduled=1)
        first.send(signal.SIGUSR1)
        harness.over(first)
        steps = harness.steps_of(first, whole=point is None)
        if point is None:
            return steps
        harness.start(StepSignal(ahead=DUE + LEASE_EXPIRED))
        try:
            harness.settled(scheduled=0)
            _is_ended_once(harness)
        except AssertionError as fault:
            return f"killed at {point}, {steps[-1:]}: {fault}"
    return None


def _is_ended_once(harness: RestartHarness) -> None:
    """Asserts one end; a kill between posting the reply and recording it may show the reply twice."""
    assert harness.changes() == 2, f"{harness.changes()} changes on the PBX"
    assert "1001" not in harness.members("Sales")
    cards = harness.cards()
    assert len(cards) == 1, [card.plain for card in cards]
    assert "· ended" in cards[0].plain
    told = [reply.plain for reply in harness.replies() if "Ended: " in reply.plain]
    assert len(told) in (1, 2), f"{len(told)} replies"
