"""Snapshots of the whole set-up, and going back to how it was at a time or before a change."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.state import CONSOLE_ACTOR
from tests.conversations.conftest import Typed
from tests.faults.scene import ConversationHarness

LEADS_ONLY = '[[allow]]\nname = "Leads"\nuser_groups = ["{leads}"]\noperations = ["all"]\n'
WEDNESDAY = datetime(2026, 6, 10, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def harness(sandbox: Sandbox) -> ConversationHarness:
    return ConversationHarness(sandbox)


def restored(harness: ConversationHarness, line: str) -> str:
    """Previews a restoration and applies it; returns the preview."""
    harness.do(line)
    shown = harness.last_ephemeral()
    assert "Nothing has changed yet" in shown.plain, shown.plain
    harness.click(shown, "Restore")
    return shown.plain.replace("*", "")


def setup_of(sandbox: Sandbox) -> object:
    state = sandbox.pbx.state
    groups = {
        group["name"]: (
            group["recall_to"],
            group["ring_group_id"] if group["recall_to"] != "USER_ONLY" else None,
            frozenset(state.members[id]),
        )
        for id, group in state.groups.items()
    }
    return state.server, groups


def test_everything_is_as_it_was_before_a_change_and_what_is_new_stays(harness: ConversationHarness) -> None:
    before = setup_of(harness.sandbox)
    harness.do("recall Sales to Night Desk")
    for line in ("move 1002 to Billing", "server recall time 10m", "create Extra", "rename Support to Help"):
        harness.do(line)
    harness.do("delete The Lounge")
    harness.click(harness.last_ephemeral(), "Delete")
    shown = restored(harness, "restore everything to before 1")
    assert "Restore everything to how it was before #1?" in shown
    assert "Created since, and kept: Extra." in shown
    assert "The Lounge, created" in shown
    harness.do("restore everything to before change 1 and delete new groups")
    assert "1 group will be deleted: Extra." in harness.last_ephemeral().plain
    harness.click(harness.last_ephemeral(), "Restore")
    assert setup_of(harness.sandbox) == before
    harness.click(harness.cards()[-1], "Undo")
    assert "Extra" in str(setup_of(harness.sandbox))


def test_who_may_not_make_its_changes_may_not_restore() -> None:
    with Sandbox(policy=LEADS_ONLY) as sandbox:
        harness = ConversationHarness(sandbox)
        harness.do("recall Sales to Night Desk")
        harness.do("restore Sales to before 1", "ben")
        assert "You can't do that here" in harness.last_ephemeral("ben").plain
        assert "[Restore]" not in harness.last_ephemeral("ben").plain


def test_one_group_is_as_it_was_at_a_time_from_a_snapshot() -> None:
    with Sandbox(now=WEDNESDAY) as sandbox:
        harness = ConversationHarness(sandbox)
        harness.do("snapshot")
        assert "Snapshot 1 of the server and 12 groups is kept." in harness.last_ephemeral().plain
        assert "the last one" not in harness.last_ephemeral().plain
        sandbox.forward(timedelta(hours=1))
        state = sandbox.pbx.state
        state.change_members(harness.id("Sales"), ["1007"], CONSOLE_ACTOR)  # not by Park
        harness.do("add 1001 to Support")
        shown = restored(harness, "restore Sales to today 10:30")
        assert "Restore Sales to how it was on Wed 10 Jun 10:30" in shown
        assert set(harness.members("Sales")) == {"1002", "1007", "1003", "1011"}
        assert "1001" in harness.members("Support")
        harness.do("snapshot")
        assert "It differs from the last one in 2 places." in harness.last_ephemeral().plain


def test_a_name_is_first_that_of_the_group_that_has_it_now() -> None:
    with Sandbox(now=WEDNESDAY) as sandbox:
        harness = ConversationHarness(sandbox)
        harness.do("snapshot")
        sandbox.forward(timedelta(hours=1))
        harness.do('rename Sales to "Sales North"')
        harness.do("rename Support to Sales")
        shown = restored(harness, "restore Sales to today 10:30")
        assert "Sales → Support" in shown


def test_a_snapshot_is_taken_every_day_and_friday_is_found_on_monday() -> None:
    friday = datetime(2026, 6, 12, 17, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    with Sandbox(now=friday) as sandbox:
        harness = ConversationHarness(sandbox)
        harness.do("recall Sales to Night Desk")
        for _ in range(3):
            wanted = len(sandbox.pbx.requests) + 13  # the server, the lists and the members of twelve groups
            sandbox.forward(timedelta(days=1))
            sandbox.slack.wait_for(partial(_has_read, sandbox, wanted))
        harness.do("recall Sales to Day Desk")
        shown = restored(harness, "restore Sales to Friday 18:00")
        assert "how it was on Fri 12 Jun 18:00" in shown
        assert "Night Desk (6001)" in shown


def _has_read(sandbox: Sandbox, wanted: int) -> bool:
    return len(sandbox.pbx.requests) >= wanted


def test_without_any_snapshot_the_journal_is_enough(harness: ConversationHarness) -> None:
    harness.do("remove 1002, 1007 from Sales")
    harness.sandbox.forward(timedelta(hours=2))
    assert "There is no snapshot" in restored(harness, "restore Sales to 3 hours ago")
    assert {"1002", "1007"} <= set(harness.members("Sales"))


def test_the_server_alone(harness: ConversationHarness) -> None:
    harness.do("server recall time 10m")
    harness.do("recall Sales to Night Desk")
    restored(harness, "restore server to before 1")
    assert harness.sandbox.pbx.state.server["recall_time"] == 300
    assert harness.sandbox.pbx.state.groups[harness.id("Sales")]["recall_to"] == "RING_GROUP_ONLY"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("restore Sales to tomorrow", "still to come"),
        ("restore Nowhere to an hour ago", "There was no park group Nowhere then. Nothing was changed."),
        ("restore Sales to before 99", "no change #99"),
        ("restore Sales to blue", "“blue” is no time in the past"),
        ("restore Sales", "Nothing was changed"),
        ("restore everything to an hour ago and delete new groups except Extra", "“groups except Extra” can't stand"),
        ("restore everything to an hour ago and delete new groups not", "“groups not” can't stand"),
        ("restore everything to an hour ago and delete new ones", "“ones” can't stand"),
        ("restore Sales to an hour ago and delete new groups", "only when everything is restored"),
    ],
)
def test_what_can_not_be_gone_back_to_says_why(typed: Typed, sandbox: Sandbox, line: str, says: str) -> None:
    assert says.casefold() in typed(line).casefold()
    assert not sandbox.pbx.writes


def test_a_replaced_pbx_is_matched_by_name_and_number(harness: ConversationHarness) -> None:
    harness.do("snapshot")
    harness.sandbox.forward(timedelta(hours=1))
    state = harness.sandbox.pbx.state
    renew = {id: f"new/{order}" for order, id in enumerate([*state.groups, *state.ring_groups])}
    state.groups = {
        renew[id]: {**group, "id": renew[id], "recall_to": "USER_ONLY"} for id, group in state.groups.items()
    }
    state.members = {renew[id]: [] for id in state.members}
    state.ring_groups = {renew[id]: {**one, "id": renew[id]} for id, one in state.ring_groups.items()}
    del state.users["1002"]
    shown = restored(harness, "restore everything to 30 minutes ago")
    assert "Matched by name, as the id is another one now: " in shown
    assert "Left out: 1002 Bjørn Halvorsen: the PBX has no user with this number or name." in shown
    assert harness.members("Sales") == ["1007", "1003", "1011"]
    night = state.ring_group_id("Night Desk")
    assert state.groups[harness.id("Night Shift")]["ring_group_id"] == night


def test_a_group_of_the_same_name_on_the_same_pbx_is_another_group(harness: ConversationHarness) -> None:
    state = harness.sandbox.pbx.state
    harness.do("recall Sales to Day Desk")
    harness.do("recall Billing to Day Desk")
    id = harness.id("Sales")
    state.groups["another"] = {**state.groups.pop(id), "id": "another"}
    state.members["another"] = state.members.pop(id)
    harness.do("undo 2")
    harness.do("undo 1")
    assert "Sales" in harness.last_ephemeral().plain
    assert state.groups["another"]["recall_to"] == "RING_GROUP_ONLY"
