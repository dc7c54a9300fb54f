"""Death at each step of a workflow's step: it asks, the change is made once, and Slack is told of it once."""

from functools import partial

import pytest

from bot.sandbox.environment import POLICY
from bot.sandbox.slack.model import StepExecution
from tests.faults.restarts import LEASE_EXPIRED, RestartHarness, restart_harness, server, turn_of
from tests.faults.standstill import Left, failures_after, states_left, taken_up
from tests.faults.steps import StepSignal
from tests.postgres import Server

__all__ = ["server"]

pytestmark = pytest.mark.timeout(900)
WORKFLOWS = '\n[workflows]\nchannels = ["{phones}"]\n'


def test_a_step_asks_and_is_reported_once(server: Server | None) -> None:
    with restart_harness(server, policy=POLICY + WORKFLOWS) as harness:
        states = _executed(harness)
        steps = states[-1].steps
        assert {"before commit", "before chat.postMessage", "before functions.completeSuccess"} <= set(steps)
        assert failures_after(states[turn_of(server)], partial(_what_is_wrong, harness)) == []


def _executed(harness: RestartHarness) -> list[Left]:
    """Executes a step and clicks; returns what a process that died at each of its steps would have left."""
    sandbox, first = harness.sandbox, harness.start(StepSignal(stands_still=True))
    inputs = {"channel_id": sandbox.channels["phones"], "action": "add", "members": "1001", "group": "Sales"}
    with states_left(harness, first) as states:
        sandbox.slack.run_step("members", inputs)
        _go_on(harness)
    return states


def _what_is_wrong(harness: RestartHarness, left: Left) -> str | None:
    with taken_up(harness, left, LEASE_EXPIRED):
        try:
            if not harness.accepted():
                assert harness.sandbox.slack.deliver_again("events_api").ok, "not acknowledged after the restart"
            _go_on(harness)
            _is_reported_once(harness)
        except AssertionError as fault:
            return f"died {left.steps[-1]}: {fault}"
    return None


def _execution(harness: RestartHarness) -> StepExecution:
    (only,) = harness.sandbox.slack.state.workflows.executions.values()
    return only


def _go_on(harness: RestartHarness) -> None:
    """Waits for the proposal, clicks unless that was done, and waits for the end of the step."""
    execution = _execution(harness)
    harness.wait_until(lambda: execution.status != "running" or harness.unconfirmed(scheduled=True) == 1)
    if execution.status == "running" and harness.accepted() == 1:
        card = next(one for one in harness.cards() if "[Do it]" in one.plain)
        harness.sandbox.slack.click(harness.sandbox.people["ana"], card, label="Do it")
    harness.wait_until(lambda: execution.status != "running" and not harness.unconfirmed())


def _is_reported_once(harness: RestartHarness) -> None:
    execution = _execution(harness)
    assert execution.status == "completed", execution
    assert execution.outputs["outcome"] == "done"
    assert harness.changes() == 1, f"{harness.changes()} changes on the PBX"
    taken = [one for one in harness.sandbox.slack.calls if one.method == "functions.completeSuccess"]
    assert sum(bool((one.answer or {}).get("ok")) for one in taken) == 1
    assert any("Proposal accepted" in card.plain for card in harness.cards()), [one.plain for one in harness.cards()]
