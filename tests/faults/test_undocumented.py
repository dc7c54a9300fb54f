"""Behaviour of the PBX that its documentation does not describe, from the command to the confirmation."""

from typing import Any

import pytest

from bot.sandbox.pbx.faults import FaultKind
from bot.sandbox.pbx.switches import ErrorResponse, Switches
from tests.faults.scene import NOTHING, ConversationHarness

BUSY = ErrorResponse(400, "VALIDATE_FAILED", "The group has members.")
LINES = (
    "server recall time 5m30s",
    "server recall to user then Night Desk",
    "server recall to user",
    "recall Sales to user then Night Desk",
    "recall Support to user",
    "rename Support to Helpers",
    'create "Field Staff" recall to ring group Night Desk',
    "add 1001 to Field Staff",
    "move 1002 from Sales to Field Staff",
    "remove 1001 from Field Staff",
)


KINDS = (
    ("partial", "null", "assigned"),
    ("partial", "empty", "sorted"),
    ("partial", "missing", "assigned"),
    ("replacing", "null", "sorted"),
    ("replacing", "empty", "assigned"),
    ("replacing", "missing", "sorted"),
)
"""Each two values of different switches in one of them."""


@pytest.mark.parametrize(("updates", "blanks", "members"), KINDS)
def test_a_days_work_is_done_on_every_kind_of_pbx(
    scene: ConversationHarness, updates: Any, blanks: Any, members: Any
) -> None:
    scene.sandbox.pbx.switches = Switches(updates=updates, blanks=blanks, members=members, nulls="refused")
    for line in LINES:
        scene.do(line)
        assert "· done" in scene.cards()[-1].plain, (line, scene.cards()[-1].plain)
        assert "The PBX also changed these settings" not in scene.replies()[-1].plain
    state = scene.sandbox.pbx.state
    assert (state.server["recall_time"], state.server["recall_to"]) == (330, "USER_ONLY")
    assert scene.members("Field Staff") == ["1002"]
    assert state.groups[scene.id("Sales")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"
    assert len(scene.writes) == len(LINES) + 1, "a move is two"


@pytest.mark.parametrize("updates", ["partial", "replacing"])
def test_settings_of_a_newer_pbx_survive_an_update(scene: ConversationHarness, updates: Any) -> None:
    scene.sandbox.pbx.switches = Switches(newer=True, updates=updates)
    scene.sandbox.pbx.console_update_server(send_notification_to_parker=True, recall_ring_group_time=90)
    scene.sandbox.pbx.console_update_group(scene.id("Sales"), description="Inside sales, Lyon")
    scene.do("server recall time 5m30s")
    scene.do("recall Sales to Night Desk")
    assert scene.sandbox.pbx.state.server["send_notification_to_parker"] is True
    assert scene.sandbox.pbx.state.server["recall_ring_group_time"] == 90
    assert scene.sandbox.pbx.state.groups[scene.id("Sales")]["description"] == "Inside sales, Lyon"
    assert all("· done" in card.plain for card in scene.cards())


def test_what_is_only_shown_is_never_sent_back(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.console_set_prompt()
    scene.do("server recall time 5m30s")
    scene.do("recall Sales to Night Desk")
    sent = [heard.body for heard in scene.sandbox.pbx.writes]
    assert len(sent) == 2
    assert not any(key == "id" or key.startswith("prompt_file_") for body in sent for key in body)
    assert all("· done" in card.plain for card in scene.cards())


def test_a_shown_field_that_is_refused_is_named_and_nothing_is_sent_in_its_place(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.switches = Switches(shown_only=True)
    scene.do("recall Sales to Night Desk")
    assert len(scene.writes) == 1
    assert scene.changes() == 0
    assert "revision" in scene.card().plain
    assert NOTHING in scene.card().plain
    assert scene.mentions(scene.reply())


def test_a_prompt_that_an_update_cleared_is_noticed_and_said(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.switches = Switches(prompt="cleared")
    scene.sandbox.pbx.console_set_prompt()
    scene.do("server recall time 5m30s")
    assert "· done" in scene.card().plain
    assert "prompt" in scene.reply().plain
    assert "what callers hear" in scene.reply().plain


@pytest.mark.parametrize("prompt", ["one-moment-please.wav", None])
def test_a_prompt_that_was_kept_is_not_talked_about(scene: ConversationHarness, prompt: str | None) -> None:
    scene.sandbox.pbx.console_set_prompt(prompt)
    scene.do("server recall time 5m30s")
    assert "prompt" not in scene.reply().plain


@pytest.mark.parametrize("refusal", [None, BUSY])
def test_a_group_with_members_is_deleted_whole_or_emptied_first(
    scene: ConversationHarness, refusal: ErrorResponse | None
) -> None:
    scene.sandbox.pbx.switches = Switches(delete_with_members=refusal)
    scene.do("delete Billing")
    scene.click(scene.last_ephemeral(), "Delete")
    with pytest.raises(KeyError):
        scene.id("Billing")
    assert "· done" in scene.card().plain
    assert len(scene.writes) == (4 if refusal else 1)


def test_a_group_that_can_not_be_deleted_after_all_has_its_members_back_in_order(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.switches = Switches(delete_with_members=BUSY)
    scene.do("delete Billing")
    scene.fail(FaultKind.STATUS, f"POST {scene.path('Billing')}/destroy", status=400, times=2)
    scene.click(scene.last_ephemeral(), "Delete")
    assert scene.members("Billing") == ["1055", "1054"]
    assert NOTHING in scene.card().plain
    assert "now last in the group" not in scene.reply().plain


@pytest.mark.parametrize("here", [None, ErrorResponse(409, "UNKNOWN", "Exists already.")])
def test_a_member_whom_somebody_else_adds_first_counts_as_added(
    scene: ConversationHarness, here: ErrorResponse | None
) -> None:
    scene.sandbox.pbx.switches = Switches(already_here=here)
    fault = scene.hold("POST */members/1001")
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.sandbox.pbx.console_add_member(scene.id("Sales"), "1001")
    scene.go_on(fault)
    scene.sandbox.settle()
    assert scene.members("Sales").count("1001") == 1
    assert "· done" in scene.card().plain


@pytest.mark.parametrize("gone", [None, ErrorResponse(400, "VALIDATE_FAILED", "No such member.")])
def test_a_member_whom_somebody_else_takes_out_first_counts_as_removed(
    scene: ConversationHarness, gone: ErrorResponse | None
) -> None:
    scene.sandbox.pbx.switches = Switches(not_a_member=gone)
    fault = scene.hold("POST */members/1002/destroy")
    scene.slash("remove 1002 from Sales")
    scene.reached(fault)
    scene.sandbox.pbx.console_remove_member(scene.id("Sales"), "1002")
    scene.go_on(fault)
    scene.sandbox.settle()
    assert "1002" not in scene.members("Sales")
    assert "· done" in scene.card().plain


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_name_that_somebody_else_takes_first_is_not_overwritten(scene: ConversationHarness, status: int) -> None:
    scene.sandbox.pbx.switches = Switches(duplicate_name=ErrorResponse(status, "UNKNOWN", "Taken."))
    fault = scene.hold("POST /api/call_park_groups")
    scene.slash('create "Field Staff" recall to ring group Night Desk')
    scene.reached(fault)
    theirs = scene.sandbox.pbx.console_create_group("Field Staff", ["1001"])
    scene.go_on(fault)
    scene.sandbox.settle()
    assert scene.sandbox.pbx.state.groups[theirs]["recall_to"] == "USER_ONLY"
    assert scene.members("Field Staff") == ["1001"]
    assert "· done" not in scene.card().plain
    assert scene.mentions(scene.reply())


@pytest.mark.parametrize("filtering", ["supported", "ignored", "refused"])
def test_groups_are_created_and_found_whatever_becomes_of_filters(scene: ConversationHarness, filtering: Any) -> None:
    scene.sandbox.pbx.switches = Switches(filter=filtering, search="ignored", eq_ignores_case=True)
    scene.do('create "Field Staff"')
    scene.do("add 1001 to Field Staff")
    assert scene.members("Field Staff") == ["1001"]


@pytest.mark.parametrize("bodies", [True, False])
def test_a_user_of_another_group_is_explained_without_the_pbxs_help(scene: ConversationHarness, bodies: bool) -> None:
    scene.sandbox.pbx.switches = Switches(error_bodies=bodies, in_other_group=ErrorResponse(422, "UNKNOWN", "No."))
    scene.do("add 1020 to Sales")
    assert "1020 is in Support" in scene.card().plain
    scene.click(scene.card(), "move 1020 to Sales")
    assert scene.members("Sales")[-1] == "1020"
