"""The form of a restoration: what, to when, and whether what is new is deleted."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from tests.faults.scene import ConversationHarness


@pytest.fixture
def harness() -> Iterator[ConversationHarness]:
    with Sandbox() as sandbox:
        harness = ConversationHarness(sandbox)
        for line in ("recall Sales to Night Desk", "create Extra", "recall Support to user"):
            harness.do(line)
        yield harness


def open_form(harness: ConversationHarness) -> str:
    """Opens the form by the bare line, as ana; returns her id."""
    harness.do("restore")
    return harness.sandbox.people["ana"]


def view(harness: ConversationHarness) -> str:
    harness.sandbox.settle()
    return harness.sandbox.slack.view(harness.sandbox.people["ana"]).plain.replace("*", "")


def test_everything_is_previewed_and_restored_to_before_a_change(harness: ConversationHarness) -> None:
    slack, ana = harness.sandbox.slack, open_form(harness)
    slack.fill(ana, "Everything: the server and all groups", label="What")
    slack.fill(ana, "1", label="Or as before change")
    slack.fill(ana, "Delete them", label="Groups that were created since")
    assert slack.submit(ana).ok
    shown = view(harness)
    assert "Restore everything to how it was before #1?" in shown
    assert "1 group will be deleted: Extra." in shown
    assert slack.submit(ana).ok
    harness.sandbox.settle()
    state = harness.sandbox.pbx.state
    assert "Extra" not in {one["name"] for one in state.groups.values()}
    assert state.groups[harness.id("Sales")]["recall_to"] == "USER_ONLY"
    assert state.groups[harness.id("Support")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"


def test_one_group_is_restored_and_the_others_stay(harness: ConversationHarness) -> None:
    slack, ana = harness.sandbox.slack, open_form(harness)
    slack.fill(ana, "Sales", label="What")
    slack.fill(ana, "2 hours ago", label="As it was on")
    assert slack.submit(ana).ok
    assert "Restore Sales to how it was on" in view(harness)
    assert slack.submit(ana).ok
    harness.sandbox.settle()
    state = harness.sandbox.pbx.state
    assert state.groups[harness.id("Sales")]["recall_to"] == "USER_ONLY"
    assert state.groups[harness.id("Support")]["recall_to"] == "USER_ONLY"


@pytest.mark.parametrize(("moment", "change"), [(None, None), ("2 hours ago", "1")])
def test_one_of_a_time_and_a_change_is_needed(
    harness: ConversationHarness, moment: str | None, change: str | None
) -> None:
    slack, ana = harness.sandbox.slack, open_form(harness)
    slack.fill(ana, "The call park server", label="What")
    if moment and change:
        slack.fill(ana, moment, label="As it was on")
        slack.fill(ana, change, label="Or as before change")
    answer = slack.submit(ana)
    assert "Enter one of both" in str(answer)


def test_the_form_is_offered_among_all_actions(harness: ConversationHarness) -> None:
    harness.do("")
    harness.click(harness.last_ephemeral(), "More")
    assert "Restore the set-up" in view(harness)
