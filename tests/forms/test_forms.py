"""Every operation has a form, with the same permissions, plan and confirmation as its command."""

from collections.abc import Iterator

import pytest

from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Stage
from tests.forms.conftest import Ready, pick

NEEDING = [
    one
    for one in OPERATIONS
    if any(one.model_fields[name].is_required() for name in one.form())
    and one.operation_id != "server_enabled"  # its verb alone shows the server; the panel opens its form
]


@pytest.fixture
def stage(http: bool) -> Iterator[Stage]:
    with Stage(http=http) as running:
        yield running


@pytest.fixture(name="ana")
def _ana(stage: Stage) -> str:
    return stage.people["ana"]


@pytest.fixture(name="phones")
def _phones(stage: Stage) -> str:
    return stage.channels["phones"]


def test_a_line_with_something_missing_opens_its_form_filled_with_what_was_said(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "add 1001")
    assert "Members: 1001" in ready("Park group").plain
    pick(stage, "ana", "Sales", "Park group")
    assert stage.slack.submit(ana).ok
    assert "Added: 1001 Amara Okafor" in ready("Apply").plain.replace("*", "")
    assert not stage.pbx.writes
    assert stage.slack.submit(ana).ok
    stage.settle()
    assert not stage.slack.views_of(ana)
    (card,) = stage.slack.messages(phones)
    assert card.plain.startswith("*Added 1001 Amara Okafor to Sales*")


@pytest.mark.parametrize("operation", [one for one in NEEDING if one.permission])
def test_whom_no_rule_allows_fills_no_form_and_the_pbx_hears_nothing(
    stage: Stage, ready: Ready, phones: str, operation: type[Operation]
) -> None:
    gil = stage.people["gil"]
    stage.slack.slash(gil, phones, operation.usage().split(" <")[0])
    view = ready("You may not do that here", person="gil")
    assert "Whom to ask" in view.plain
    assert not stage.pbx.requests


@pytest.mark.parametrize("operation", NEEDING)
def test_every_form_opens_for_whom_it_is_allowed(
    stage: Stage, ready: Ready, ana: str, phones: str, operation: type[Operation]
) -> None:
    stage.slack.slash(ana, phones, operation.usage().split(" <")[0])
    view = ready(next(iter(operation.form().values())).label)
    assert view.title == operation.title
    assert len(operation.title) <= 24


def test_the_ring_groups_picker_appears_with_the_choice_that_needs_it(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "recall Sales")
    assert "(x) The user who parked the call" in ready("Where recalls go").plain, "filled with what stands"
    stage.slack.fill(ana, "That user first, then a ring group", label="Where recalls go")
    ready("Ring group: ")
    pick(stage, "ana", "Night Desk (6001)", "Ring group")
    stage.slack.submit(ana)
    ready("then Night Desk (6001)", "Apply")
    stage.slack.submit(ana)
    stage.settle()
    assert stage.pbx.state.groups[stage.pbx.state.group_id("Sales")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "server recall time")
    ready("Time: 5m")
    stage.slack.fill(ana, "20m", label="Time")
    stage.slack.submit(ana)
    view = stage.slack.view(ana)
    assert "60 to 900 seconds" in view.errors["time"]
    assert "Time: 20m" in view.plain


def test_times_are_fields_like_others_and_what_was_typed_of_them_is_filled_in(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "add 1001 until 7pm")
    assert "Ends (optional): until 19:00" in ready("Park group").plain
    pick(stage, "ana", "Sales", "Park group")
    stage.slack.fill(ana, "whenever", label="Ends")
    stage.slack.submit(ana)
    assert "An end is typed as for 2h" in stage.slack.view(ana).errors["ends"]
    stage.slack.fill(ana, "2h", label="Ends")
    stage.slack.fill(ana, "tomorrow at 8", label="Begins")
    stage.slack.submit(ana)
    view = ready("Nothing is changed yet")
    assert "*Begins:*" in view.plain
    assert "*Until:*" in view.plain
    stage.slack.submit(ana)
    stage.settle()
    assert not stage.pbx.writes
    (card,) = [one for one in stage.slack.messages(stage.channels["phones"]) if "Scheduled" in one.plain]
    assert "Europe/Berlin" in card.plain


def test_what_has_no_end_has_no_field_for_it(ready: Ready, stage: Stage, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "delete")
    view = ready("Begins")
    assert "Ends" not in view.plain


def test_what_the_pbx_will_not_have_brings_the_form_back_as_it_was_typed(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "create")
    ready("Name")
    stage.slack.fill(ana, "Support", label="Name")
    stage.slack.submit(ana)
    view = ready("There already is a park group Support")
    assert "Name: Support" in view.plain
    assert not stage.pbx.writes


def test_a_pbx_that_changed_while_the_form_was_open_is_shown_before_anything_is_written(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "server recall time")
    ready("Time: 5m")
    stage.pbx.console_update_server(recall_time=600)
    stage.slack.fill(ana, "7m", label="Time")
    stage.slack.submit(ana)
    view = ready("Somebody changed this while the form was open")
    assert "Time, now: 10m" in view.plain.replace("*", "")
    assert "Time: 7m" in view.plain
    stage.slack.submit(ana)
    ready("10m -> 7m")


def test_a_form_submitted_twice_is_done_once(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "server recall time")
    ready("Time")
    stage.slack.fill(ana, "7m", label="Time")
    stage.slack.submit(ana)
    ready("Apply")
    stage.slack.submit(ana)
    stage.slack.deliver_again("interactive")
    stage.settle()
    assert len(stage.pbx.writes) == 1
    assert len(stage.slack.messages(phones)) == 1


def test_a_form_opens_in_time_though_the_pbx_is_slow(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.pbx.faults.latency = 4.0
    assert stage.slack.slash(ana, phones, "server recall time").ok
    stage.slack.wait_for(lambda: stage.slack.views_of(ana), timeout=3)
    assert "Opening" in stage.slack.view(ana).plain
    assert not [heard for heard in stage.pbx.requests if heard.status], "there before the PBX said anything"
    stage.pbx.faults.latency = 0
    ready("Time")


def test_a_pbx_that_is_away_is_said_in_the_form(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.pbx.stop()
    stage.slack.slash(ana, phones, "server recall time")
    ready("The PBX can't be asked just now")


def test_typeahead_offers_by_part_and_by_number(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "add")
    ready("Park group")
    stage.settle()  # until the names are read that it offers
    heard = len(stage.pbx.requests)
    groups = [one["value"] for one in stage.slack.suggest(ana, action_id="park:pick:group", text="ale")]
    people = [one["text"]["text"] for one in stage.slack.suggest(ana, action_id="park:pick:user", text="1001")]
    assert groups == ["Sales", "Sales for Partners"]
    assert people == ["1001 Amara Okafor"]
    assert len(stage.pbx.requests) == heard, "from memory"


def test_the_error_of_a_mistyped_line_has_a_button_that_opens_the_form(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "server recall time 20m")
    (answer,) = stage.slack.ephemerals(ana, phones)
    stage.slack.click(ana, answer, label="Open the form")
    assert ready("Time").title == "Recall time"


def test_a_groups_card_has_buttons_for_what_this_person_may_do(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "group Sales")
    stage.settle()
    (card,) = stage.slack.ephemerals(ana, phones)
    assert "[Add members]  [Remove members]  [Move members]  [Change recall]  [Rename a group]" in card.plain
    stage.slack.click(ana, card, label="Change recall")
    assert "Park group: Sales" in ready("Where recalls go").plain


def test_a_message_shortcuts_confirmation_lands_in_that_messages_thread(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    ts = stage.slack.say(ana, phones, "customers wait too long")
    stage.slack.message_shortcut(ana, stage.slack.messages(phones)[-1], "park:change")
    ready("Add members")
    stage.slack.click(ana, stage.slack.view(ana), label="Recall time")
    ready("Time")
    stage.slack.fill(ana, "7m", label="Time")
    stage.slack.submit(ana)
    ready("Apply")
    stage.slack.submit(ana)
    stage.settle()
    assert "Recall time of the call park server changed" in stage.slack.messages(phones, thread=ts)[1].plain


def test_the_panel_opens_from_anywhere(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.shortcut(ana, "park:panel")
    assert "Server extension" in ready("Add members").plain
    stage.slack.click(ana, stage.slack.view(ana), label="Switch call park")
    assert "(x) On" in ready("Call park: ").plain


def test_a_picker_says_so_while_there_are_no_names_yet_and_that_is_no_name(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.pbx.stop()
    stage.slack.slash(ana, phones, "add 1001")
    ready("Park group")
    stage.settle()
    (option,) = stage.slack.suggest(ana, action_id="park:pick:group", text="sal")
    assert "does not answer just now" in option["text"]["text"]
    stage.slack.fill(ana, option["text"]["text"], label="Park group")
    stage.slack.submit(ana)
    assert "That is no name" in stage.slack.view(ana).errors["group"]


def test_the_buttons_of_an_answer_in_a_form_know_where_it_was_opened(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    ts = stage.slack.say(ana, phones, "who is in Sales?")
    stage.slack.message_shortcut(ana, stage.slack.messages(phones)[-1], "park:change")
    stage.slack.click(ana, ready("Add members"), label="Show a group")
    ready("Park group: ")
    pick(stage, "ana", "Sales", "Park group")
    stage.slack.submit(ana)
    stage.slack.click(ana, ready("Park group Sales", "[Rename a group]"), label="Rename a group")
    ready("Park group: Sales")
    stage.slack.fill(ana, "Sales DE", label="Name")
    stage.slack.submit(ana)
    ready("Apply")
    stage.slack.submit(ana)
    stage.settle()
    assert "Renamed" in stage.slack.messages(phones, thread=ts)[1].plain
