"""Every operation has a form, with the same permissions, plan and confirmation as its command."""

import threading
from collections.abc import Iterator

import pytest

from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.promises.entry_points import open_form_label
from tests.slack.forms.conftest import Ready, fill_unseen, pick, top_view

pytestmark = pytest.mark.over_both_ways_in
NEEDING = [
    one
    for one in OPERATIONS
    if any(one.model_fields[name].is_required() for name in one.form())
    and one.operation_id != "server_enabled"  # its verb alone shows the server; the panel opens its form
]


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http) as running:
        yield running


@pytest.fixture(scope="module")
def standing(http: bool) -> Iterator[Sandbox]:
    """A stage that tests share by `untouched`."""
    with Sandbox(http=http) as running:
        yield running


@pytest.fixture(name="ana")
def _ana(sandbox: Sandbox) -> str:
    return sandbox.people["ana"]


@pytest.fixture(name="phones")
def _phones(sandbox: Sandbox) -> str:
    return sandbox.channels["phones"]


def test_a_line_with_something_missing_opens_its_form_filled_with_what_was_said(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "add 1001")
    assert "Members: 1001" in ready("Park group").plain
    pick(sandbox, "ana", "Sales", "Park group")
    assert "Added: 1001 Amara Okafor" in ready("*Added:*", "[Apply]").plain.replace("*", "")
    assert not sandbox.pbx.writes
    assert sandbox.slack.submit(ana).ok
    sandbox.settle()
    assert not sandbox.slack.views_of(ana)
    (card,) = sandbox.slack.messages(phones)
    assert card.plain.startswith("*Added 1001 Amara Okafor to Sales*")


@pytest.mark.parametrize("operation", [one for one in NEEDING if one.permission])
def test_whom_no_rule_allows_fills_no_form_and_the_pbx_hears_nothing(
    untouched: Sandbox, operation: type[Operation]
) -> None:
    gil = untouched.people["gil"]
    untouched.slack.slash(gil, untouched.channels["phones"], operation.usage().split(" <")[0])
    view = top_view(untouched, "You can't do that here", person="gil")
    assert "Ask:" in view.plain
    assert not untouched.pbx.requests


@pytest.mark.parametrize("operation", NEEDING)
def test_every_form_opens_for_whom_it_is_allowed(untouched: Sandbox, operation: type[Operation]) -> None:
    untouched.slack.slash(untouched.people["ana"], untouched.channels["phones"], operation.usage().split(" <")[0])
    view = top_view(untouched, next(iter(operation.form().values())).label)
    assert view.title == operation.title
    assert len(operation.title) <= 24


def test_a_recall_is_one_choice_beside_what_stands_now(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales")
    assert "[Now: The user who parked the call]" in ready("Where recalls go").plain
    pick(sandbox, "ana", "The user, then Night Desk (6001)", "Where recalls go")
    ready("then Night Desk (6001)", "*Recall:*")
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert sandbox.pbx.state.groups[sandbox.pbx.state.group_id("Sales")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "server recall time")
    ready("Time: [Now: 5m]")
    sandbox.slack.fill(ana, "20m", label="Time")
    sandbox.slack.submit(ana)
    view = sandbox.slack.view(ana)
    assert "60 to 900 seconds" in view.errors["time"]
    assert "Time: 20m" in view.plain


def test_times_are_fields_like_others_and_what_was_typed_of_them_is_filled_in(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "add 1001 until 7pm")
    assert "(x) until 19:00" in ready("Park group").plain
    pick(sandbox, "ana", "Sales", "Park group")
    assert sandbox.slack.view(ana).fields["Begins"] == "Now"
    sandbox.slack.fill(ana, "2 h", label="Ends")
    sandbox.slack.fill(ana, "At a date and time ...", label="Begins")
    ready("Begins at")
    sandbox.slack.fill(ana, int(sandbox.now().timestamp()) // 60 * 60 - 60, label="Begins at")
    ready("in the past")
    sandbox.slack.fill(ana, int(sandbox.now().timestamp()) // 60 * 60 + 7200, label="Begins at")
    ready("*Begins:*", "*Until:*")
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert not sandbox.slack.views_of(ana)
    assert not sandbox.pbx.writes
    (card,) = [one for one in sandbox.slack.messages(sandbox.channels["phones"]) if "Scheduled" in one.plain]
    assert "Europe/Berlin" in card.plain


def test_what_has_no_end_has_no_field_for_it(ready: Ready, sandbox: Sandbox, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "delete")
    view = ready("Begins")
    assert "Ends" not in view.plain


def test_what_the_pbx_will_not_have_brings_the_form_back_as_it_was_typed(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "create")
    ready("Name")
    sandbox.slack.fill(ana, "Support", label="Name")
    sandbox.slack.submit(ana)
    view = ready("There is already a park group called Support")
    assert "Name: Support" in view.plain
    assert not sandbox.pbx.writes


def test_a_pbx_that_changed_while_the_form_was_open_is_shown_before_anything_is_written(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "server recall time")
    ready("Time: [Now: 5m]")
    sandbox.pbx.console_update_server(recall_time=600)
    sandbox.slack.faults.fail("views.update", "hash_conflict", times=4)  # it is sent off before the diff is shown
    sandbox.slack.fill(ana, "7m", label="Time")
    sandbox.settle()
    sandbox.slack.faults.clear()
    sandbox.slack.submit(ana)
    view = ready("Somebody changed this while the form was open")
    assert "Time, now: 10m" in view.plain.replace("*", "")
    assert "Time: 7m" in view.plain
    assert not sandbox.pbx.writes
    sandbox.slack.submit(ana)
    ready("10m → 7m")


def test_a_form_submitted_twice_is_done_once(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "server recall time")
    ready("Time")
    fill_unseen(sandbox, ana, "7m", "Time")
    sandbox.slack.submit(ana)
    sandbox.slack.deliver_again("interactive")
    ready("On its way")
    sandbox.settle()
    assert len(sandbox.pbx.writes) == 1
    assert len(sandbox.slack.messages(phones)) == 1


def test_a_form_opens_in_time_though_the_pbx_is_slow(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    answering = threading.Event()
    sandbox.pbx.faults.add(Fault(kind=FaultKind.SLOW, seconds=0, times=None, hold=answering))
    assert sandbox.slack.slash(ana, phones, "server recall time").ok
    sandbox.slack.wait_for(lambda: sandbox.slack.views_of(ana))
    assert "Opening" in sandbox.slack.view(ana).plain
    assert not [heard for heard in sandbox.pbx.requests if heard.status], "there before the PBX said anything"
    answering.set()
    ready("Time")


def test_a_pbx_that_is_away_is_said_in_the_form(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.pbx.stop()
    sandbox.slack.slash(ana, phones, "server recall time")
    ready("The PBX isn't answering right now")


def test_typeahead_offers_by_part_and_by_number(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "add")
    ready("Park group")
    sandbox.settle()  # until the names are read that it offers
    heard = len(sandbox.pbx.requests)
    groups = [one["value"] for one in sandbox.slack.suggest(ana, action_id="park:pick:group", text="ale")]
    people = [one["text"]["text"] for one in sandbox.slack.suggest(ana, action_id="park:pick:user", text="1001")]
    assert groups == ["Sales", "Sales for Partners"]
    assert people == ["1001 Amara Okafor"]
    assert len(sandbox.pbx.requests) == heard, "from memory"


def test_the_error_of_a_mistyped_line_has_a_button_that_opens_the_form(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "server recall time 20m")
    (answer,) = sandbox.slack.ephemerals(ana, phones)
    sandbox.slack.click(ana, answer, label=open_form_label(answer))
    assert ready("Time").title == "Recall time"


def test_a_groups_card_has_buttons_for_what_this_person_may_do(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.settle()
    (card,) = sandbox.slack.ephemerals(ana, phones)
    assert "[Add members]  [Remove members]  [Move members]  [Change recall]  [Rename a group]" in card.plain
    sandbox.slack.click(ana, card, label="Change recall")
    assert "Park group: Sales" in ready("Where recalls go").plain


def test_a_message_shortcuts_confirmation_lands_in_that_messages_thread(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    ts = sandbox.slack.say(ana, phones, "customers wait too long")
    sandbox.slack.message_shortcut(ana, sandbox.slack.messages(phones)[-1], "park:change")
    ready("Add members")
    sandbox.slack.click(ana, sandbox.slack.view(ana), label="More")
    sandbox.slack.click(ana, ready("[Recall time]"), label="Recall time")
    ready("Time: ")
    fill_unseen(sandbox, ana, "7m", "Time")
    sandbox.slack.submit(ana)
    ready("On its way")
    sandbox.settle()
    assert "Call park server: recall time is now" in sandbox.slack.messages(phones, thread=ts)[1].plain


def test_the_panel_opens_from_anywhere(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.shortcut(ana, "park:panel")
    sandbox.slack.click(ana, ready("Add members"), label="More")
    view = ready("[Server extension]")
    sandbox.slack.click(ana, view, label="Switch call park")
    assert "Now: on" in ready("Call park: ").plain


def test_a_picker_says_so_while_there_are_no_names_yet_and_that_is_no_name(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.pbx.stop()
    sandbox.slack.slash(ana, phones, "add 1001")
    ready("Park group")
    sandbox.settle()
    (option,) = sandbox.slack.suggest(ana, action_id="park:pick:group", text="sal")
    assert "The PBX isn't answering" in option["text"]["text"]
    sandbox.slack.fill(ana, option["text"]["text"], label="Park group")
    sandbox.slack.submit(ana)
    assert "That isn't a name" in sandbox.slack.view(ana).errors["group"]


def test_the_buttons_of_an_answer_in_a_form_know_where_it_was_opened(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    ts = sandbox.slack.say(ana, phones, "who is in Sales?")
    sandbox.slack.message_shortcut(ana, sandbox.slack.messages(phones)[-1], "park:change")
    sandbox.slack.click(ana, ready("Add members"), label="More")
    sandbox.slack.click(ana, ready("[Show a group]"), label="Show a group")
    ready("Park group: ")
    pick(sandbox, "ana", "Sales", "Park group")
    sandbox.slack.submit(ana)
    sandbox.slack.click(ana, ready("Park group Sales", "[Rename a group]"), label="Rename a group")
    ready("Park group: Sales")
    fill_unseen(sandbox, ana, "Sales DE", "Name")
    sandbox.slack.submit(ana)
    ready("On its way")
    sandbox.settle()
    assert "Renamed" in sandbox.slack.messages(phones, thread=ts)[1].plain
