"""A write to the PBX that fails in each way there is: made once or not at all, and the person is told which."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import FaultKind
from bot.worker.lease import RetryPolicy
from tests.faults.scene import DEADLINE, FAST_RETRIES, NOTHING, ConversationHarness
from tests.waiting import PATIENCE

LINES = {
    "add 1001 to Sales": "POST */members/1001",
    "remove 1002 from Sales": "POST */members/1002/destroy",
    "recall Sales to user then Night Desk": "POST /api/call_park_groups/*",
    'create "Field Staff"': "POST /api/call_park_groups",
    "server recall time 5m30s": "POST /api/call_park",
    "rename Sales to Vendors": "POST /api/call_park_groups/*",
}
"""One line for each kind of write, with the request that makes it."""
LANDS = {
    "dropped after": {"kind": FaultKind.DROP_AFTER},
    "500": {"kind": FaultKind.STATUS, "status": 500, "lands": True},
    "502 without JSON": {"kind": FaultKind.GATEWAY, "lands": True},
    "late answer": {"kind": FaultKind.SLOW, "seconds": DEADLINE + 0.1},
    "trickling body": {"kind": FaultKind.TRICKLE, "seconds": 0.2},
    "cut JSON": {"kind": FaultKind.MALFORMED},
}
"""Faults that lose the response of a write that was made."""
IS_LOST = {
    "dropped before": {"kind": FaultKind.DROP_BEFORE},
    "500": {"kind": FaultKind.STATUS, "status": 500},
    "502 without JSON": {"kind": FaultKind.GATEWAY},
    "redirected": {"kind": FaultKind.REDIRECT},
}
"""Faults that look the same to Park, although nothing was written."""


@pytest.mark.parametrize("fault", LANDS)
def test_a_write_that_landed_without_an_answer_is_found_and_confirmed(scene: ConversationHarness, fault: str) -> None:
    for number, (line, write) in enumerate(LINES.items(), 1):
        scene.fail(match=write, **LANDS[fault])  # type: ignore[arg-type]
        scene.do(line)
        assert scene.changes() == len(scene.writes) == number, line
        assert "· done" in scene.cards()[-1].plain
        assert "Done and verified on the PBX" in scene.replies()[-1].plain


@pytest.mark.parametrize("fault", IS_LOST)
def test_a_write_that_never_landed_is_unknown_and_not_sent_again(scene: ConversationHarness, fault: str) -> None:
    for number, (line, write) in enumerate(LINES.items(), 1):
        scene.fail(match=write, **IS_LOST[fault])  # type: ignore[arg-type]
        scene.do(line)
        assert (scene.changes(), len(scene.writes)) == (0, number), line
        assert "Unknown" in scene.cards()[-1].plain
        assert NOTHING not in scene.cards()[-1].plain
        assert scene.mentions(scene.replies()[-1])


def test_a_write_that_lands_late_is_found_while_park_looks(scene: ConversationHarness) -> None:
    fault = scene.fail(FaultKind.LATE, seconds=0.1)
    scene.do("add 1001 to Sales")
    assert fault.landed.is_set()
    assert scene.changes() == len(scene.writes) == 1
    assert "· done" in scene.card().plain


def test_a_write_that_lands_after_park_stopped_looking_was_called_unknown_and_is_there_once() -> None:
    with Sandbox(retry_policy=RetryPolicy(verify_delays=(0.01,)), pbx_deadline=DEADLINE) as sandbox:
        scene = ConversationHarness(sandbox)
        fault = scene.fail(FaultKind.LATE, seconds=1.5)
        scene.do("add 1001 to Sales")
        assert "So far nothing of it shows" in scene.card().plain
        assert "may" in scene.card().plain
        assert fault.landed.wait(PATIENCE)
        scene.click(scene.card(), "Check and try again")
        assert "Nothing to change" in scene.last_ephemeral().plain
        assert scene.changes() == len(scene.writes) == 1


def test_a_throttled_write_is_sent_again_after_the_time_the_pbx_asked_for(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.THROTTLED, retry_after="0")
    scene.do("add 1001 to Sales")
    assert (scene.changes(), len(scene.writes)) == (1, 2)
    assert "· done" in scene.card().plain


def test_a_write_throttled_for_longer_than_a_call_may_take_is_made_later(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.THROTTLED, retry_after="60")
    scene.do("add 1001, 1004 to Sales")
    assert scene.changes() == 2
    assert "· done" in scene.card().plain


def test_a_token_that_runs_out_before_the_write_is_renewed_once() -> None:
    pbx = FakePbx()
    signed_in: dict[str, Any] = {"pbx_username": pbx.username, "pbx_password": pbx.password, "pbx_domain": pbx.domain}
    with Sandbox(pbx=pbx, retry_policy=FAST_RETRIES, pbx_token=None, **signed_in) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.fail(FaultKind.EXPIRED, "POST */members/*")
        scene.do("add 1001 to Sales")
        assert (scene.changes(), len(scene.writes)) == (1, 2), "the first was refused, and did nothing"
        assert "· done" in scene.card().plain


def test_a_token_that_ends_for_good_before_the_write_changes_nothing_and_says_so(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.EXPIRED, times=2)
    scene.do("add 1001 to Sales")
    assert scene.changes() == 0
    assert NOTHING in scene.card().plain
    assert "sign in" in scene.card().plain
    assert scene.mentions(scene.reply())


def test_a_token_that_ends_for_good_half_way_is_unknown(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.EXPIRED, "POST */members/1004", times=2)
    scene.do("add 1001, 1004 to Sales")
    assert scene.changes() == 1
    assert "Unknown" in scene.card().plain
    assert NOTHING not in scene.card().plain
    assert scene.mentions(scene.reply())


def test_an_unknown_outcome_in_the_middle_of_many_says_what_shows(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.DROP_BEFORE, "POST */members/1005")
    scene.do("add 1001, 1004, 1005, 1006 to Sales")
    assert scene.members("Sales")[-2:] == ["1001", "1004"]
    assert "1004" in scene.card().plain, "what stands is shown"
    assert scene.mentions(scene.reply())
    scene.click(scene.card(), "Check and try again")
    scene.click(scene.last_ephemeral(), "Apply")
    assert scene.members("Sales")[-4:] == ["1001", "1004", "1005", "1006"]
    assert scene.changes() == 4


def test_a_change_is_unknown_while_the_pbx_is_away_after_its_write(scene: ConversationHarness) -> None:
    fault = scene.fail(FaultKind.DROP_AFTER, hold=threading.Event())
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.fail(FaultKind.DROP_BEFORE, "GET *", times=None)
    scene.go_on(fault)
    scene.sandbox.settle()
    assert "can't be read" in scene.card().plain
    scene.sandbox.pbx.faults.clear()
    assert scene.changes() == len(scene.writes) == 1


def test_a_second_change_of_the_group_is_not_held_up_by_one_that_is_unknown() -> None:
    with Sandbox(
        retry_policy=RetryPolicy(verify_delays=(0.01,), retry_delay=timedelta(seconds=0.1)), pbx_deadline=DEADLINE
    ) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.fail(FaultKind.DROP_BEFORE, "POST */members/1001")
        scene.slash("add 1001 to Sales")
        scene.do("add 1004 to Sales")
        assert scene.members("Sales")[-1] == "1004"
        assert ["Unknown" in card.plain for card in scene.cards()] == [True, False]


@pytest.mark.parametrize("status", [403, 500])
def test_a_change_that_was_made_is_done_though_a_ring_groups_name_can_not_be_asked_for(
    scene: ConversationHarness, status: int
) -> None:
    fault = scene.hold()
    scene.slash("recall Sales to Night Desk")
    scene.reached(fault)
    scene.sandbox.park.tenant.workers.dispatcher.planner.directory.invalidate_ring_groups()
    scene.fail(FaultKind.STATUS, "GET /api/ring_groups*", status=status, times=None)
    scene.go_on(fault)
    scene.sandbox.settle()
    assert "· done" in scene.card().plain
    assert scene.changes() == 1


EXPLAINED = {
    "whether it is a group": ("find Supporters", "GET /api/call_park_groups", "Nobody on the PBX has"),
    "whether it is a user": ("recall Sales to Ana Ruiz", "GET /api/users*", "There is no ring group called"),
}


@pytest.mark.parametrize(("line", "look_up", "refusal"), EXPLAINED.values(), ids=EXPLAINED)
def test_a_refusal_does_not_need_the_look_up_that_would_explain_it_better(
    scene: ConversationHarness, line: str, look_up: str, refusal: str
) -> None:
    scene.fail(FaultKind.STATUS, look_up, status=403, times=None)
    scene.do(line)
    assert refusal in scene.last_ephemeral().plain
