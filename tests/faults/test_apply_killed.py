"""`kill -9` before and after each write of a plan of many changes: it is completed, and one undo undoes it."""

import signal

import pytest

from tests.faults.restarts import LEASE_EXPIRED, restart_harness
from tests.faults.steps import StepSignal

pytestmark = pytest.mark.timeout(600)
WRITES = 4
"""The file of the sandbox takes a settings update, a member who leaves and joins, and one who only leaves."""


@pytest.mark.parametrize("at", ["before POST /api/call_park_groups", "after POST /api/call_park_groups"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_a_killed_apply_is_completed_and_undone_as_one(at: str, number: int) -> None:
    _is_completed_and_undone(at, number, power_cut=False)


@pytest.mark.parametrize(
    ("at", "number"), [("before POST /api/call_park_groups", WRITES), ("after POST /api/call_park_groups", WRITES)]
)
def test_an_apply_is_completed_after_a_power_cut(at: str, number: int) -> None:
    _is_completed_and_undone(at, number, power_cut=True)


def _is_completed_and_undone(at: str, number: int, *, power_cut: bool) -> None:
    with restart_harness() as harness:
        sandbox, ana = harness.sandbox, harness.sandbox.people["ana"]
        first = harness.start(StepSignal(signal=signal.SIGKILL, name=at, number=number, power_cut=power_cut))
        harness.type("apply F07SETUP001")
        shown = sandbox.slack.wait_for(lambda: harness.ephemerals())[-1]
        assert sandbox.slack.click(ana, shown, label="Apply").ok
        harness.over(first)
        assert not first.alive
        harness.steps_of(first)
        second = harness.start(StepSignal(ahead=LEASE_EXPIRED))
        harness.over(second)
        assert harness.members("Billing") == ["1055", "1012"]
        assert harness.members("Sales for Partners") == ["1013"]
        assert sandbox.pbx.state.groups[harness.id("Billing")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"
        assert harness.changes() == WRITES, "each write was made once"
        assert "Applied night.yaml" in harness.card().plain
        assert sandbox.slack.click(ana, harness.card(), label="Undo").ok
        harness.over(second)
        assert set(harness.members("Billing")) == {"1055", "1054"}
        assert set(harness.members("Sales for Partners")) == {"1012", "1013"}
