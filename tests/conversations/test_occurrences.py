"""Recurring schedules: when they begin and end, what goes first, and what people do about them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.journal.models import State
from bot.pbx.models import RecallTo
from bot.sandbox.environment import ORDINARY_INSTANT, POLICY, Sandbox
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES, ConversationHarness
from tests.slack.forms.conftest import top_view

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTLY = "recall Sales to Night Desk every weekday 18:00 to 8:00"
BASE, NIGHT = RecallTo.USER.value, RecallTo.RING_GROUP.value
RULES = """
[[allow]]
name = "On call repeats for a month"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["recall"]
groups = ["Sales*"]
recurring = "30 days"

[[allow]]
name = "On call repeats once a lead agrees"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["recall"]
groups = ["Billing*"]
approvers = ["{leads}"]
recurring = true
"""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    """A Wednesday at 10:00."""
    with Sandbox(policy=POLICY + RULES, retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        yield ConversationHarness(sandbox)


def at(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 6, day, hour, minute, 1, tzinfo=BERLIN)


def go(scene: ConversationHarness, day: int, clock: str) -> None:
    """Sets the clock, and waits for whatever is due then."""
    scene.sandbox.forward(at(day, clock) - scene.sandbox.now())
    scene.sandbox.settle()


def target(scene: ConversationHarness, group: str = "Sales") -> tuple[object, str]:
    """Where recalls of a group go: the kind, and the ring group's name."""
    state = scene.sandbox.pbx.state
    settings = state.groups[scene.id(group)]
    names = {one["id"]: one["name"] for one in state.ring_groups.values()}
    return settings["recall_to"], names.get(settings.get("ring_group_id"), "")


def is_base(scene: ConversationHarness) -> bool:
    return target(scene)[0] == BASE


def is_night(scene: ConversationHarness) -> bool:
    return target(scene) == (NIGHT, "Night Desk")


def last_ephemeral(scene: ConversationHarness, who: str = "ana") -> str:
    return scene.last_ephemeral(who).plain.replace("*", "")


def thread(scene: ConversationHarness) -> str:
    return "\n".join(one.plain for one in scene.replies()).replace("*", "")


def next_of(scene: ConversationHarness, number: int = 1) -> datetime | None:
    stored = scene.sandbox.park.tenant.journal.stored_schedule(number)
    assert stored is not None
    return stored.next_at


def test_a_schedule_writes_nothing_when_it_is_made_and_recurs_by_itself(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    assert scene.changes() == 0
    for day in (10, 11):
        go(scene, day, "17:59")
        assert is_base(scene)
        go(scene, day, "18:00")
        assert is_night(scene)
        go(scene, day + 1, "7:59")
        assert is_night(scene)
        go(scene, day + 1, "8:00")
        assert is_base(scene)
    assert scene.changes() == 4
    assert len(scene.cards()) == 1
    assert not scene.replies()
    go(scene, 12, "18:00")
    go(scene, 13, "18:00")
    assert is_base(scene)
    assert next_of(scene) == at(15, "18:00").replace(second=0)


def test_one_that_is_made_within_its_time_begins_at_once(scene: ConversationHarness) -> None:
    go(scene, 10, "20:00")
    scene.do(NIGHTLY)
    assert is_night(scene)
    assert not thread(scene)


def test_what_a_person_does_for_a_while_goes_first_and_the_rest_of_the_night_follows(
    scene: ConversationHarness,
) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "20:00")
    scene.do("recall Sales to Reception for 1h")
    assert target(scene)[1] == "Reception"
    go(scene, 10, "21:00")
    scene.sandbox.slack.wait_for(lambda: is_night(scene))
    go(scene, 11, "8:00")
    assert is_base(scene)


def test_a_temporary_change_that_is_taken_back_early_lets_the_schedule_go_on(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("recall Sales to Reception for 12h")
    go(scene, 10, "18:00")
    assert target(scene)[1] == "Reception"
    scene.do("undo 2")
    scene.sandbox.settle()
    assert is_night(scene)
    go(scene, 11, "8:00")
    assert is_base(scene)


def test_a_temporary_change_that_is_scheduled_goes_first_when_it_begins(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "18:00")
    scene.do("recall Sales to Reception from 22:00 until 23:00")
    assert is_night(scene)
    go(scene, 10, "22:00")
    assert target(scene)[1] == "Reception"
    go(scene, 10, "23:00")
    scene.sandbox.slack.wait_for(lambda: is_night(scene))


def test_a_permanent_change_asks_for_the_base_or_only_for_now(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "18:00")
    scene.do("recall Sales to Reception")
    asked = scene.last_ephemeral()
    assert "[End #2 and do this]  [Only until tomorrow 08:00" in asked.plain
    scene.click(asked, "End #2 and do this")
    assert target(scene)[1] == "Reception"
    go(scene, 11, "8:00")
    assert target(scene)[1] == "Reception"
    go(scene, 11, "18:00")
    assert is_night(scene)
    go(scene, 12, "8:00")
    assert target(scene)[1] == "Reception"


@pytest.mark.parametrize("asked_within", [False, True])
def test_a_permanent_change_that_was_planned_goes_first_when_it_begins(
    scene: ConversationHarness, asked_within: bool
) -> None:
    scene.do(NIGHTLY)
    if asked_within:
        go(scene, 10, "18:00")
        assert is_night(scene)
    scene.do("recall Sales to Reception from 22:00")
    said = scene.cards()[-1].plain
    assert "When this was planned: Schedule #1 is in effect then, Wed 10 Jun 18:00 to Thu 11 Jun 08:00" in said
    assert "this change goes first" in said
    go(scene, 10, "18:00")
    assert is_night(scene)
    go(scene, 10, "22:00")
    assert target(scene)[1] == "Reception"
    assert "Replaced by" not in scene.cards()[-1].plain
    go(scene, 11, "8:00")
    assert target(scene)[1] == "Reception"
    go(scene, 11, "18:00")
    assert is_night(scene)
    go(scene, 12, "8:00")
    assert target(scene)[1] == "Reception"


def test_a_change_that_begins_outside_of_a_schedule_says_nothing_of_it(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("recall Sales to Reception from 13:00")
    assert "Schedule #1" not in scene.cards()[-1].plain


def test_one_that_meets_two_broader_ones_waits_for_both(scene: ConversationHarness) -> None:
    scene.do("remove 1007 from Sales every day 18:00 to 20:00")
    scene.do("remove 1003 from Sales every day 18:00 to 21:00")
    scene.do("remove 1007, 1003 from Sales every Wednesday 19:00 to 23:00")
    go(scene, 10, "18:00")
    assert set(scene.members("Sales")) == {"1002", "1011"}
    go(scene, 10, "19:00")
    go(scene, 10, "20:00")
    assert "1007" in scene.members("Sales")
    go(scene, 10, "21:00")
    scene.sandbox.slack.wait_for(lambda: set(scene.members("Sales")) == {"1002", "1011"})
    go(scene, 10, "23:00")
    assert set(scene.members("Sales")) == {"1002", "1003", "1007", "1011"}


def test_the_undo_of_an_occurrence_ends_it_and_skips_the_rest(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "18:00")
    scene.do("undo 2")
    assert is_base(scene)
    go(scene, 11, "7:00")
    assert is_base(scene)
    go(scene, 11, "18:00")
    assert is_night(scene)


def test_the_undo_of_a_schedule_says_what_it_does_and_then_does_it(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "18:00")
    scene.do("undo 1")
    assert "ends it now and deletes the schedule" in last_ephemeral(scene)
    assert is_night(scene)
    scene.click(scene.last_ephemeral(), "Delete the schedule")
    scene.sandbox.settle()
    assert is_base(scene)
    go(scene, 11, "18:00")
    assert is_base(scene)
    scene.do("skip 1")
    assert "has ended already" in last_ephemeral(scene)


@pytest.mark.parametrize("line", ["skip 1", "skip Sales tonight", "skip Sales", "skip 1 until Thursday 12:00"])
def test_a_skipped_night_is_left_out(scene: ConversationHarness, line: str) -> None:
    scene.do(NIGHTLY)
    scene.do(line)
    go(scene, 10, "18:00")
    assert is_base(scene)
    go(scene, 11, "18:00")
    assert is_night(scene)


def test_skip_ends_the_night_that_has_begun(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "18:00")
    scene.do("skip 1")
    scene.sandbox.settle()
    assert is_base(scene)
    go(scene, 11, "18:00")
    assert is_night(scene)


@pytest.mark.parametrize("line", ["skip Sales", "skip 1 until Thursday 12:00"])
def test_a_night_that_waits_for_the_pbx_is_left_out_once_it_is_skipped(scene: ConversationHarness, line: str) -> None:
    scene.do(NIGHTLY)
    journal = scene.sandbox.park.tenant.journal
    scene.sandbox.pbx.stop()
    scene.sandbox.forward(at(10, "18:00") - scene.sandbox.now())
    scene.sandbox.slack.wait_for(lambda: any(one.failing_since for one in journal.waiting()))
    scene.slash(line)
    scene.sandbox.slack.wait_for(lambda: any(one.id == 3 and one.state.ended for one in journal.recent(5)))
    assert journal.get(3).state is State.DONE, journal.get(3).outcome
    scene.sandbox.pbx.start()
    go(scene, 10, "19:00")
    assert is_base(scene)
    go(scene, 11, "18:00")
    assert is_night(scene)


def adopt(scene: ConversationHarness) -> None:
    scene.do("pause schedule 1")
    scene.do("adopt 1")


def pause_and_resume(scene: ConversationHarness) -> None:
    scene.do("pause schedule 1")
    scene.do("resume 1")


@pytest.mark.parametrize("follows", [pause_and_resume, adopt])
@pytest.mark.parametrize("line", ["skip 1", "skip 1 until Friday 12:00", "skip 1, and the rest of the night"])
def test_what_is_skipped_stays_skipped(
    scene: ConversationHarness, line: str, follows: Callable[[ConversationHarness], None]
) -> None:
    scene.do(NIGHTLY)
    rest = "rest" in line
    if rest:
        go(scene, 10, "18:00")
        assert is_night(scene)
    scene.do(line.partition(",")[0])
    follows(scene)
    scene.sandbox.settle()
    assert is_base(scene)
    go(scene, 10, "19:00")
    assert is_base(scene)
    until_friday = "Friday" in line
    go(scene, 11, "18:00")
    assert is_night(scene) is not until_friday
    go(scene, 12, "18:00")
    assert is_night(scene)


def test_skip_names_a_day_on_which_there_is_nothing(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("skip Sales on Saturday")
    assert "Its next time is Wed 10 Jun 18:00" in last_ephemeral(scene)
    go(scene, 10, "18:00")
    assert is_night(scene)


def test_a_paused_schedule_begins_nothing_until_it_is_resumed(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("pause schedule 1")
    go(scene, 10, "18:00")
    assert is_base(scene)
    scene.do("resume 1")
    scene.sandbox.settle()
    assert is_night(scene)
    scene.do("pause schedule 1")
    go(scene, 11, "8:00")
    assert is_base(scene)


def test_a_narrower_schedule_goes_first_and_the_broader_one_waits(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk every day from 20:00 for 10h")
    scene.do("recall Sales to Reception every Wednesday 21:00 to 23:00")
    assert "Goes before schedule #1" in thread(scene)
    scene.do("schedules")
    assert "Goes before schedule #1, as on Wed 10 Jun 21:00 to Wed 10 Jun 23:00" in last_ephemeral(scene)
    assert "Schedule #2 goes first" in last_ephemeral(scene)
    scene.do("pause schedule 2")
    scene.do("schedules")
    assert "goes first" not in last_ephemeral(scene), "as it is now"
    scene.do("resume 2")
    go(scene, 10, "20:00")
    assert is_night(scene)
    go(scene, 10, "21:00")
    assert target(scene)[1] == "Reception"
    go(scene, 10, "23:00")
    scene.sandbox.slack.wait_for(lambda: is_night(scene))
    go(scene, 11, "6:00")
    assert is_base(scene)


def test_two_equal_ones_at_one_time_are_refused_with_the_time(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("recall Sales to Reception every Friday 20:00 to 21:00")
    said = last_ephemeral(scene)
    assert "Schedule #1 changes the same at the same time, first Fri 12 Jun 20:00 to Fri 12 Jun 21:00" in said
    scene.do("recall Support to Reception every Friday 20:00 to 21:00")
    scene.do("add 1001 to Sales every Friday 20:00 to 21:00")
    assert len(scene.sandbox.park.tenant.journal.standing_schedules()) == 3


def test_a_night_that_still_lasts_begins_late_and_says_so(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.sandbox.restart(lambda: setattr(scene.sandbox, "ahead", scene.sandbox.ahead + timedelta(hours=10)))
    scene.sandbox.settle()
    assert is_night(scene)
    assert "Began late, it was due Wed 10 Jun 18:00: Park was not running." in thread(scene)


def test_nights_that_are_over_are_skipped_and_noted_once(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.sandbox.restart(lambda: setattr(scene.sandbox, "ahead", scene.sandbox.ahead + timedelta(days=2)))
    scene.sandbox.settle()
    assert is_base(scene)
    assert thread(scene).count("Skipped 2 times since Wed 10 Jun 18:00") == 1
    go(scene, 12, "18:00")
    assert is_night(scene)


def test_a_paused_park_is_like_one_that_is_down(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("pause")
    scene.click(scene.last_ephemeral(), "Pause Park")
    go(scene, 10, "18:00")
    assert is_base(scene)
    go(scene, 10, "20:00")
    scene.do("resume")
    scene.sandbox.settle()
    assert is_night(scene)
    assert "it was due Wed 10 Jun 18:00: Park was paused" in thread(scene)


def test_while_the_pbx_is_away_it_is_tried_until_its_time_is_over(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.sandbox.pbx.stop()
    scene.sandbox.forward(at(10, "18:00") - scene.sandbox.now())
    scene.sandbox.slack.wait_for(lambda: any(one.failing_since for one in scene.sandbox.park.tenant.journal.waiting()))
    go(scene, 10, "18:10")
    scene.sandbox.slack.wait_for(lambda: "Schedule #1 has not begun yet" in thread(scene))
    scene.sandbox.pbx.start()
    go(scene, 10, "19:00")
    scene.sandbox.slack.wait_for(lambda: is_night(scene))
    assert thread(scene).count("has not begun yet") == 1
    assert "Began late" in thread(scene)
    go(scene, 11, "8:00")
    assert is_base(scene)


def test_a_schedule_needs_a_rule_that_lets_changes_recur(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales every Friday 13:00 to 17:00", who="ben")
    assert "You may make this change once, but not on a schedule." in last_ephemeral(scene, "ben")
    scene.do(NIGHTLY, who="ben")
    assert "You may repeat this change for at most 30 days." in last_ephemeral(scene, "ben")
    scene.do(f"{NIGHTLY} until 30 June", who="ben")
    assert len(scene.sandbox.park.tenant.journal.standing_schedules()) == 1


def test_a_schedule_whose_holder_lost_the_right_pauses_and_can_be_adopted(scene: ConversationHarness) -> None:
    scene.do(f"{NIGHTLY} until 30 June", who="ben")
    scene.sandbox.slack.state.groups[scene.sandbox.groups["oncall"]].members.clear()
    go(scene, 10, "18:00")
    assert is_base(scene)
    assert "Schedule #1 is paused" in thread(scene)
    told = scene.cards("ops")[-1]
    assert "Schedule #1 is paused: the person it belongs to may not make this change any more." in told.plain
    go(scene, 11, "18:00")
    assert is_base(scene)
    scene.click(told, "Adopt")
    scene.sandbox.settle()
    assert is_night(scene)
    stored = scene.sandbox.park.tenant.journal.stored_schedule(1)
    assert stored is not None
    assert stored.request.user == scene.sandbox.people["ana"]


def test_the_approval_of_a_schedule_covers_its_occurrences(scene: ConversationHarness) -> None:
    scene.do("ask recall Billing to Night Desk every weekday 18:00 to 8:00", who="ben")
    scene.click(scene.card(), "Approve")
    assert "approved" in thread(scene)
    before, _ = target(scene, "Billing")
    go(scene, 10, "18:00")
    assert target(scene, "Billing") == (NIGHT, "Night Desk")
    go(scene, 11, "8:00")
    assert target(scene, "Billing")[0] == before
    assert len(scene.cards()) == 1


@pytest.fixture
def waiting(scene: ConversationHarness) -> ConversationHarness:
    """An occurrence, #3, waits for an approval: its group is not as it was when the schedule was approved."""
    scene.do("ask recall Billing to Night Desk every weekday 18:00 to 8:00", who="ben")
    scene.click(scene.card(), "Approve")
    day_desk = scene.sandbox.pbx.state.ring_group_id("Day Desk")
    scene.sandbox.pbx.console_update_group(scene.id("Billing"), recall_to="RING_GROUP_ONLY", ring_group_id=day_desk)
    go(scene, 10, "18:00")
    assert "Waiting for approval" in occurrence_card(scene).plain
    return scene


def occurrence_card(scene: ConversationHarness) -> Message:
    """The card of the only occurrence that has one."""
    (found,) = (one for one in (*scene.cards(), *scene.replies()) if "· #3 ·" in one.plain)
    return found


def edit(scene: ConversationHarness) -> None:
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.click(ana, scene.cards()[0], label="Edit")
    top_view(scene.sandbox, "From", "18:00")
    slack.fill(ana, "20:00", label="From")
    top_view(scene.sandbox, "20:00 to 8:00")
    slack.submit(ana)


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (lambda scene: scene.do("delete schedule 1", who="ben"), "Deleted:* #4 by @Ben Ito"),
        (lambda scene: scene.do("pause schedule 1"), "Paused:* #4 by @Ana Ruiz"),
        (lambda scene: scene.do("skip 1"), "Skipped:* #4 by @Ana Ruiz"),
        (lambda scene: scene.do("skip 1 tonight", who="ben"), "Skipped:* #4 by @Ben Ito"),
        (lambda scene: scene.do("skip 1 until Monday", who="ben"), "Skipped:* #4 by @Ben Ito"),
        (edit, "Replaced:* #4 by @Ana Ruiz"),
    ],
)
def test_an_occurrence_whose_schedule_leaves_it_out_waits_for_no_approval_any_more(
    waiting: ConversationHarness, decide: Callable[[ConversationHarness], None], said: str
) -> None:
    scene = waiting
    before = target(scene, "Billing")
    decide(scene)
    scene.sandbox.settle()
    shown = occurrence_card(scene)
    assert "Cancelled: " in shown.plain
    assert "· cancelled" in shown.plain
    assert said in shown.plain
    assert "[" not in shown.plain, "no button is left"
    scene.do("approve 3")
    assert "isn't waiting for approval: it was cancelled" in last_ephemeral(scene)
    go(scene, 10, "19:00")
    assert target(scene, "Billing") == before
    assert scene.sandbox.park.tenant.journal.get(3).state is State.CANCELLED


def test_members_and_the_server_recur_too(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales every Friday 13:00 to 17:00")
    scene.do("server recall time 10m every day 18:00 to 8:00")
    before = scene.sandbox.pbx.state.server["recall_time"]
    go(scene, 10, "18:00")
    assert scene.sandbox.pbx.state.server["recall_time"] == 600
    go(scene, 11, "8:00")
    assert scene.sandbox.pbx.state.server["recall_time"] == before
    go(scene, 12, "13:00")
    assert "1001" in scene.members("Sales")
    go(scene, 12, "17:00")
    assert "1001" not in scene.members("Sales")


def test_history_shows_occurrences_under_their_schedule(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    go(scene, 10, "18:00")
    scene.do("history Sales")
    said = last_ephemeral(scene)
    assert "#2 schedule #1: recall Sales to Night Desk" in said
    assert "#1 recall Sales to Night Desk every weekday 18:00 to 8:00" in said


def test_an_occurrence_is_no_scheduled_change_for_others(scene: ConversationHarness) -> None:
    scene.do(NIGHTLY)
    scene.do("recall Sales to Reception from tomorrow 20:00 until tomorrow 21:00")
    scene.do("start 1")
    assert "Nothing was changed" in last_ephemeral(scene)
    go(scene, 10, "18:00")
    scene.do("cancel 3")
    assert is_night(scene)


def test_there_are_only_so_many_of_a_group() -> None:
    with Sandbox(now=ORDINARY_INSTANT, park_schedules_per_group=1, park_schedules=2) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do(NIGHTLY)
        scene.do("add 1001 to Sales every Friday 13:00 to 17:00")
        assert "Sales has 1 schedule already, which is the limit." in last_ephemeral(scene)
        scene.do("recall Support to Reception every Friday 20:00 to 21:00")
        scene.do("server recall time 10m every day 18:00 to 8:00")
        assert "Park keeps at most 2 schedules." in last_ephemeral(scene)
