"""A PBX that was replaced by one with the same names and other ids: whatever is pending goes on by name and number."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, POLICY, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

BERLIN = ZoneInfo("Europe/Berlin")
RULES = """
[[allow]]
name = "On call, once a lead agrees"
user_groups = ["{oncall}"]
groups = ["Billing"]
operations = ["members", "recall"]
approvers = ["{leads}"]
recurring = true
"""


@pytest.fixture
def harness() -> Iterator[ConversationHarness]:
    """A Wednesday at 10:00; the set-up of the old PBX was kept."""
    with Sandbox(policy=POLICY + RULES, retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        harness = ConversationHarness(sandbox)
        harness.do("snapshot")
        yield harness


def replace_pbx(sandbox: Sandbox) -> None:
    """Gives every object of the PBX another id, as a new PBX with the same names has."""
    state = sandbox.pbx.state
    renew = {id: f"new/{order}" for order, id in enumerate([*state.groups, *state.ring_groups])}
    state.groups = {
        renew[id]: {**group, "id": renew[id], "ring_group_id": group["ring_group_id"] and renew[group["ring_group_id"]]}
        for id, group in state.groups.items()
    }
    state.members = {renew[id]: members for id, members in state.members.items()}
    state.ring_groups = {renew[id]: {**one, "id": renew[id]} for id, one in state.ring_groups.items()}
    sandbox.forward(timedelta(minutes=2))  # what is cached is read again


def go(harness: ConversationHarness, day: int, hour: int) -> None:
    """Sets the clock, and waits for whatever is due then."""
    sandbox = harness.sandbox
    sandbox.forward(datetime(2026, 6, day, hour, 0, 1, tzinfo=BERLIN) - sandbox.now())
    sandbox.settle()


def recall(harness: ConversationHarness, group: str) -> tuple[object, object]:
    """Where recalls of a group go: the kind, and the name of the ring group."""
    state = harness.sandbox.pbx.state
    settings = state.groups[harness.id(group)]
    names = {id: one["name"] for id, one in state.ring_groups.items()}
    return settings["recall_to"], names.get(settings["ring_group_id"])


def test_undo_and_ends_go_on(harness: ConversationHarness) -> None:
    harness.do("recall Support to Day Desk")
    harness.do("add 1001 to Sales for 4h")
    replace_pbx(harness.sandbox)
    harness.click(harness.cards()[0], "Undo")
    assert recall(harness, "Support") == ("USER_FIRST_THEN_RING_GROUP", "Night Desk")
    assert "1001" in harness.members("Sales")
    go(harness, 10, 15)
    assert "1001" not in harness.members("Sales")


def test_a_temporary_change_is_found_in_the_way(harness: ConversationHarness) -> None:
    harness.do("recall Sales to Day Desk for 4h")
    replace_pbx(harness.sandbox)
    harness.do("recall Sales to Night Desk")
    assert "That is temporary: #1" in harness.last_ephemeral().plain
    harness.click(harness.last_ephemeral(), "End #1 and do this")
    assert recall(harness, "Sales") == ("RING_GROUP_ONLY", "Night Desk")
    harness.do("pending")
    assert "#1" not in harness.last_ephemeral().plain
    harness.click(harness.cards()[-1], "Undo")
    assert recall(harness, "Sales")[0] == "USER_ONLY"


def test_a_scheduled_change_is_found_in_the_way_and_begins(harness: ConversationHarness) -> None:
    harness.do("recall Sales to Day Desk tomorrow 9:00 to 17:00")
    replace_pbx(harness.sandbox)
    harness.do("recall Sales to Night Desk tomorrow 8:00 to 10:00")
    assert "Already scheduled as #" in harness.last_ephemeral().plain
    go(harness, 11, 9)
    assert recall(harness, "Sales")[1] == "Day Desk"
    go(harness, 11, 17)
    assert recall(harness, "Sales")[0] == "USER_ONLY"


def test_a_change_is_not_extended_into_another(harness: ConversationHarness) -> None:
    harness.do("recall Sales to Day Desk for 1h")
    harness.do("recall Sales to Night Desk today 13:00 to 14:00")
    replace_pbx(harness.sandbox)
    harness.do("extend 1 until 13:30")
    assert "Already scheduled as #" in harness.last_ephemeral().plain


def test_a_schedule_goes_on_and_still_clashes(harness: ConversationHarness) -> None:
    harness.do("recall Sales to Night Desk every weekday 18:00 to 8:00")
    replace_pbx(harness.sandbox)
    harness.do("recall Sales to Day Desk every weekday 17:00 to 19:00")
    assert "#1" in harness.last_ephemeral().plain
    assert "Nothing was changed" in harness.last_ephemeral().plain
    go(harness, 10, 18)
    assert recall(harness, "Sales")[1] == "Night Desk"
    harness.do("recall Sales to Day Desk every Wednesday 20:00 to 21:00")
    assert "#1" in harness.last_ephemeral().plain, "also while one of its occurrences is in effect"
    go(harness, 11, 8)
    assert recall(harness, "Sales")[0] == "USER_ONLY"


def test_a_schedule_whose_occurrence_is_in_effect_ends_it(harness: ConversationHarness) -> None:
    harness.do("recall Sales to Night Desk every weekday 18:00 to 8:00")
    go(harness, 10, 18)
    replace_pbx(harness.sandbox)
    harness.do("recall Sales to Day Desk for 1h")
    assert recall(harness, "Sales")[1] == "Day Desk", "what a person does for a while goes first"
    go(harness, 10, 20)
    assert recall(harness, "Sales")[1] == "Night Desk"
    go(harness, 11, 8)
    assert recall(harness, "Sales")[0] == "USER_ONLY"


def test_a_paused_schedule_is_resumed_unless_another_is_in_the_way(harness: ConversationHarness) -> None:
    harness.do("recall Sales to Night Desk every weekday 18:00 to 20:00")
    harness.do("pause schedule 1")
    harness.do("recall Sales to Day Desk every weekday 20:00 to 21:00")
    replace_pbx(harness.sandbox)
    harness.do("resume schedule 1")
    assert "· active ·" in harness.cards()[0].plain
    harness.do("pause schedule 1")
    harness.do("recall Sales to Day Desk every weekday 19:00 to 20:00")
    harness.do("resume schedule 1")
    assert "Nothing was changed" in harness.last_ephemeral().plain
    assert "19:00" in harness.last_ephemeral().plain


@pytest.mark.parametrize("replaced_first", [False, True])
def test_an_approval_counts_for_the_same_by_name(harness: ConversationHarness, replaced_first: bool) -> None:
    harness.do("ask recall Billing to Night Desk", "ben")
    assert "Waiting for approval" in harness.cards()[-1].plain
    if replaced_first:
        replace_pbx(harness.sandbox)
    harness.do("approve 1")
    harness.click(harness.last_ephemeral(), "Approve")
    assert recall(harness, "Billing")[1] == "Night Desk"


def test_the_approval_of_a_schedule_covers_its_occurrences(harness: ConversationHarness) -> None:
    harness.do("ask recall Billing to Night Desk every day 18:00 to 20:00", "ben")
    harness.do("approve 1")
    harness.click(harness.last_ephemeral(), "Approve")
    replace_pbx(harness.sandbox)
    go(harness, 10, 18)
    assert recall(harness, "Billing")[1] == "Night Desk"
    go(harness, 10, 20)
    assert recall(harness, "Billing")[0] == "USER_ONLY"


def test_a_button_of_a_preview_does_what_it_showed(harness: ConversationHarness) -> None:
    harness.do("preview recall Support to user")
    shown = harness.last_ephemeral()
    replace_pbx(harness.sandbox)
    harness.click(shown, "Apply")
    assert recall(harness, "Support")[0] == "USER_ONLY"


def test_what_the_new_pbx_has_not_is_named(harness: ConversationHarness) -> None:
    state = harness.sandbox.pbx.state
    harness.do("recall Support to Day Desk for 1h")
    harness.do("add 1001 to Sales")
    replace_pbx(harness.sandbox)
    del state.groups[harness.id("Support")]
    go(harness, 10, 12)
    said = "\n".join(one.plain for one in harness.replies())
    assert "Support" in said
    assert "no longer exists" in said, said
