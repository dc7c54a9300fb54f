"""`kill -9` at each step of a workflow's step: it asks, the change is made once, and Slack is told of it once."""

import signal
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.sandbox.environment import POLICY
from bot.sandbox.slack.model import StepExecution
from tests.faults.replica import Replica
from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, failures_of, restart_harness, server, turn_of
from tests.faults.steps import KillPoint, StepSignal
from tests.postgres import Server

__all__ = ["server"]

pytestmark = pytest.mark.timeout(900)
WORKFLOWS = '\n[workflows]\nchannels = ["{phones}"]\n'


def test_a_step_asks_and_is_reported_once(server: Server | None) -> None:
    steps = _executed(None, server)
    assert isinstance(steps, list)
    assert {"before commit", "before chat.postMessage", "before functions.completeSuccess"} <= set(steps)
    assert failures_of(lambda point: _executed(point, server), steps, turn_of(server)) == []


def _executed(point: KillPoint | None, server: Server | None) -> list[str] | str | None:
    """Executes a step and clicks; returns what is wrong if Park was killed at a point, else all steps."""
    with restart_harness(server, policy=POLICY + WORKFLOWS) as harness:
        sandbox = harness.sandbox
        kill = StepSignal()
        kill = replace(kill, signal=signal.SIGKILL, name=point.name, number=point.number) if point else kill
        first = harness.start(kill)
        inputs = {"channel_id": sandbox.channels["phones"], "action": "add", "members": "1001", "group": "Sales"}
        execution, _ = sandbox.slack.run_step("members", inputs)
        _go_on(harness, first, execution)
        steps = harness.steps_of(first, whole=point is None)
        if point is None:
            return steps
        second = harness.start(StepSignal(ahead=LEASE_EXPIRED))
        try:
            if not harness.accepted():
                assert sandbox.slack.deliver_again("events_api").ok, "not acknowledged after the restart"
            _go_on(harness, second, execution)
            _is_reported_once(harness, execution)
        except AssertionError as fault:
            return f"killed at {point}: {fault}"
    return None


def _go_on(harness: RestartHarness, replica: Replica, execution: StepExecution) -> None:
    """Waits for the proposal, clicks unless that was done, and waits for the end of the step, or of the process."""
    _await(harness, replica, lambda: execution.status != "running" or harness.unconfirmed(scheduled=True) == 1)
    if replica.alive and execution.status == "running" and harness.accepted() == 1:
        card = next(one for one in harness.cards() if "[Do it]" in one.plain)
        harness.sandbox.slack.click(harness.sandbox.people["ana"], card, label="Do it")
    _await(harness, replica, lambda: execution.status != "running" and not harness.unconfirmed())


def _await(harness: RestartHarness, replica: Replica, is_so: Callable[[], bool]) -> None:
    harness.wait_until(lambda: not replica.alive or is_so())


def _is_reported_once(harness: RestartHarness, execution: StepExecution) -> None:
    assert execution.status == "completed", execution
    assert execution.outputs["outcome"] == "done"
    assert harness.changes() == 1, f"{harness.changes()} changes on the PBX"
    taken = [one for one in harness.sandbox.slack.calls if one.method == "functions.completeSuccess"]
    assert sum(bool((one.answer or {}).get("ok")) for one in taken) == 1
    assert any("Proposal accepted" in card.plain for card in harness.cards()), [one.plain for one in harness.cards()]
