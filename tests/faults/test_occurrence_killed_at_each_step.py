"""Death at each step of a schedule's occurrence: it begins once, ends once, and recurs the next day."""

import signal
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, restart_harness, server, turn_of
from tests.faults.standstill import Left, failures_after, states_left, taken_up
from tests.faults.steps import DURABLE, StepSignal
from tests.postgres import Server

__all__ = ["server"]

pytestmark = pytest.mark.timeout(900)
DUE, OVER = timedelta(hours=1, minutes=1), timedelta(hours=3)
"""How far the clock is set ahead, so that the occurrence is due, and then so that it is over."""


def test_an_occurrence_begins_once_and_ends_once(server: Server | None) -> None:
    with restart_harness(server) as harness:
        states = _recurred(harness)
        assert {"before commit", "before chat.update", "before sending"} <= set(states[-1].steps)
        assert failures_after(states[turn_of(server)], partial(_what_is_wrong, harness)) == []


def test_a_power_cut_loses_no_occurrence_and_repeats_none() -> None:
    with restart_harness() as harness:
        states = _recurred(harness, power_cut=True)
        assert DURABLE in states[-1].steps
        cut = [left for left in states if not left.is_durable]
        assert failures_after(cut, partial(_what_is_wrong, harness)) == []


def _line() -> str:
    begins = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(hours=1)
    return f"add 1001 to Sales every day from {begins:%H:%M} for 2h"


def _recurred(harness: RestartHarness, *, power_cut: bool = False) -> list[Left]:
    """Runs until the occurrence is in effect; returns what a process that died at each of its steps would have left."""
    armed = StepSignal(armed_by_signal=True, ahead_when_armed=DUE, power_cut=power_cut, stands_still=True)
    first = harness.start(armed)
    assert harness.type(_line())
    harness.settled(scheduled=0)
    with states_left(harness, first) as states:
        first.send(signal.SIGUSR1)
        _begun(harness)
    return states


def _what_is_wrong(harness: RestartHarness, left: Left) -> str | None:
    with taken_up(harness, left, DUE + LEASE_EXPIRED) as park:
        try:
            _begun(harness)
            _is_begun_once(harness)
            park.forward(OVER)
            harness.settled(scheduled=0)
            assert harness.changes() == 2, f"{harness.changes()} changes on the PBX after the end"
            assert "1001" not in harness.members("Sales")
        except AssertionError as fault:
            return f"died {left.steps[-1]}: {fault}"
    return None


def _begun(harness: RestartHarness) -> None:
    """Waits until the occurrence is in effect and nothing but its end is to come."""
    harness.wait_until(lambda: harness.accepted() >= 3 and harness.unconfirmed() == 1)


def _is_begun_once(harness: RestartHarness) -> None:
    assert harness.changes() == 1, f"{harness.changes()} changes on the PBX"
    assert "1001" in harness.members("Sales")
    assert len(harness.cards()) == 1, [card.plain for card in harness.cards()]
    assert harness.count("SELECT begun FROM schedules") == 1, "it became due twice"
    assert harness.count("SELECT count(*) FROM schedules WHERE next_at IS NOT NULL") == 1, "nothing comes after it"
