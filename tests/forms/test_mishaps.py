"""Forms at Slack's limits and under unusual use: nothing is lost, done twice or done half, and users are notified."""

import json

import pytest

from bot.app import Park
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.slack.rendering import View
from tests.faults.scene import Scene
from tests.faults.test_journal_away import locked
from tests.forms.conftest import Ready, form_button, pick

PANEL = "park:panel"


@pytest.fixture(name="ana")
def _ana(stage: Stage) -> str:
    return stage.people["ana"]


@pytest.fixture(name="phones")
def _phones(stage: Stage) -> str:
    return stage.channels["phones"]


def restart(stage: Stage) -> None:
    """Restarts Park with the same journal."""
    stage.park.stop()
    stage.slack.wait_for(lambda: not stage.slack.connections)
    stage.park = Park(stage.settings, now=stage.now).start()
    stage.slack.wait_for(lambda: stage.slack.connections)


def reviewed(stage: Stage, ready: Ready) -> View:
    """The review of a changed recall time."""
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "server recall time")
    ready("Time: 5m")
    stage.slack.fill(stage.people["ana"], "7m", label="Time")
    stage.slack.submit(stage.people["ana"])
    return ready("5m -> 7m")


def last_ephemeral(stage: Stage, person: str = "ana") -> str:
    """The text of the person's last ephemeral message in #phones."""
    stage.settle()
    return stage.slack.ephemerals(stage.people[person], stage.channels["phones"])[-1].plain


def test_a_hundred_members_fit_a_form(ready: Ready) -> None:
    with Stage(pbx=SandboxPBX(groups=1, users=150)) as stage:
        ana, phones = stage.people["ana"], stage.channels["phones"]
        numbers = sorted(stage.pbx.state.users)[:100]
        stage.slack.slash(ana, phones, f"add {numbers[0]}-{numbers[-1]} to")
        stage.settle()
        pick(stage, "ana", "Group 00001", "Park group")
        stage.settle()
        assert stage.slack.submit(ana).ok
        stage.settle()
        view = stage.slack.view(ana)
        assert view.submit == "Apply", view.plain
        assert len(view.private_metadata) <= 3000
        stage.slack.submit(ana)
        stage.settle(60)
        assert len(stage.pbx.state.members_of("Group 00001")) >= 100


def test_more_than_a_form_can_carry_is_said_beside_the_field(stage: Stage, ready: Ready, ana: str) -> None:
    numbers = [f"{number:040}" for number in range(75)]
    offer = form_button(stage, "add", {"members": numbers[:20], "group": "Sales"})
    stage.slack.click(ana, offer, label="Open")
    ready("Members: 0000")
    here = stage.slack.view(ana)
    sheet = stage.slack.state.sheets.find(here.id)
    assert sheet is not None
    chosen = [{"text": {"type": "plain_text", "text": one}, "value": one} for one in numbers]
    sheet.values["members"]["park:pick:user"]["selected_options"] = chosen
    assert stage.slack.submit(ana).ok
    assert "more than one form can carry: name fewer at once" in stage.slack.view(ana).errors["members"]
    assert len(stage.slack.view(ana).fields["Members"]) > 2000, "nothing is lost"


def test_a_line_with_more_than_a_form_can_carry_says_so_in_its_place(stage: Stage, ready: Ready, ana: str) -> None:
    many = {"members": [f"{number:030}" for number in range(75)], "group": "Sales"}
    stage.slack.click(ana, form_button(stage, "add", {"members": ["1001"]}), label="Open")
    ready("Members: 1001")
    assert form_button(stage, "add", many).blocks[-1]["type"] != "actions", "too much for a button, too"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_titles_fit(operation: type) -> None:
    assert 1 <= len(operation.title) <= 24  # type: ignore[attr-defined]


def test_what_is_typed_while_a_group_is_read_stays(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "rename")
    ready("Park group")
    stage.settle()
    stage.slack.fill(ana, "Sales", label="Park group")
    stage.slack.fill(ana, "Sales North", label="Name")
    stage.settle()
    assert stage.slack.view(ana).fields["Name"] == "Sales North"


def test_of_two_choices_in_a_row_the_last_one_counts(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    stage.slack.faults.latency("views.update", 0.3)
    stage.slack.fill(ana, "A ring group", label="Where recalls go")
    stage.slack.fill(ana, "The user who parked the call", label="Where recalls go")
    stage.slack.fill(ana, "That user first, then a ring group", label="Where recalls go")
    stage.settle()
    assert "Ring group" in stage.slack.view(ana).fields
    stage.slack.fill(ana, "The user who parked the call", label="Where recalls go")
    stage.settle()
    assert "Ring group" not in stage.slack.view(ana).fields


def test_a_form_that_was_sent_off_is_not_drawn_over(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "recall Sales to")
    ready("Where recalls go")
    stage.slack.faults.latency("views.update", 0.5)
    stage.slack.fill(ana, "A ring group", label="Where recalls go")
    stage.slack.fill(ana, "The user who parked the call", label="Where recalls go")
    stage.slack.submit(ana)
    stage.slack.faults.clear()
    stage.settle()
    assert "Nothing to change" in stage.slack.view(ana).plain


def test_a_filled_form_that_is_sent_twice_is_reviewed_and_nothing_is_done(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    reviewed(stage, ready)
    stage.slack.deliver_again("interactive")
    stage.settle()
    assert not stage.pbx.writes
    assert "5m -> 7m" in stage.slack.view(ana).plain


def test_a_second_click_on_apply_is_the_same_request(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    reviewed(stage, ready)
    assert stage.slack.submit(ana).ok
    again = stage.slack.deliver_again("interactive")
    stage.settle()
    assert again.payload == {"response_action": "clear"}
    assert len(stage.pbx.writes) == 1
    assert len(stage.slack.messages(phones)) == 1


def test_a_form_outlives_park(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "add 1001")
    ready("Park group")
    pick(stage, "ana", "Sales", "Park group")
    stage.settle()
    stage.slack.state.triggers.expire()
    restart(stage)
    stage.slack.submit(ana)
    ready("Add 1001 Amara Okafor to Sales?")
    restart(stage)
    stage.slack.submit(ana)
    stage.settle()
    assert "1001" in stage.pbx.state.members_of("Sales")
    assert not stage.slack.views_of(ana)


def test_a_review_that_stood_open_while_the_pbx_changed_is_shown_anew_and_nothing_is_done(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    reviewed(stage, ready)
    stage.pbx.console_update_server(recall_time=600)
    restart(stage)
    stage.slack.submit(ana)
    assert "The PBX is no longer as you were shown. Nothing was changed" in last_ephemeral(stage)
    assert "10m -> 7m" in last_ephemeral(stage).replace("*", "")
    assert not stage.pbx.writes


def test_a_form_of_another_version_says_so(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    reviewed(stage, ready)
    sheet = stage.slack.state.sheets.find(stage.slack.view(ana).id)
    assert sheet is not None
    state = json.loads(sheet.content["private_metadata"])
    sheet.content["private_metadata"] = json.dumps(state | {"arguments": {"minutes": 7}})
    stage.slack.submit(ana)
    assert "another version of Park: please open it anew" in stage.slack.view(ana).plain
    for gone in (state | {"operation": "server_gone"}, {"form": 1}):
        stage.slack.slash(ana, phones, "server recall time")
        ready("Time: ")
        sheet = stage.slack.state.sheets.find(stage.slack.view(ana).id)
        assert sheet is not None
        sheet.content["private_metadata"] = json.dumps(gone)
        stage.slack.submit(ana)
        assert "another version of Park" in stage.slack.view(ana).plain
    assert not stage.pbx.writes


def test_a_button_of_another_version_says_so(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.click(ana, form_button(stage, "server_gone"), label="Open")
    assert "from another version of Park" in last_ephemeral(stage)
    assert not stage.slack.views_of(ana)


def test_an_old_messages_button_opens_a_form_with_what_stands_there_now(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "group Sales")
    stage.settle()
    card = stage.slack.ephemerals(ana, phones)[-1]
    stage.slack.slash(ana, phones, "recall Sales to Night Desk")
    stage.settle()
    restart(stage)
    stage.slack.click(ana, card, label="Change recall")
    assert "(x) A ring group" in ready("Ring group: ").plain


def test_anothers_click_on_a_public_button_opens_a_form_for_whoever_clicked(
    stage: Stage, ready: Ready, phones: str
) -> None:
    card = form_button(stage, "add", {"group": "Sales"})
    stage.slack.click(stage.people["ben"], card, label="Open")
    assert ready("Members", person="ben").fields["Park group"] == "Sales"
    stage.slack.click(stage.people["gil"], card, label="Open")
    assert "You may not do that here" in ready("You may not", person="gil").plain
    assert "members for" in stage.slack.view(stage.people["gil"]).plain
    assert ready("Members", person="ben").submit == "Review"


def test_whoever_waits_for_a_form_that_slack_does_not_open_hears_of_it(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.faults.fail("views.open", "expired_trigger_id")
    stage.slack.slash(ana, phones, "server recall time")
    assert "Slack did not open the form. Nothing was changed." in last_ephemeral(stage)
    stage.slack.click(ana, stage.slack.ephemerals(ana, phones)[-1], label="Open the form")
    ready("Time: 5m")


def test_a_panel_that_slack_does_not_open_is_said_in_a_direct_message(stage: Stage, ana: str) -> None:
    stage.slack.faults.fail("views.open", "expired_trigger_id")
    stage.slack.shortcut(ana, PANEL)
    stage.settle()
    text = stage.slack.messages(stage.slack.direct(ana))[-1].plain
    assert "Slack did not open the form" in text
    assert "use the shortcut again" in text


def test_a_fault_of_parks_own_is_said_in_the_form(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.click(ana, form_button(stage, "recall", {"group": 7}), label="Open")
    ready("Park met a fault of its own, which is in its log. Nothing was changed.")


def test_a_form_that_the_pbx_could_not_fill_can_be_tried_again(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.pbx.stop()
    stage.slack.slash(ana, phones, "server recall time")
    view = ready("The PBX can't be asked just now")
    stage.pbx.start()
    stage.slack.click(ana, view, label="Try again")
    assert ready("Time: 5m").submit == "Review"
    stage.slack.fill(ana, "7m", label="Time")
    stage.slack.submit(ana)
    ready("5m -> 7m")
    stage.slack.submit(ana)
    stage.settle()
    assert len(stage.slack.messages(phones)) == 1, "where it was asked for"


def test_a_journal_that_is_away_at_the_last_click_leaves_nothing_done(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    reviewed(stage, ready)
    with locked(Scene(stage)):
        stage.slack.submit(ana)
        assert "Nothing was done: Park can't write its journal" in stage.slack.view(ana).plain
    assert not stage.pbx.writes


def test_a_form_that_was_closed_meanwhile_is_no_trouble(stage: Stage, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "server recall time")
    stage.settle()
    stage.slack.submit(ana)
    stage.slack.close(ana)
    stage.settle(20)
    assert not stage.slack.views_of(ana)
    assert not stage.pbx.writes


def test_an_offer_of_another_version_says_so(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "group Sales")
    stage.slack.click(ana, form_button(stage, "add", {"members": ["1001", "1002"], "group": "Support"}), label="Open")
    stage.settle()
    stage.slack.submit(ana)
    view = ready("one park group only")
    sheet = stage.slack.state.sheets.find(view.id)
    assert sheet is not None
    buttons = [one for block in sheet.blocks for one in block.get("elements", ())]
    buttons[0]["value"] = json.dumps({"line": "relocate 1002"})
    stage.slack.click(ana, view, action_id=buttons[0]["action_id"])
    ready("I don't know")
    assert not stage.pbx.writes


def test_a_panels_button_of_another_version_says_so_in_its_place(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.shortcut(ana, PANEL)
    view = ready("Add members")
    sheet = stage.slack.state.sheets.find(view.id)
    assert sheet is not None
    button = next(one for block in sheet.blocks for one in block.get("elements", ()) if one["type"] == "button")
    button["value"] = json.dumps({"operation": "server_gone", "arguments": {}})
    stage.slack.click(ana, view, action_id=button["action_id"])
    ready("from another version of Park")
