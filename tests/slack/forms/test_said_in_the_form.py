"""Errors are shown in the form, where they can be corrected; no input is lost, and nothing is changed."""

import pytest

from bot.sandbox.environment import Sandbox
from bot.texts import impossible
from tests.slack.forms.conftest import Ready, form_button, pick


@pytest.fixture(name="ana")
def _ana(sandbox: Sandbox) -> str:
    return sandbox.people["ana"]


@pytest.fixture(name="phones")
def _phones(sandbox: Sandbox) -> str:
    return sandbox.channels["phones"]


def begin(sandbox: Sandbox, line: str) -> None:
    """Opens the line's form after all names are read."""
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "add")
    sandbox.settle()
    sandbox.slack.close(sandbox.people["ana"])
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line)
    sandbox.settle()
    sandbox.pbx.requests.clear()


def test_who_is_in_another_group_is_offered_to_be_moved_in_the_form(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.slack.slash(ana, phones, "add 1001, 1002 to")
    ready("Park group")
    pick(sandbox, "ana", "Support", "Park group")
    sandbox.slack.submit(ana)
    view = ready("a user can be in one park group only")
    assert "Members: 1001 Amara Okafor, 1002" in view.plain
    assert view.fields["Park group"] == "Support"
    assert not sandbox.pbx.writes
    sandbox.slack.click(ana, view, label="move 1002 to Support")
    review = ready("from Sales to Support? Nothing has changed yet.")
    assert review.title == "Move members"
    assert not sandbox.pbx.writes
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert "1002" in sandbox.pbx.state.members_of("Support")
    assert "1002" not in sandbox.pbx.state.members_of("Sales")
    (card,) = sandbox.slack.messages(phones)
    assert card.plain.startswith("*Moved 1002")


def test_the_rest_can_be_done_from_the_form_too(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.slack.slash(ana, phones, "add 1001, 1002 to")
    ready("Park group")
    pick(sandbox, "ana", "Support", "Park group")
    sandbox.slack.submit(ana)
    sandbox.slack.click(ana, ready("one park group only"), label="Without “1002”: add 1001 to Support")
    ready("Add 1001 Amara Okafor to Support?")
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert "1001" in sandbox.pbx.state.members_of("Support")


WRONG = {
    "add 1001, 1999 to": ("members", "Nobody on the PBX has the extension or name 1999."),
    "create Support": ("name", "There is already a park group called Support."),
    "create support": ("name", "There is already a park group called support."),
    "server extension 12": ("extension", "3 to 64 digits"),
    "server recall ring group time 20m": ("time", "60 to 900 seconds"),
    "rename Sales to Support": ("name", "There is already a park group called Support."),
}


@pytest.mark.parametrize("line", WRONG)
def test_what_memory_is_sure_of_stands_beside_its_field_at_once(sandbox: Sandbox, ana: str, line: str) -> None:
    block, words = WRONG[line]
    verb, _, rest = line.partition(" ")
    begin(
        sandbox, line if line.startswith("add") else verb if verb in ("create", "rename") else line.rpartition(" ")[0]
    )
    if verb == "add" or verb == "rename":
        sandbox.slack.fill(ana, "Sales", label="Park group")
        sandbox.settle()
    if verb != "add":
        sandbox.slack.fill(ana, rest.rpartition(" ")[2], block_id=block)
    sandbox.settle()
    sandbox.pbx.requests.clear()
    assert sandbox.slack.submit(ana).ok
    assert words in sandbox.slack.view(ana).errors[block]
    assert not sandbox.pbx.requests, "in the submission's own answer"


def test_a_group_and_a_ring_group_that_are_not_there_are_said_so_beside_their_fields(
    sandbox: Sandbox, ready: Ready, ana: str
) -> None:
    begin(sandbox, "recall Slaes")
    view = sandbox.slack.view(ana)
    assert "There is no park group called “Slaes”" in view.plain
    sandbox.slack.fill(ana, "Night Desk (6001)", label="Where recalls go")
    sandbox.slack.submit(ana)
    assert "no park group called “Slaes”" in sandbox.slack.view(ana).errors["group"]
    recall = {"to": "RING_GROUP_ONLY", "ring_group": "No Desk"}
    sandbox.slack.click(ana, form_button(sandbox, "create", {"name": "Returns", "recall": recall}), label="Open")
    ready("Where recalls go (optional): No Desk")
    sandbox.slack.submit(ana)
    assert "There is no ring group called “No Desk”" in sandbox.slack.view(ana).errors["recall"]


def test_another_spelling_of_a_groups_own_name_is_no_name_that_is_taken(
    sandbox: Sandbox, ready: Ready, ana: str
) -> None:
    begin(sandbox, "rename Sales")
    sandbox.slack.fill(ana, "SALES", label="Name")
    sandbox.slack.submit(ana)
    ready("Sales → SALES")


def test_a_name_that_nothing_has_opens_the_form_with_what_is_meant_perhaps(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "recall Slaes")
    view = ready("There is no park group called “Slaes”")
    assert view.fields["Park group"] == "Slaes"
    sandbox.slack.submit(ana) if view.submit else None
    pick(sandbox, "ana", "Sales", "Park group")
    ready("[Now: The user who parked the call]")


def test_a_form_sent_off_before_its_date_was_asked_for_asks_for_it(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    pick(sandbox, "ana", "Night Desk (6001)", "Where recalls go")
    sandbox.settle()
    sandbox.slack.faults.fail("views.update", "hash_conflict", times=4)
    sandbox.slack.fill(ana, "At a date and time ...", label="Ends")
    sandbox.settle()
    sandbox.slack.faults.clear()
    sandbox.slack.submit(ana)
    view = ready("One more thing to fill in", "Ends at")
    assert "(x) At a date and time" in view.plain
    assert not sandbox.pbx.writes
    sandbox.slack.fill(ana, int(sandbox.now().timestamp()) // 60 * 60 + 7200, label="Ends at")
    ready("*Until:*")
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert "Until:" in sandbox.slack.messages(phones)[-1].plain


def test_what_would_be_lost_is_said_in_words_before_the_last_click(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "delete")
    ready("Park group")
    pick(sandbox, "ana", "Support EMEA", "Park group")
    sandbox.slack.submit(ana)
    view = ready("Will be lost: the group's settings and its 2 members")
    assert view.submit == "Delete"
    sandbox.slack.submit(ana)
    sandbox.settle()
    with pytest.raises(KeyError):
        sandbox.pbx.state.group_id("Support EMEA")


def test_switching_call_park_off_says_what_that_means(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.shortcut(ana, "park:panel")
    sandbox.slack.click(ana, ready("[More]"), label="More")
    sandbox.slack.click(ana, ready("Switch call park"), label="Switch call park")
    ready("Call park: ")
    sandbox.slack.fill(ana, "Off: nobody can park a call then", label="Call park")
    sandbox.slack.submit(ana)
    view = ready("Will be lost: ", impossible.CALLS_LOST[-20:])
    assert view.submit == "Switch off"


def test_a_pause_is_shown_before_it_begins(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.shortcut(ana, "park:panel")
    sandbox.slack.click(ana, ready("[More]"), label="More")
    sandbox.slack.click(ana, ready("Pause Park"), label="Pause Park")
    ready("Reason")
    sandbox.slack.fill(ana, "The PBX is being updated", label="Reason")
    sandbox.slack.submit(ana)
    view = ready("Pause Park? Nothing has changed yet.")
    assert "The PBX is being updated" in view.plain
    assert view.submit == "Pause Park"


def test_a_question_in_a_form_is_answered_there_with_buttons_that_work(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "group")
    ready("Park group")
    pick(sandbox, "ana", "Sales", "Park group")
    sandbox.slack.submit(ana)
    view = ready("Park group Sales")
    assert view.submit is None
    sandbox.slack.click(ana, view, label="Rename a group")
    ready("Name: ")
    sandbox.slack.fill(ana, "Sales North", label="Name")
    sandbox.slack.submit(ana)
    ready("Sales → Sales North")
    sandbox.settle()
    assert len(sandbox.slack.messages(phones)) == 1, "its channel is not forgotten on the way"


def test_nothing_to_change_leaves_nothing_to_submit(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "server recall time")
    ready("Time: [Now: 5m]")
    sandbox.slack.fill(ana, "5m", label="Time")
    sandbox.slack.submit(ana)
    view = ready("Nothing to change")
    assert (view.submit, view.close) == (None, "Close")
