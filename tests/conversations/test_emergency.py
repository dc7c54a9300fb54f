"""A change that may be made in an emergency only: at once, for a stated reason, and told where the policy says."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from tests.conversations.conftest import settle_after_retries
from tests.faults.scene import FAST_RETRIES, ConversationHarness
from tests.slack.forms.conftest import top_view

RULE = """
[[allow]]
name = "On call, in an emergency"
user_groups = ["{oncall}"]
operations = ["recall"]
ring_groups = ["Night Desk"]
emergency = "{ops}"

[[deny]]
name = "The lounge is left alone"
operations = ["recall"]
groups = ["The Lounge"]
"""
LINE = "emergency recall Billing to Night Desk because the desk is on fire"


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + RULE, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def recall(scene: ConversationHarness) -> object:
    return scene.sandbox.pbx.state.groups[scene.id("Billing")]["recall_to"]


def test_it_is_made_at_once_and_the_reason_stands_everywhere(scene: ConversationHarness) -> None:
    scene.do(LINE, "ben")
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "*Emergency:* the desk is on fire" in scene.card().plain
    (told,) = scene.cards("ops")
    assert "Emergency change. Billing: unanswered parked calls now go to" in told.plain
    assert "*Emergency:* the desk is on fire" in told.plain
    assert "by @Ben Ito" in told.plain
    scene.do("history Billing")
    assert 'emergency recall Billing to Night Desk because "the desk is on fire"' in scene.last_ephemeral().plain
    assert scene.sandbox.park.tenant.journal.get(1).rule == "On call, in an emergency"


def test_a_refusal_offers_a_form_that_asks_for_the_reason(scene: ConversationHarness) -> None:
    ben = scene.sandbox.people["ben"]
    scene.do("recall Billing to Night Desk for 2h", "ben")
    refusal = scene.last_ephemeral("ben")
    assert "in an emergency" in refusal.plain
    assert scene.sandbox.slack.click(ben, refusal, label="Emergency ...").ok
    assert "recall Billing to Night Desk" in top_view(scene.sandbox, "Emergency change", person="ben").plain
    assert scene.sandbox.slack.submit(ben).error == "not_submitted", "no reason is none"
    scene.sandbox.slack.fill(ben, "nobody is at the desk", label="Reason")
    assert scene.sandbox.slack.submit(ben).ok
    top_view(scene.sandbox, "Night Desk (6001)", "Until", person="ben")
    assert scene.writes == []
    assert scene.sandbox.slack.submit(ben).ok
    scene.sandbox.settle()
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "nobody is at the desk" in scene.card().plain
    assert "nobody is at the desk" in scene.cards("ops")[-1].plain


def test_a_line_without_its_reason_opens_that_form(scene: ConversationHarness) -> None:
    scene.slash("emergency recall Billing to Night Desk", "ben")
    assert "recall Billing to Night Desk" in top_view(scene.sandbox, "Emergency change", "Reason", person="ben").plain
    assert scene.writes == []


def test_a_line_in_the_form_that_is_none_of_parks_is_said_beside_it(scene: ConversationHarness) -> None:
    ben = scene.sandbox.people["ben"]
    scene.slash("emergency", "ben")
    top_view(scene.sandbox, "Emergency change", "Reason", person="ben")
    scene.sandbox.slack.fill(ben, "recal Billing", label="Change")
    scene.sandbox.slack.fill(ben, "fire", label="Reason")
    said = scene.sandbox.slack.submit(ben).payload or {}
    assert "isn't a change, so it needs no emergency" in said["errors"]["line"]
    assert scene.writes == []


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("emergency recall Billing to Reception because fire", "ben"),  # another ring group
        ("emergency add 1001 to Billing because fire", "ben"),  # another kind of change
        ("emergency recall The Lounge to Night Desk because fire", "ben"),  # a rule denies it
        (LINE, "eve"),
    ],
)
def test_it_goes_as_far_as_the_rule_and_no_further(scene: ConversationHarness, line: str, who: str) -> None:
    scene.do(line, who)
    assert scene.writes == []
    assert "Nothing was changed" in scene.last_ephemeral(who).plain
    assert scene.cards("ops") == []


def test_what_may_be_done_anyway_is_no_emergency_for_others_to_hear_of(scene: ConversationHarness) -> None:
    scene.do(LINE)
    assert recall(scene) == "RING_GROUP_ONLY"
    assert "*Emergency:* the desk is on fire" in scene.card().plain
    assert scene.cards("ops") == []


def test_the_reason_may_hold_any_word(scene: ConversationHarness) -> None:
    scene.do("emergency recall Billing to Night Desk because Ana left because of the fire", "ben")
    assert "*Emergency:* Ana left because of the fire" in scene.card().plain


def test_it_ends_by_itself_as_any_change_does(scene: ConversationHarness) -> None:
    scene.do("emergency recall Billing to Night Desk for 1h because fire", "ben")
    scene.sandbox.forward(timedelta(hours=1, minutes=1))
    scene.sandbox.settle()
    assert recall(scene) == "USER_ONLY"
    assert len([one for one in scene.cards("ops") if "Emergency change" in one.plain]) == 1


@pytest.mark.parametrize("failures", [1, 2, 3, 4])
def test_while_slack_fails_the_change_stands_and_the_channel_hears_of_it_later_and_once(
    scene: ConversationHarness, failures: int
) -> None:
    scene.sandbox.slack.faults.fail("chat.postMessage", 503, times=failures)
    scene.slash(LINE, "ben")
    settle_after_retries(scene.sandbox)
    assert recall(scene) == "RING_GROUP_ONLY"
    assert len(scene.cards("ops")) == 1
    assert len(scene.cards()) == 1
