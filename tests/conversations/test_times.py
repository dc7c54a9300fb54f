"""Changes that begin later and changes that end by themselves: what the thread says, and what stands on the PBX."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.worker.lease import RetryPolicy
from tests.faults.scene import FAST_RETRIES, ConversationHarness
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("ordinary_clock")


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def later(scene: ConversationHarness, **time: float) -> None:
    """Set the clock, and wait for whatever is due then."""
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def seen(scene: ConversationHarness) -> object:
    """What these lines move, but for a ring group that nothing is sent to: the PBX may keep it."""
    state = scene.sandbox.pbx.state
    server = {key: value for key, value in state.server.items() if key != "ring_group_id"}
    return {name: frozenset(state.members_of(name)) for name in ("Sales", "Support")}, recall(scene), server


def leave_on_call(scene: ConversationHarness) -> None:
    scene.sandbox.slack.state.groups[scene.sandbox.groups["oncall"]].members.clear()


def recall(scene: ConversationHarness, group: str = "Sales") -> object:
    return scene.sandbox.pbx.state.groups[scene.id(group)]["recall_to"]


def test_a_temporary_change_ends_by_itself_and_its_card_says_so(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "*Until:*" in scene.card().plain
    assert "Europe/Berlin" in scene.card().plain
    assert "active until" in scene.card().plain
    later(scene, hours=1, minutes=51)
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "Ends today" in scene.replies()[-1].plain or "Ends tomorrow" in scene.replies()[-1].plain
    assert scene.mentions(scene.replies()[-1])
    later(scene, minutes=10)
    assert recall(scene) == "USER_ONLY"
    assert "*Ended:* automatically" in scene.card().plain
    assert "· ended" in scene.card().plain
    assert "Ended: Send unanswered parked calls of Sales to" in scene.replies()[-1].plain


LINES = [
    "add 1001 to Sales for 3 days",
    "remove 1002 from Sales for 1h",
    "move 1002 to Support until tomorrow 8am",
    "server recall time 10m until 17:30",
    "server recall ring group time 90s until tonight 22:00",
    "server recall to Night Desk until Monday",
    "server extension 777 today",
    "recall Sales to user then Night Desk until 7pm",
]


@pytest.mark.parametrize("line", LINES)
def test_each_change_that_may_end_does(scene: ConversationHarness, line: str) -> None:
    before = seen(scene)
    scene.do(line)
    assert scene.changes()
    later(scene, days=8)
    assert seen(scene) == before
    assert "· ended" in scene.card().plain


def test_a_short_one_ends_without_a_word_before(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 20m")
    later(scene, minutes=15)
    assert len(scene.replies()) == 1
    later(scene, minutes=6)
    assert recall(scene) == "USER_ONLY"
    assert len(scene.replies()) == 2


def test_it_is_extended_and_kept_by_its_buttons(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.click(scene.card(), "Extend by 1h", who="ben")
    assert "*Extended:* by @Ben Ito" in scene.card().plain
    later(scene, hours=1, minutes=30)
    assert recall(scene) == "RING_GROUP_ONLY"
    scene.click(scene.card(), "Keep")
    assert "*Kept:* by @Ana Ruiz" in scene.card().plain
    assert "Until" not in scene.card().plain
    later(scene, days=2)
    assert recall(scene) == "RING_GROUP_ONLY"
    scene.click(scene.card(), "Undo")
    assert recall(scene) == "USER_ONLY"


def test_it_is_extended_by_a_line_until_a_time(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 1h")
    scene.do("extend change 1 until tomorrow 20:00")
    later(scene, hours=2)
    assert "1001" in scene.members("Sales")
    later(scene, days=2)
    assert "1001" not in scene.members("Sales")


def test_end_now_ends_it_and_no_end_comes_later(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.click(scene.card(), "End now", who="ben")
    assert recall(scene) == "USER_ONLY"
    assert "*Ended:* #3 by @Ben Ito" in scene.card().plain
    scene.do("recall Sales to Night Desk")
    later(scene, hours=2)
    assert recall(scene) == "RING_GROUP_ONLY"


def test_a_change_in_the_future_waits_shows_itself_and_is_made(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk in 3h for 2h")
    assert not scene.changes()
    assert "Scheduled: Send unanswered parked calls of Sales" in scene.card().plain
    assert "*Begins:*" in scene.card().plain
    later(scene, hours=3, minutes=1)
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "active until" in scene.card().plain
    assert "Done and verified" in scene.replies()[0].plain
    later(scene, hours=2)
    assert recall(scene) == "USER_ONLY"
    assert "· ended" in scene.card().plain


def test_a_scheduled_change_is_called_off_or_begun_early(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales in 3h")
    scene.click(scene.card(), "Cancel")
    assert "cancelled" in scene.card().plain
    later(scene, hours=4)
    assert not scene.changes()
    scene.do("add 1008 to Sales in 3h")
    scene.click(scene.cards()[-1], "Do it now")
    scene.sandbox.settle()
    assert "1008" in scene.members("Sales")
    later(scene, hours=4)
    assert scene.changes() == 1


def test_a_scheduled_change_that_missed_its_time_is_handed_back(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales in 1h")
    scene.sandbox.pbx.stop()
    later(scene, hours=2)
    scene.sandbox.pbx.start()
    assert "not run" in scene.card().plain
    assert not scene.changes()
    assert scene.mentions(scene.replies()[-1])


def test_who_lost_their_permission_meanwhile_does_not_begin(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales in 1h", who="ben")
    leave_on_call(scene)
    later(scene, hours=1, minutes=1)
    assert not scene.changes()
    assert "Not done" in scene.card().plain


def test_an_end_needs_nobodys_permission(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 1h", who="ben")
    leave_on_call(scene)
    later(scene, hours=1, minutes=1)
    assert "1001" not in scene.members("Sales")


def test_an_end_that_would_overwrite_somebodys_change_tells_everybody_and_asks(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    day = next(one["id"] for one in scene.sandbox.pbx.state.ring_groups.values() if one["name"] == "Day Desk")
    scene.sandbox.pbx.state.groups[scene.id("Sales")]["ring_group_id"] = day
    writes = len(scene.writes)
    later(scene, hours=1, minutes=1)
    assert len(scene.writes) == writes
    assert "could not be ended" in scene.card().plain
    assert "#1 could not be ended" in scene.replies()[-1].plain
    assert scene.mentions(scene.replies()[-1])
    assert "Night Desk (6001) after it, Day Desk (6002) now" in scene.replies()[-1].plain
    assert any("could not be ended" in one.plain for one in scene.direct())
    assert any("could not be ended" in one.plain for one in scene.cards("ops"))
    scene.click(scene.card(), "Put back as before")
    scene.click(scene.last_ephemeral(), "Undo")
    assert recall(scene) == "USER_ONLY"


def test_an_end_waits_for_a_pbx_that_is_away_however_long_and_says_so(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.sandbox.pbx.stop()
    scene.sandbox.forward(timedelta(hours=2))
    wait_until(lambda: any(one.failing_since for one in scene.sandbox.park.tenant.journal.waiting()))
    scene.sandbox.forward(RetryPolicy().late_notice)
    wait_until(lambda: any("is late to end" in one.plain for one in scene.replies()))
    scene.sandbox.pbx.start()
    scene.sandbox.forward(timedelta(minutes=6))
    scene.sandbox.settle()
    assert recall(scene) == "USER_ONLY"
    assert "· ended" in scene.card().plain


def test_a_second_change_of_the_same_setting_is_answered_with_what_can_be_done(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.do("recall Sales to Day Desk for 2h", who="ana")
    assert scene.changes() == 1
    said = scene.last_ephemeral().plain
    assert "That is temporary: #1, until" in said
    assert "[End #1 and do this]  [Extend #1]  [Keep #1]" in said
    scene.click(scene.last_ephemeral(), "End #1 and do this")
    later(scene, hours=1, minutes=30)
    assert scene.sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"] == "RING_GROUP_ONLY"
    later(scene, hours=1)
    assert recall(scene) == "USER_ONLY", "back to how it was before both"


def test_another_setting_of_the_same_group_is_free(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.do("add 1001 to Sales for 1h")
    scene.do('rename Sales to "Sales North"')
    assert scene.changes() == 3
    later(scene, hours=1, minutes=1)
    assert recall(scene, "Sales North") == "USER_ONLY"
    assert "1001" not in scene.members("Sales North")


@pytest.mark.parametrize(("line", "answer"), [
    ("extend change 1 for 1h", "isn't temporary, or has already ended"),
    ("keep change 1", "isn't temporary, or has already ended"),
    ("cancel change 1", "isn't waiting for its time"),
    ("do change 1 now", "isn't waiting for its time"),
    ("keep change 9", "There is no change #9"),
])  # fmt: skip
def test_what_has_no_time_gets_none(scene: ConversationHarness, line: str, answer: str) -> None:
    scene.do("add 1001 to Sales")
    scene.do(line)
    assert answer in scene.last_ephemeral().plain


def test_who_may_not_make_the_change_may_not_move_its_end(scene: ConversationHarness) -> None:
    scene.do("server recall time 10m for 1h")
    for line in ("extend change 1 for 1h", "keep change 1", "undo change 1"):
        scene.do(line, who="ben")
        assert "You can't" in scene.last_ephemeral("ben").plain
    later(scene, hours=1, minutes=1)
    assert scene.sandbox.pbx.state.server["recall_time"] == 300


def test_pending_lists_what_waits_and_what_will_end_with_its_buttons(scene: ConversationHarness) -> None:
    scene.do("pending")
    assert "Nothing is pending" in scene.last_ephemeral().plain
    scene.do("recall Sales to Night Desk for 1h")
    scene.do("server recall time 10m in 2h")
    scene.do("pending")
    said = scene.last_ephemeral().plain
    assert "2 pending" in said
    assert "[End now]" in said
    assert "[Cancel]" in said
    scene.do("pending", who="ben")
    assert "[Cancel]" not in scene.last_ephemeral("ben").plain, "Ben may not touch the server"
    scene.click(scene.last_ephemeral(), "Cancel")
    scene.click(scene.last_ephemeral(), "End now")
    scene.do("pending")
    assert "Nothing is pending" in scene.last_ephemeral().plain


def test_a_pause_stops_changes_and_ends_wait_for_it(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.do("pause because the PBX is being updated")
    assert "Nothing has changed yet" in scene.last_ephemeral().plain
    scene.click(scene.last_ephemeral(), "Pause Park")
    scene.do("add 1001 to Sales", who="ben")
    assert "*Reason:* the PBX is being updated" in scene.last_ephemeral("ben").plain
    scene.do("preview add 1001 to Sales", who="ben")
    assert "Nothing has changed yet" in scene.last_ephemeral("ben").plain
    scene.sandbox.forward(timedelta(hours=2))
    scene.do("resume", who="ben")
    assert "You can't" in scene.last_ephemeral("ben").plain
    assert recall(scene) == "RING_GROUP_ONLY"
    scene.do("resume")
    later(scene, minutes=1)
    assert recall(scene) == "USER_ONLY"
    scene.do("add 1001 to Sales", who="ben")
    assert "1001" in scene.members("Sales")


def test_read_only_answers_and_changes_nothing() -> None:
    with Sandbox(retry_policy=FAST_RETRIES, park_read_only=True) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("add 1001 to Sales")
        assert "is read-only here" in scene.last_ephemeral().plain
        scene.do("group Sales")
        assert "Park group Sales" in scene.last_ephemeral().plain
        assert not scene.writes


@pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(days=2)])
def test_a_change_that_is_started_after_the_clock_was_set_back_is_made_and_shown(
    scene: ConversationHarness, back: timedelta
) -> None:
    scene.do("add 1001 to Sales in 3 days")
    scene.sandbox.ahead -= back
    scene.do("start 1")
    scene.sandbox.settle()
    assert "1001" in scene.members("Sales")
    assert "· done" in scene.cards()[0].plain
