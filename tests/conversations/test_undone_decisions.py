"""Whoever takes back a decision about a change is told what holds now, and what would change that."""

from collections.abc import Iterator

import pytest

from bot.operations.base import ControlOperation
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

TEMPORARY, LATER, DAILY = (
    "recall Support to Night Desk for 1h",
    "recall Support to Night Desk at 18:00",
    "recall Support to Night Desk every day 22:00 to 23:00",
)
DECISIONS = {
    "extend": ([TEMPORARY, "extend 1 for 1h"], "#1 is in effect until today 12:00", "keep 1"),
    "keep": ([TEMPORARY, "keep 1"], "#1 stays until somebody changes it.", "undo 1"),
    "now": ([LATER, "start 1"], "#1 stays until somebody changes it.", "undo 1"),
    "cancel": ([LATER, "cancel 1"], "#1 was cancelled.", ""),
    "skip": ([DAILY, "skip 1"], "Schedule #1 is active, next Thu 11 Jun 22:00.", "pause schedule 1"),
    "pause_schedule": ([DAILY, "pause schedule 1"], "Schedule #1 is paused.", "resume schedule 1"),
    "resume_schedule": ([DAILY, "pause schedule 1", "resume schedule 1"], "Schedule #1 is active, next", "skip 1"),
    "delete_schedule": ([DAILY, "delete schedule 1"], "Schedule #1 has ended.", ""),
    "adopt": ([DAILY, "adopt 1"], "Schedule #1 is active, next", "delete schedule 1"),
    "resume": (["pause because of works", "resume"], "Park isn't paused.", ""),
}
"""Lines of which the last one is the decision, what is said of its undo, and a line that changes it."""
ELSEWHERE = {
    "pause": "while Park is paused nothing is undone",
    "approve": "needs a policy with approvals: the change is what is undone",
    "refuse": "needs a policy with approvals",
    "decline": "needs a workflow",
}


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        yield ConversationHarness(sandbox)


def test_each_decision_is_undone_here() -> None:
    decisions = {one.operation_id for one in OPERATIONS if issubclass(one, ControlOperation)}
    assert decisions == {*DECISIONS, *ELSEWHERE}


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_undo_of_a_decision_says_what_holds_now(scene: ConversationHarness, decision: str) -> None:
    lines, holds, line = DECISIONS[decision]
    for one in lines:
        scene.do(one)
        if one.startswith("pause because"):
            scene.click(scene.last_ephemeral(), "Pause Park")
    newest = scene.sandbox.park.tenant.journal.newest()
    (number,) = (one for one in range(1, newest + 1) if _operation_of(scene, one) == decision)
    scene.do(f"undo {number}")
    said = scene.last_ephemeral().plain
    assert f"#{number} changed no setting on the PBX" in said
    assert holds in said
    assert line in said


def _operation_of(scene: ConversationHarness, number: int) -> str:
    return str(scene.sandbox.park.tenant.journal.get(number).operations[0]["operation"])


def test_the_undo_of_an_end_says_what_holds_now(scene: ConversationHarness) -> None:
    scene.do(TEMPORARY)
    scene.do("undo 2")
    assert "#1 is in effect until today 11:00" in scene.last_ephemeral().plain
