"""Errors are shown in the form, where they can be corrected; no input is lost, and nothing is changed."""

import pytest

from bot.sandbox.environment import Stage
from tests.forms.conftest import Ready, form_button, pick


@pytest.fixture(name="ana")
def _ana(stage: Stage) -> str:
    return stage.people["ana"]


@pytest.fixture(name="phones")
def _phones(stage: Stage) -> str:
    return stage.channels["phones"]


def begin(stage: Stage, line: str) -> None:
    """Opens the line's form after all names are read."""
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "add")
    stage.settle()
    stage.slack.close(stage.people["ana"])
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], line)
    stage.settle()
    stage.pbx.requests.clear()


def test_who_is_in_another_group_is_offered_to_be_moved_in_the_form(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "group Sales")
    stage.slack.slash(ana, phones, "add 1001, 1002 to")
    ready("Park group")
    pick(stage, "ana", "Support", "Park group")
    stage.slack.submit(ana)
    view = ready("a user can be in one park group only")
    assert "Members: 1001 Amara Okafor, 1002" in view.plain
    assert view.fields["Park group"] == "Support"
    assert not stage.pbx.writes
    stage.slack.click(ana, view, label="move 1002 to Support")
    review = ready("from Sales to Support? Nothing is changed yet.")
    assert review.title == "Move members"
    assert not stage.pbx.writes
    stage.slack.submit(ana)
    stage.settle()
    assert "1002" in stage.pbx.state.members_of("Support")
    assert "1002" not in stage.pbx.state.members_of("Sales")
    (card,) = stage.slack.messages(phones)
    assert card.plain.startswith("*Moved 1002")


def test_the_rest_can_be_done_from_the_form_too(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "group Sales")
    stage.slack.slash(ana, phones, "add 1001, 1002 to")
    ready("Park group")
    pick(stage, "ana", "Support", "Park group")
    stage.slack.submit(ana)
    stage.slack.click(ana, ready("one park group only"), label="add 1001 to Support")
    ready("Add 1001 Amara Okafor to Support?")
    stage.slack.submit(ana)
    stage.settle()
    assert "1001" in stage.pbx.state.members_of("Support")


WRONG = {
    "add 1001, 1999 to": ("members", "Nobody on the PBX has the extension or name 1999."),
    "create Support": ("name", "There already is a park group Support."),
    "create support": ("name", "There already is a park group support."),
    "server extension 12": ("extension", "3 to 64 digits"),
    "server recall ring group time 20m": ("time", "60 to 900 seconds"),
    "rename Sales to Support": ("name", "There already is a park group Support."),
}


@pytest.mark.parametrize("line", WRONG)
def test_what_memory_is_sure_of_stands_beside_its_field_at_once(stage: Stage, ana: str, line: str) -> None:
    block, words = WRONG[line]
    verb, _, rest = line.partition(" ")
    begin(stage, line if line.startswith("add") else verb if verb in ("create", "rename") else line.rpartition(" ")[0])
    if verb == "add" or verb == "rename":
        stage.slack.fill(ana, "Sales", label="Park group")
        stage.settle()
    if verb != "add":
        stage.slack.fill(ana, rest.rpartition(" ")[2], block_id=block)
    stage.pbx.requests.clear()
    assert stage.slack.submit(ana).ok
    assert words in stage.slack.view(ana).errors[block]
    assert not stage.pbx.requests, "in the submission's own answer"


def test_a_group_and_a_ring_group_that_are_not_there_are_said_so_beside_their_fields(
    stage: Stage, ready: Ready, ana: str
) -> None:
    begin(stage, "recall Slaes")
    view = stage.slack.view(ana)
    assert "There is no park group called “Slaes”" in view.plain
    stage.slack.fill(ana, "A ring group", label="Where recalls go")
    stage.settle()
    stage.slack.fill(ana, "Night Desk (6001)", label="Ring group")
    stage.slack.submit(ana)
    assert "no park group called “Slaes”" in stage.slack.view(ana).errors["group"]
    recall = {"to": "RING_GROUP_ONLY", "ring_group": "No Desk"}
    stage.slack.click(ana, form_button(stage, "create", {"name": "Returns", "recall": recall}), label="Open")
    ready("Ring group: No Desk")
    stage.slack.submit(ana)
    assert "There is no ring group called “No Desk”" in stage.slack.view(ana).errors["recall.ring_group"]


def test_another_spelling_of_a_groups_own_name_is_no_name_that_is_taken(stage: Stage, ready: Ready, ana: str) -> None:
    begin(stage, "rename Sales")
    stage.slack.fill(ana, "SALES", label="Name")
    stage.slack.submit(ana)
    ready("Sales -> SALES")


def test_a_name_that_nothing_has_opens_the_form_with_what_is_meant_perhaps(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "recall Slaes")
    view = ready("There is no park group called “Slaes”")
    assert view.fields["Park group"] == "Slaes"
    stage.slack.submit(ana) if view.submit else None
    pick(stage, "ana", "Sales", "Park group")
    assert "(x) The user who parked the call" in ready("(x) ").plain


def test_a_form_sent_off_before_its_ring_group_was_asked_for_asks_for_it(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    stage.slack.faults.fail("views.update", "hash_conflict")
    stage.slack.fill(ana, "A ring group", label="Where recalls go")
    stage.slack.wait_for(lambda: not stage.slack.faults.waiting("views.update"))
    stage.slack.submit(ana)
    view = ready("one more thing to fill in", "Ring group")
    assert "(x) A ring group" in view.plain
    pick(stage, "ana", "Night Desk (6001)", "Ring group")
    stage.slack.submit(ana)
    ready("Apply")


def test_what_would_be_lost_is_said_in_words_before_the_last_click(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "delete")
    ready("Park group")
    pick(stage, "ana", "Support EMEA", "Park group")
    stage.slack.submit(ana)
    view = ready("Will be lost: the group's settings and its 2 memberships")
    assert view.submit == "Delete"
    stage.slack.submit(ana)
    stage.settle()
    with pytest.raises(KeyError):
        stage.pbx.state.group_id("Support EMEA")


def test_switching_call_park_off_says_what_that_means(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.shortcut(ana, "park:panel")
    stage.slack.click(ana, ready("Switch call park"), label="Switch call park")
    ready("Call park: ")
    stage.slack.fill(ana, "Off: nobody can park a call then", label="Call park")
    stage.slack.submit(ana)
    view = ready("Will be lost: Nobody in the company can park a call")
    assert view.submit == "Switch off"


def test_a_pause_is_shown_before_it_begins(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.shortcut(ana, "park:panel")
    stage.slack.click(ana, ready("Pause Park"), label="Pause Park")
    ready("Reason")
    stage.slack.fill(ana, "The PBX is being updated", label="Reason")
    stage.slack.submit(ana)
    view = ready("Pause Park? Nothing is changed yet.")
    assert "The PBX is being updated" in view.plain
    assert view.submit == "Pause Park"


def test_a_question_in_a_form_is_answered_there_with_buttons_that_work(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "group")
    ready("Park group")
    pick(stage, "ana", "Sales", "Park group")
    stage.slack.submit(ana)
    view = ready("Park group Sales")
    assert view.submit is None
    stage.slack.click(ana, view, label="Rename a group")
    ready("Name: ")
    stage.slack.fill(ana, "Sales North", label="Name")
    stage.slack.submit(ana)
    ready("Sales -> Sales North")
    stage.slack.submit(ana)
    stage.settle()
    assert len(stage.slack.messages(phones)) == 1, "its channel is not forgotten on the way"


def test_nothing_to_change_leaves_nothing_to_submit(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "server recall time")
    ready("Time: 5m")
    stage.slack.submit(ana)
    view = ready("Nothing to change")
    assert (view.submit, view.close) == (None, "Close")
