"""Death before and after each write of a plan of many changes: it is completed, and one undo undoes it."""

from functools import partial

import pytest

from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, restart_harness
from tests.faults.standstill import Left, failures_after, states_left, taken_up
from tests.faults.steps import StepSignal

pytestmark = pytest.mark.timeout(600)
WRITES = 4
"""The file of the sandbox takes a settings update, a member who leaves and joins, and one who only leaves."""
WRITE = "before POST /api/call_park_groups"


def test_an_apply_that_died_is_completed_and_undone_as_one() -> None:
    with restart_harness() as harness:
        assert failures_after(_around_writes(_applied(harness)), partial(_what_is_wrong, harness)) == []


def test_an_apply_is_completed_after_a_power_cut() -> None:
    with restart_harness() as harness:
        cut = [left for left in _around_writes(_applied(harness, power_cut=True)) if not left.is_durable]
        assert failures_after(cut, partial(_what_is_wrong, harness)) == []


def _around_writes(states: list[Left]) -> list[Left]:
    """Returns those before and after each write."""
    writes = [number for number, left in enumerate(states) if left.steps[-1].startswith(WRITE)]
    assert len(writes) == WRITES
    return [states[number + further] for number in writes for further in (0, 1)]


def _applied(harness: RestartHarness, *, power_cut: bool = False) -> list[Left]:
    """Applies the file; returns what a process that died at each step would have left."""
    first = harness.start(StepSignal(power_cut=power_cut, stands_still=True))
    with states_left(harness, first) as states:
        harness.type("apply F07SETUP001")
        shown = harness.sandbox.slack.wait_for(lambda: harness.ephemerals())[-1]
        assert harness.sandbox.slack.click(harness.sandbox.people["ana"], shown, label="Apply").ok
        harness.over(first)
    return states


def _what_is_wrong(harness: RestartHarness, left: Left) -> str | None:
    with taken_up(harness, left, LEASE_EXPIRED):
        try:
            _is_completed_and_undone(harness)
        except AssertionError as fault:
            return f"died {left.steps[-1]}: {fault}"
    return None


def _is_completed_and_undone(harness: RestartHarness) -> None:
    sandbox = harness.sandbox
    harness.settled(scheduled=0)
    assert harness.members("Billing") == ["1055", "1012"]
    assert harness.members("Sales for Partners") == ["1013"]
    assert sandbox.pbx.state.groups[harness.id("Billing")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"
    assert harness.changes() == WRITES, "each write was made once"
    assert "Applied night.yaml" in harness.card().plain
    assert sandbox.slack.click(sandbox.people["ana"], harness.card(), label="Undo").ok
    harness.settled(scheduled=0)
    assert set(harness.members("Billing")) == {"1055", "1054"}
    assert set(harness.members("Sales for Partners")) == {"1012", "1013"}
