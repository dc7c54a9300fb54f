"""What the policy allows, whichever way it is asked for; and what nobody needs a rule for."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, POLICY, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

RULES = """
[[allow]]
name = "On call, for a night in an emergency"
user_groups = ["{oncall}"]
operations = ["recall"]
temporary = "4h"
emergency = "{ops}"

[[allow]]
name = "On call, for a day once a lead agrees"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["members"]
temporary = "24h"
approvers = ["{leads}"]

[[allow]]
name = "Leads among themselves"
user_groups = ["{leads}", "{oncall}"]
operations = ["pause"]
approvers = ["{oncall}"]

[[allow]]
name = "Eve, in the office"
users = ["{eve}"]
operations = ["recall", "groups"]
hours = ["Mon-Fri 08:00-18:00 Europe/Berlin"]
groups = ["Billing", "Late*"]
"""
Change = Callable[[str], str]


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + RULES, retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        yield ConversationHarness(sandbox)


def recall(scene: ConversationHarness, group: str = "Billing") -> object:
    return scene.sandbox.pbx.state.groups[scene.id(group)]["recall_to"]


def later(scene: ConversationHarness, **time: float) -> None:
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def test_an_emergency_is_ended_by_whoever_made_it_and_not_made_again_by_undoing_the_end(
    scene: ConversationHarness,
) -> None:
    scene.do("emergency recall Billing to Night Desk for 2h because fire", "ben")
    assert recall(scene) == "RING_GROUP_ONLY"
    scene.click(scene.card(), "End now", "ben")
    assert recall(scene) == "USER_ONLY"
    assert scene.sandbox.park.tenant.journal.get(3).rule == "people may always undo their own changes"
    scene.do("undo change 3", "ben")
    assert recall(scene) == "USER_ONLY", "a change that needs a reason is not made again without one"
    assert "You can't do that here" in scene.last_ephemeral("ben").plain


def test_an_end_is_brought_forward_by_whoever_made_the_change_but_not_put_off(scene: ConversationHarness) -> None:
    scene.do("emergency recall Billing to Night Desk for 2h because fire", "ben")
    scene.do("extend change 1 for 30m", "ben")
    assert "You can't do that here" in scene.last_ephemeral("ben").plain
    scene.do("keep change 1", "ben")
    assert "You can't do that here" in scene.last_ephemeral("ben").plain
    scene.do("extend change 1 until 11:00", "ben")
    later(scene, minutes=61)
    assert recall(scene) == "USER_ONLY"


def test_a_change_and_a_schedule_of_the_office_hours_are_taken_back_after_them(scene: ConversationHarness) -> None:
    scene.do("recall Billing to Night Desk", "eve")
    scene.do("create Late at 11:30", "eve")
    scene.do("create Later at 11:40", "eve")
    later(scene, hours=7.5)
    scene.do("cancel change 3", "eve")
    later(scene, minutes=10)
    later(scene, hours=1)
    assert [group["name"] for group in scene.sandbox.pbx.state.groups.values() if "Late" in group["name"]] == ["Late"]
    scene.do("undo change 1", "eve")
    assert recall(scene) == "USER_ONLY"
    scene.do("undo change 2", "eve")
    assert not [group for group in scene.sandbox.pbx.state.groups.values() if "Late" in group["name"]]
    scene.do("recall Billing to Night Desk", "eve")
    assert "You can't do that here" in scene.last_ephemeral("eve").plain


def test_what_somebody_else_made_is_not_taken_back_without_a_rule(scene: ConversationHarness) -> None:
    scene.do("recall Billing to Night Desk")
    scene.do("recall Warehouse to Night Desk for 2h")
    for line in ("undo change 1", "end change 2 now", "preview undo change 1", "extend change 2 until 10:30"):
        before = len(scene.writes)
        scene.do(line, "eve", "random")
        assert len(scene.writes) == before or line == "undo change 1"
    assert recall(scene, "Warehouse") == "RING_GROUP_ONLY"


def test_the_limits_of_an_emergency_and_of_an_approval_are_said(scene: ConversationHarness) -> None:
    scene.do("recall Billing to Night Desk", "ben")
    refusal = scene.last_ephemeral("ben")
    assert "In an emergency, it would be allowed for at most 4h" in refusal.plain
    assert "Emergency ..." in refusal.plain
    scene.do("emergency recall Billing to Night Desk for 5h because fire", "ben")
    refusal = scene.last_ephemeral("ben")
    assert "In an emergency, it would be allowed for at most 4h" in refusal.plain
    scene.do("add 1001 to Billing", "ben")
    assert "With an approval, it would be allowed for at most 1 day" in scene.last_ephemeral("ben").plain
    assert scene.writes == []
    scene.click(scene.last_ephemeral("ben"), "Ask for approval, only for at most 1 day", "ben")
    assert "Waiting for approval: Add 1001 Amara Okafor to Billing" in scene.card().plain
    scene.do("cancel change 2", "ben")
    assert scene.writes == []
    scene.click(refusal, "Only for at most 4h", "ben")
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "*Emergency:* fire" in scene.cards()[-1].plain


@pytest.mark.parametrize("reason", ["because ...", "because ?", "because 1", "because :fire:", "because !!! 42", ""])
def test_a_reason_has_words(scene: ConversationHarness, reason: str) -> None:
    scene.slash(f"emergency recall Billing to Night Desk for 2h {reason}", "ben")
    scene.sandbox.settle()
    assert scene.writes == []


def test_an_approval_that_only_the_asker_could_give_is_refused_when_it_is_asked_for(
    scene: ConversationHarness,
) -> None:
    scene.do("pause because of work", "ben")
    assert "Ask for approval" not in scene.last_ephemeral("ben").plain
    assert "You can't do that here" in scene.last_ephemeral("ben").plain


def test_an_approval_that_only_deactivated_people_could_give_is_refused(scene: ConversationHarness) -> None:
    scene.sandbox.slack.deactivate(scene.sandbox.people["ana"])
    scene.do("ask add 1001 to Billing for 2h", "ben")
    assert "not that many who can" in scene.last_ephemeral("ben").plain
    assert scene.cards() == []


def test_a_typed_approval_shows_what_who_and_how_long(scene: ConversationHarness) -> None:
    scene.do("ask add 1001 to Billing for 2h", "ben")
    scene.do("approve change 1")
    said = scene.last_ephemeral()
    for part in ("Add 1001 Amara Okafor to Billing", "@Ben Ito", "2h, counted from its approval"):
        assert part in said.plain
    scene.click(said, "Approve")
    assert "1001" in scene.members("Billing")


def test_a_preview_and_a_request_for_approval_say_that_somebody_is_in_another_group(
    scene: ConversationHarness,
) -> None:
    number = scene.members("Sales")[0]
    scene.do(f"preview add {number} to Support")
    assert "a user can be in one park group only" in scene.last_ephemeral().plain
    scene.do(f"ask add {number} to Billing for 2h", "ben")
    assert "a user can be in one park group only" in scene.last_ephemeral("ben").plain
    assert scene.cards() == []


def test_nothing_is_approved_while_park_is_paused(scene: ConversationHarness) -> None:
    scene.do("ask add 1001 to Billing for 2h", "ben")
    waiting = scene.card()
    scene.do("pause because of work")
    scene.click(scene.last_ephemeral(), "Pause Park")
    scene.click(waiting, "Approve")
    assert "Park is paused" in scene.last_ephemeral().plain
    scene.do("resume")
    scene.do("approve change 1")
    scene.click(scene.last_ephemeral(), "Approve")
    assert "1001" in scene.members("Billing")


@pytest.mark.parametrize("contact", ["{leads}", "{ana}", "{random}", "the phone team"])
def test_what_a_deactivated_account_scheduled_is_refused_and_the_contact_is_told(contact: str) -> None:
    policy = POLICY.replace('contact = "{leads}"', f'contact = "{contact}"')
    with Sandbox(policy=policy, retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("add 1001 to Sales at 12:00", "ben")
        scene.do("recall Sales to Night Desk for 3h", "ben")
        sandbox.slack.deactivate(sandbox.people["ben"])
        later(scene, hours=2)
        assert "1001" not in scene.members("Sales")
        channel = {"{ana}": None, "{random}": "random"}.get(contact, "ops")
        told = scene.cards(channel) if channel else scene.direct("ana")
        assert any("deactivated" in one.plain and "@Ben Ito" in one.plain for one in told)
        later(scene, hours=1, minutes=1)
        assert recall(scene, "Sales") != "RING_GROUP_ONLY", "an end still happens"


def test_what_a_deactivated_account_asked_for_cannot_be_approved(scene: ConversationHarness) -> None:
    scene.do("ask add 1001 to Billing for 2h", "ben")
    scene.sandbox.slack.deactivate(scene.sandbox.people["ben"])
    later(scene, minutes=2)
    scene.click(scene.card(), "Approve")
    assert "is no longer allowed to make it" in scene.last_ephemeral().plain
    assert scene.writes == []


def test_help_and_access_say_limits_and_approvals(scene: ConversationHarness) -> None:
    scene.do("help", "eve")
    assert (
        "Only Mon-Fri 08:00-18:00 Europe/Berlin: recall, create, rename, delete." in scene.last_ephemeral("eve").plain
    )
    scene.do("help", "ben", "random")
    assert "Only for at most 4h; in an emergency, for a stated reason: recall" in scene.last_ephemeral("ben").plain
    scene.do("access", "ben")
    assert "for at most 4h; in an emergency, for a stated reason" in scene.last_ephemeral("ben").plain


def test_a_refusal_names_no_group_that_one_may_not_see(scene: ConversationHarness) -> None:
    scene.do("recall Warehouse to Night Desk")
    scene.do("recall Warehouse to Reception for 2h")
    for line in (
        "undo change 1",
        "extend change 2 for 1h",
        "keep change 2",
        "end change 2 now",
        "undo change 2 anyway",
    ):
        scene.do(line, "eve", "random")
        assert "Warehouse" not in scene.last_ephemeral("eve").plain, line
