"""The PBX is changed outside Park meanwhile: nothing is overwritten, and the difference is shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.planning.planner import AuthorizedPlan
from bot.sandbox.environment import Sandbox
from bot.worker.lease import LeaseGuard
from tests.faults.scene import DEADLINE, FAST_RETRIES, NOTHING, ConversationHarness


@pytest.fixture
def slow_scene() -> Iterator[ConversationHarness]:
    """A scene in which what was read to plan is always too old to write on."""
    with Sandbox(retry_policy=replace(FAST_RETRIES, reading_lifetime=0.0), pbx_deadline=DEADLINE) as sandbox:
        yield ConversationHarness(sandbox)


def test_between_preview_and_apply_it_is_shown_anew_and_applied_only_then(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to user then Night Desk")
    scene.sandbox.pbx.console_update_group(
        scene.id("Sales"), recall_to="RING_GROUP_ONLY", ring_group_id=scene.sandbox.pbx.state.ring_group_id("Day Desk")
    )
    scene.click(scene.last_ephemeral(), "Apply")
    assert scene.writes == []
    assert NOTHING in scene.last_ephemeral().plain
    assert "Day Desk" in scene.last_ephemeral().plain, "what it is now"
    scene.click(scene.last_ephemeral(), "Apply")
    assert len(scene.writes) == 1
    assert "Day Desk" in scene.card().plain


def test_a_deletion_is_asked_for_again_when_the_group_has_got_members_since(scene: ConversationHarness) -> None:
    scene.do("delete The Lounge")
    scene.sandbox.pbx.console_add_member(scene.id("The Lounge"), "1001")
    scene.click(scene.last_ephemeral(), "Delete")
    assert scene.members("The Lounge") == ["1001"]
    assert "1001" in scene.last_ephemeral().plain
    scene.click(scene.last_ephemeral(), "Delete")
    with pytest.raises(KeyError):
        scene.id("The Lounge")


def test_between_plan_and_write_nothing_is_written_and_what_moved_is_shown(slow_scene: ConversationHarness) -> None:
    console = slow_scene.sandbox.pbx.console_add_member
    _meanwhile(slow_scene, "add 1001 to Sales", lambda: console(slow_scene.id("Sales"), "1008"))
    assert slow_scene.writes == []
    assert slow_scene.members("Sales")[-1] == "1008"
    assert "was changed by somebody else" in slow_scene.last_ephemeral().plain
    assert "1008" in slow_scene.last_ephemeral().plain
    assert NOTHING in slow_scene.last_ephemeral().plain
    slow_scene.click(slow_scene.last_ephemeral(), "Preview again")
    slow_scene.click(slow_scene.last_ephemeral(), "Apply")
    assert slow_scene.members("Sales")[-2:] == ["1008", "1001"]


def test_a_setting_that_moved_between_plan_and_write_is_not_overwritten(slow_scene: ConversationHarness) -> None:
    console = slow_scene.sandbox.pbx.console_update_group
    _meanwhile(slow_scene, "recall Sales to Night Desk", lambda: console(slow_scene.id("Sales"), name="Vendors"))
    assert slow_scene.writes == []
    assert slow_scene.members("Vendors")
    assert "Vendors" in slow_scene.last_ephemeral().plain


def test_a_group_that_went_between_plan_and_write_is_not_made_anew(slow_scene: ConversationHarness) -> None:
    _meanwhile(
        slow_scene, "add 1001 to Sales", lambda: slow_scene.sandbox.pbx.console_delete_group(slow_scene.id("Sales"))
    )
    assert slow_scene.writes == []
    assert "no longer exists" in slow_scene.last_ephemeral().plain


def test_a_move_whose_other_group_moved_between_plan_and_write_is_taken_back(slow_scene: ConversationHarness) -> None:
    console, line = slow_scene.sandbox.pbx.console_add_member, "move 1002 from Sales to Support"
    _meanwhile(slow_scene, line, lambda: console(slow_scene.id("Support"), "1008"))
    assert sorted(slow_scene.members("Sales")) == ["1002", "1003", "1007", "1011"]
    assert slow_scene.members("Support")[-1] == "1008"
    assert NOTHING in slow_scene.last_ephemeral().plain
    assert "now last in the group" in slow_scene.last_ephemeral().plain


def test_what_others_changed_while_park_wrote_is_shown_and_left(scene: ConversationHarness) -> None:
    fault = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.sandbox.pbx.console_add_member(scene.id("Sales"), "1008")
    scene.go_on(fault)
    scene.sandbox.settle()
    assert scene.members("Sales")[-2:] == ["1008", "1001"]
    assert "1008" in scene.card().plain
    assert "1001" in scene.card().plain


@pytest.mark.parametrize(("lifetime", "reads"), [(60.0, 1), (0.0, 2)])
def test_what_was_read_to_plan_is_written_on_only_while_it_is_fresh(lifetime: float, reads: int) -> None:
    policy = replace(FAST_RETRIES, reading_lifetime=lifetime)
    with Sandbox(retry_policy=policy, pbx_deadline=DEADLINE) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("recall Sales to Night Desk")
        about_group = [one.method for one in sandbox.pbx.requests if one.path == scene.path("Sales")]
        assert about_group == ["GET"] * reads + ["POST", "GET"]


@contextmanager
def _between_plan_and_write(action: Callable[[], object]) -> Iterator[None]:
    """Runs the action after a plan is recorded and before the targets are read again."""
    record = LeaseGuard.record_plan

    def recorded(guard: LeaseGuard, planned: AuthorizedPlan) -> None:
        record(guard, planned)
        action()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LeaseGuard, "record_plan", recorded)
        yield


def _meanwhile(scene: ConversationHarness, line: str, action: Callable[[], object]) -> None:
    with _between_plan_and_write(action):
        scene.do(line)
