"""The PBX rejects a change half-way: what was written is rolled back, and the user is told why and what would work."""

from bot.sandbox.pbx.faults import FaultKind
from tests.faults.scene import NOTHING, ConversationHarness


def test_a_bulk_refused_at_the_third_of_five_is_taken_back_and_a_button_moves_that_one(
    scene: ConversationHarness,
) -> None:
    before = scene.members("Sales")
    scene.do("add 1001, 1004, 1020, 1005, 1006 to Sales")
    assert scene.members("Sales") == before
    assert "1020 is in Support" in scene.card().plain
    assert NOTHING in scene.card().plain
    assert scene.mentions(scene.reply())
    scene.click(scene.card(), "move 1020 to Sales")
    assert scene.members("Sales") == [*before, "1020"]
    assert "1020" not in scene.members("Support")


def test_a_move_whose_second_half_is_refused_is_taken_back_and_says_who_stands_last_now(
    scene: ConversationHarness,
) -> None:
    scene.fail(FaultKind.STATUS, f"POST {scene.path('Support')}/members/1002", status=400)
    scene.do("move 1002 from Sales to Support")
    assert sorted(scene.members("Sales")) == ["1002", "1003", "1007", "1011"]
    assert "1002" not in scene.members("Support")
    assert "Not done" in scene.card().plain
    assert scene.members("Sales")[-1] == "1002"
    assert "now last in the group" in scene.reply().plain
    assert scene.mentions(scene.reply())


def test_a_move_that_is_refused_at_once_reorders_nobody_and_says_nothing_of_it(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.STATUS, "POST */members/1002/destroy", status=400)
    scene.do("move 1002 from Sales to Support")
    assert scene.members("Sales")[0] == "1002"
    assert "now last in the group" not in scene.reply().plain
    assert NOTHING in scene.reply().plain


def test_what_could_not_be_taken_back_is_not_called_nothing(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.STATUS, "POST */members/1001/destroy", status=400)
    scene.do("add 1001, 1020 to Sales")
    assert scene.members("Sales")[-1] == "1001"
    assert "Part of it may be in effect" in scene.card().plain
    assert NOTHING not in scene.card().plain
    assert scene.mentions(scene.reply())


def test_a_member_that_the_console_added_meanwhile_is_not_taken_back(scene: ConversationHarness) -> None:
    fault = scene.hold("POST */members/1020")
    scene.slash("add 1001, 1020 to Sales")
    scene.reached(fault)
    scene.sandbox.pbx.console_add_member(scene.id("Sales"), "1008")
    scene.go_on(fault)
    scene.sandbox.settle()
    assert "1008" in scene.members("Sales")
    assert "Part of it may be in effect" in scene.card().plain


def test_a_refusal_without_a_reason_is_passed_on_as_such(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.switches.error_bodies = False
    scene.fail(FaultKind.STATUS, status=400)
    scene.do("recall Sales to Night Desk")
    assert "The PBX rejected it" in scene.card().plain
    assert NOTHING in scene.card().plain
