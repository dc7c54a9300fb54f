"""What Park changes itself is never told as drift, whatever came of it; what others changed beside it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import FaultKind
from tests.audit.drift.conftest import EVERY, DriftScene
from tests.faults.scene import FAST_RETRIES


@pytest.mark.parametrize(
    "lines",
    [
        ["remove 1002 from Sales", "add 1002 to Sales", "remove 1003 from Sales", "add 1001, 1004 to Sales"],
        ["move 1002 from Sales to Support", "recall Sales to Night Desk", "recall Support to user"],
        ["create Nights recall to Night Desk", "create Days", "add 1001 to Days", "rename Days to Weekdays"],
        ["create Nights", "undo change 1", 'rename Support to "Support Berlin"', "recall Support Berlin to user"],
        ["create Nights", "undo change 1", "undo change 2", "add 1001 to Nights", "recall Nights to Night Desk"],
        ["server recall time 10m", "server recall to Night Desk", "recall Sales to Night Desk", "undo change 3"],
        ["recall Sales to Night Desk for 2m"],
    ],
)
def test_what_was_asked_for_in_slack_is_no_drift(scene: DriftScene, lines: list[str]) -> None:
    for line in lines:
        scene.do(line)
    assert scene.writes
    scene.scan(3)
    assert scene.posted_drifts() == []


def test_a_deletion_and_its_undoing_are_no_drift(scene: DriftScene) -> None:
    scene.do("delete Sales")
    scene.click(scene.last_ephemeral(), "Delete")
    scene.scan()
    scene.do("undo change 1")
    scene.scan(2)
    assert sorted(scene.members("Sales")) == ["1002", "1003", "1007", "1011"]
    assert scene.posted_drifts() == []


def test_what_somebody_else_changed_on_the_same_group_is_told_alone(scene: DriftScene) -> None:
    scene.do("add 1001 to Sales")
    scene.console.console_add_member(scene.id("Sales"), "1004")
    scene.do("recall Sales to Night Desk")
    scene.scan(2)
    (told,) = scene.posted_drifts()
    assert "1004 " in told.plain
    assert "1001 " not in told.plain
    assert "Night Desk" not in told.plain


def test_by_whom_is_left_open_where_it_may_have_been_park_itself(scene: DriftScene) -> None:
    """Where the account's name is not known, its own changes look like anybody's in the audit log."""
    scene.do("add 1001 to Sales")
    scene.console.console_add_member(scene.id("Sales"), "1004")
    scene.scan()
    (told,) = scene.posted_drifts()
    assert "park.bot" not in told.plain
    assert "console.admin" not in told.plain


def test_park_s_own_account_is_not_named_where_it_is_known(make_scene: Callable[..., DriftScene]) -> None:
    scene = make_scene(pbx_username="park.bot", pbx_password="unused: there is a token")
    scene.do("add 1001 to Sales")
    scene.console.console_add_member(scene.id("Sales"), "1004")
    scene.scan()
    (told,) = scene.posted_drifts()
    assert "console.admin (Web Portal)" in told.plain
    assert "park.bot" not in told.plain


def test_a_target_that_a_change_is_at_is_left_for_the_next_look(scene: DriftScene) -> None:
    writing = scene.hold(f"POST {scene.path('Sales')}/members/1004")
    scene.slash("add 1001, 1004 to Sales")
    scene.reached(writing)
    scene.console.console_add_member(scene.id("Support"), "1005")
    scene.scan()
    scene.go_on(writing)
    scene.sandbox.settle()
    scene.scan(2)
    (told,) = scene.posted_drifts()
    assert "Support was changed" in told.plain


def test_a_change_that_ends_while_the_pbx_is_looked_at_is_no_drift(scene: DriftScene) -> None:
    """The group was read before it, and whatever comes of the look after it."""
    before = scene.wait_for_scan()
    reading = scene.hold(f"GET {scene.path('Support')}/members")
    scene.sandbox.forward(EVERY)
    scene.reached(reading)
    scene.do("add 1001 to Sales")
    scene.do("recall Billing to Night Desk")
    scene.go_on(reading)
    scene.wait_for_scan(but=before)
    scene.scan(2)
    assert scene.posted_drifts() == []


def test_a_change_that_the_pbx_refuses_midway_is_no_drift(scene: DriftScene) -> None:
    refused = scene.fail(FaultKind.STATUS, f"POST {scene.path('Sales')}/members/1004", status=400)
    scene.do("add 1001, 1004 to Sales")
    assert refused.reached.is_set()
    scene.scan(2)
    assert scene.posted_drifts() == []


@pytest.mark.parametrize("then", [[], ["undo 1"], ["undo 1", "undo 3"], ["keep 1", "Do it again"]])
def test_what_a_failed_end_has_written_is_no_drift(make_scene: Callable[..., DriftScene], then: list[str]) -> None:
    patient = replace(FAST_RETRIES, retry_delay=timedelta(minutes=5))  # no attempt is made while the PBX is looked at
    scene = make_scene(retry_policy=patient, park_drift_interval=1)

    def scan() -> None:
        before = scene.wait_for_scan()
        scene.sandbox.forward(timedelta(minutes=1))
        scene.wait_for_scan(but=before)

    scene.do("add 1001, 1004 to Sales for 1h")
    scan()
    for write in ("1004/destroy", "1001"):
        scene.fail(FaultKind.STATUS, f"POST {scene.path('Sales')}/members/{write}", status=403, times=None)
    scene.sandbox.forward(timedelta(hours=1))
    scene.sandbox.settle()
    scan()
    assert ("1001" in scene.members("Sales"), "1004" in scene.members("Sales")) == (False, True)
    assert scene.posted_drifts() == []
    scene.sandbox.pbx.faults.clear()
    for line in then:
        scene.click(scene.last_ephemeral(), line) if line == "Do it again" else scene.do(line)
    scan()
    assert scene.posted_drifts() == []


def test_what_arrives_late_of_a_change_whose_outcome_is_unknown_is_no_drift(scene: DriftScene) -> None:
    late = scene.fail(FaultKind.LATE, f"POST {scene.path('Sales')}/members/1001", seconds=3)
    scene.do("add 1001 to Sales")
    assert "unknown" in scene.card().plain
    scene.scan_before(late)
    scene.scan(4)
    assert scene.members("Sales")[-1] == "1001"
    assert scene.posted_drifts() == []
    scene.console.console_add_member(scene.id("Sales"), "1004")
    scene.scan()
    assert len(scene.posted_drifts()) == 1


def test_what_was_changed_in_slack_while_nobody_looked_is_no_drift(make_scene: Callable[..., DriftScene]) -> None:
    scene = make_scene()
    scene.sandbox.park.stop()
    sandbox: Sandbox = scene.sandbox
    sandbox._environment["park_drift_interval"] = None
    sandbox._start_park()
    scene.do("add 1001 to Sales")
    scene.console.console_add_member(scene.id("Support"), "1004")
    sandbox.park.stop()
    sandbox._environment["park_drift_interval"] = 5
    sandbox._start_park()
    scene.scan(2)
    (told,) = scene.posted_drifts()
    assert "1004 " in told.plain
