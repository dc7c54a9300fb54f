"""Death at each step of a temporary change's end: it ends exactly once, and the thread ends true."""

import signal
from datetime import timedelta
from functools import partial

import pytest

from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, restart_harness, server, turn_of
from tests.faults.standstill import Left, failures_after, states_left, taken_up
from tests.faults.steps import DURABLE, StepSignal
from tests.postgres import Server

__all__ = ["server"]

pytestmark = pytest.mark.timeout(600)
LINE = "add 1001 to Sales for 1h"
DUE = timedelta(hours=2)
"""How far the clock is set ahead, so that the end is due."""


def test_the_end_is_made_exactly_once_and_the_thread_ends_true(server: Server | None) -> None:
    with restart_harness(server) as harness:
        states = _ended(harness)
        steps = states[-1].steps
        assert len(steps) > 20
        assert {"before commit", "before chat.postMessage", "before chat.update", "before sending"} <= set(steps)
        assert failures_after(states[turn_of(server)], partial(_what_is_wrong, harness)) == []


def test_a_power_cut_loses_no_end_and_repeats_none() -> None:
    with restart_harness() as harness:
        states = _ended(harness, power_cut=True)
        assert DURABLE in states[-1].steps
        cut = [left for left in states if not left.is_durable]
        assert failures_after(cut, partial(_what_is_wrong, harness)) == []


def _ended(harness: RestartHarness, *, power_cut: bool = False) -> list[Left]:
    """Runs until the end; returns what a process that died at each of its steps would have left."""
    armed = StepSignal(armed_by_signal=True, ahead_when_armed=DUE, power_cut=power_cut, stands_still=True)
    first = harness.start(armed)
    assert harness.type(LINE)
    harness.settled(scheduled=1)
    with states_left(harness, first) as states:
        first.send(signal.SIGUSR1)
        harness.over(first)
    return states


def _what_is_wrong(harness: RestartHarness, left: Left) -> str | None:
    with taken_up(harness, left, DUE + LEASE_EXPIRED):
        try:
            harness.settled(scheduled=0)
            _is_ended_once(harness)
        except AssertionError as fault:
            return f"died {left.steps[-1]}: {fault}"
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
