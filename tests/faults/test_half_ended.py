"""An end that has failed half-way tells what it wrote as its own, is not moved, and is undone as a whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.journal.models import State
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.faults import FaultKind
from tests.faults.scene import ConversationHarness
from tests.faults.test_late_ends import (
    END,
    POLICY,
    end_to_be_retried,
    parts_of_the_end,
    state,
    status,
    until_ended,
    until_late,
)
from tests.waiting import PATIENCE, wait_until

TAKEN_BACK = {
    "add 1001 to Sales for 1h": {"member 1001"},
    "add 1001, 1008 to Sales for 1h": {"member 1001", "member 1008"},
    "recall Sales to Night Desk for 1h": {"recall_to"},
}
"""What the end of a change of Sales takes back, by the line of the change."""
MEANWHILE = ["add 1009 to Sales", "rename Sales to Selling"]


@pytest.mark.parametrize("meanwhile", MEANWHILE)
@pytest.mark.parametrize("line", TAKEN_BACK)
def test_what_an_end_wrote_without_an_answer_is_told_as_its_own(line: str, meanwhile: str) -> None:
    with Sandbox(retry_policy=replace(POLICY, retry_delay=timedelta(minutes=5)), now=ORDINARY_INSTANT) as sandbox:
        scene = ConversationHarness(sandbox)
        before = scene.members("Sales"), sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"]
        group = scene.id("Sales")
        scene.do(line)
        late = scene.fail(FaultKind.LATE, seconds=0.5)
        until_late(scene)
        sandbox.settle()
        assert late.landed.wait(PATIENCE)
        scene.do(meanwhile)
        assert sandbox.park.tenant.journal.get(3).state is State.DONE
        until_ended(scene)
        name = sandbox.pbx.state.groups[group]["name"]
        assert set(scene.members(name)) - {"1009"} == set(before[0])
        assert sandbox.pbx.state.groups[group]["recall_to"] == before[1]
        assert state(scene) is State.DONE
        assert "already" not in scene.cards()[0].plain
        assert parts_of_the_end(scene) == TAKEN_BACK[line]
        scene.do("undo 2")
        again = {member.removeprefix("member ") for member in TAKEN_BACK[line] if member.startswith("member")}
        assert again <= set(scene.members(name))
        assert (sandbox.pbx.state.groups[group]["recall_to"] == before[1]) == bool(again)


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=POLICY, now=ORDINARY_INSTANT, pbx_deadline=1.0) as sandbox:
        yield ConversationHarness(sandbox)


@pytest.fixture
def half_ended(scene: ConversationHarness) -> list[str]:
    """The members of Sales before a change of two members, whose end takes back one of them and then fails."""
    before = scene.members("Sales")
    scene.do("add 1001, 1008 to Sales for 1h")
    path = scene.path("Sales")
    for write in ("members/1008/destroy", "members/1001"):
        scene.sandbox.pbx.faults.add(status(403, f"POST {path}/{write}"))
    until_late(scene)
    until_next_attempt_is_far(scene)
    assert scene.members("Sales") == [*before, "1008"]
    return before


def until_next_attempt_is_far(scene: ConversationHarness) -> None:
    """Lets the end fail for some minutes, so that no attempt is made while people decide about it."""

    def is_far() -> bool:
        end = scene.sandbox.park.tenant.journal.get(END)
        wait = (end.due_at or end.run_at) - scene.sandbox.park.tenant.journal.now()
        return end.state is State.SCHEDULED and wait > timedelta(minutes=2)

    scene.sandbox.forward(timedelta(minutes=4))
    wait_until(is_far)


@pytest.mark.parametrize("line", ["keep 1", "extend 1 for 2h", "extend Sales until 23:00", "keep Sales"])
@pytest.mark.parametrize("planned_anew", [False, True])
def test_an_end_that_is_half_made_is_neither_called_off_nor_moved(
    scene: ConversationHarness, half_ended: list[str], line: str, planned_anew: bool
) -> None:
    if planned_anew:  # by somebody else's change the end's plan begins with what it has left itself
        scene.sandbox.pbx.state.members[scene.id("Sales")].remove(half_ended[0])
        attempt = scene.sandbox.park.tenant.journal.get(END).attempt
        wait_until(lambda: end_to_be_retried(scene).attempt > attempt + 1)
        wait_until(lambda: state(scene) is State.SCHEDULED)
        half_ended = half_ended[1:]
    scene.do(line)
    said = scene.last_ephemeral().plain
    assert "a part of it has ended already. Nothing was changed" in said
    assert "Late to end" in scene.card().plain
    assert not state(scene).ended
    scene.sandbox.pbx.faults.clear()
    until_ended(scene)
    assert state(scene) is State.DONE
    assert scene.members("Sales") == half_ended


@pytest.mark.parametrize(("line", "stays"), [("keep 1", True), ("extend 1 for 2h", False)])
def test_what_is_half_ended_can_be_made_again_instead(
    scene: ConversationHarness, half_ended: list[str], line: str, stays: bool
) -> None:
    scene.do(line)
    scene.sandbox.pbx.faults.clear()
    scene.click(scene.last_ephemeral(), "Do it again")
    scene.sandbox.settle()
    assert state(scene) is State.CANCELLED
    assert sorted(scene.members("Sales")) == sorted([*half_ended, "1001", "1008"])
    assert "Replaced" in scene.cards()[0].plain
    scene.sandbox.forward(timedelta(hours=2, minutes=1))
    scene.sandbox.settle()
    wait_until(lambda: ("1008" in scene.members("Sales")) is stays)
    assert ("1001" in scene.members("Sales")) is stays


@pytest.mark.parametrize("line", ["keep 1", "extend 1 for 2h"])
def test_an_end_whose_attempts_have_left_nothing_is_called_off_or_moved(scene: ConversationHarness, line: str) -> None:
    scene.do("add 1001, 1008 to Sales for 1h")
    scene.sandbox.pbx.faults.add(status(403, f"POST {scene.path('Sales')}/members/1008/destroy"))
    until_late(scene)
    until_next_attempt_is_far(scene)
    members = sorted(scene.members("Sales"))
    assert {"1001", "1008"} <= set(members)
    scene.do(line)
    assert "Late to end" not in scene.card().plain
    assert sorted(scene.members("Sales")) == members


def test_whoever_completes_a_half_made_end_can_undo_all_of_it(
    scene: ConversationHarness, half_ended: list[str]
) -> None:
    scene.sandbox.pbx.faults.clear()
    scene.do("undo 1")
    assert state(scene) is State.CANCELLED
    assert scene.members("Sales") == half_ended
    scene.do("undo 3")
    assert sorted(scene.members("Sales")) == sorted([*half_ended, "1001", "1008"])
    scene.do("undo 4")
    assert scene.members("Sales") == half_ended


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("line", TAKEN_BACK)
def test_a_change_of_which_an_undo_finds_nothing_left_has_ended(line: str, by_itself: bool) -> None:
    """Its end may have written all without an answer, or somebody has taken it back outside Park."""
    with Sandbox(retry_policy=replace(POLICY, retry_delay=timedelta(minutes=5)), now=ORDINARY_INSTANT) as sandbox:
        scene = ConversationHarness(sandbox)
        id, groups, members = scene.id("Sales"), sandbox.pbx.state.groups, sandbox.pbx.state.members
        recall_to, before = groups[id]["recall_to"], scene.members("Sales")
        scene.do(line)
        if by_itself:
            late = scene.fail(FaultKind.LATE, seconds=0.5)
            until_late(scene)
            sandbox.settle()
            assert late.landed.wait(PATIENCE)
        groups[id]["recall_to"], members[id] = recall_to, list(before)
        scene.do("undo 1")
        assert "Nothing of #1 is left" in scene.last_ephemeral().plain
        assert state(scene) is (State.DONE if by_itself else State.ALREADY)
        assert "· ended" in scene.card().plain
        assert parts_of_the_end(scene) == (TAKEN_BACK[line] if by_itself else set())
