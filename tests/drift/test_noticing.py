"""What somebody changes on the PBX's own pages is told once, with what was, what is, and by whom."""

import pytest

from tests.drift.conftest import Outside


def test_what_nobody_changed_is_no_news(scene: Outside) -> None:
    scene.look(2)
    assert scene.told() == []


def test_a_recall_is_told_with_before_and_after_and_by_whom(scene: Outside) -> None:
    night = scene.console.state.ring_group_id("Night Desk")
    scene.console.console_update_group(scene.id("Sales"), recall_to="RING_GROUP_ONLY", ring_group_id=night)
    scene.look(3)
    (told,) = scene.told()
    print(told.plain)
    assert "Sales was changed outside Park" in told.plain
    assert "the user who parked the call" in told.plain
    assert "Night Desk (6001)" in told.plain
    assert "console.admin (Web Portal)" in told.plain
