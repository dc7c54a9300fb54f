"""Forms at Slack's limits and under unusual use: nothing is lost, done twice or done half, and users are notified."""

import json

import pytest

from bot.app import Park
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.slack.rendering import View
from bot.settings.tenants import TenantSettings
from tests.faults.scene import ConversationHarness
from tests.faults.test_journal_away import locked_journal
from tests.slack.forms.conftest import Ready, form_button, pick

PANEL = "park:panel"


@pytest.fixture(name="ana")
def _ana(sandbox: Sandbox) -> str:
    return sandbox.people["ana"]


@pytest.fixture(name="phones")
def _phones(sandbox: Sandbox) -> str:
    return sandbox.channels["phones"]


def restart(sandbox: Sandbox) -> None:
    """Restarts Park with the same journal."""
    sandbox.park.stop()
    sandbox.slack.wait_for(lambda: not sandbox.slack.connections)
    sandbox.park = Park(TenantSettings(settings=sandbox.settings), now=sandbox.now).start()
    sandbox.slack.wait_for(lambda: sandbox.slack.connections)


def reviewed(sandbox: Sandbox, ready: Ready) -> View:
    """The review of call park being switched off."""
    sandbox.slack.click(sandbox.people["ana"], form_button(sandbox, "server_enabled"), label="Open")
    ready("Call park: ")
    sandbox.slack.fill(sandbox.people["ana"], "Off: nobody can park a call then", label="Call park")
    sandbox.slack.submit(sandbox.people["ana"])
    return ready("on → off")


def last_ephemeral(sandbox: Sandbox, person: str = "ana") -> str:
    """The text of the person's last ephemeral message in #phones."""
    sandbox.settle()
    return sandbox.slack.ephemerals(sandbox.people[person], sandbox.channels["phones"])[-1].plain


def test_a_hundred_members_fit_a_form(ready: Ready) -> None:
    with Sandbox(pbx=FakePbx(groups=1, users=150)) as sandbox:
        ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
        numbers = sorted(sandbox.pbx.state.users)[:100]
        sandbox.slack.slash(ana, phones, f"add {numbers[0]}-{numbers[-1]} to")
        sandbox.settle()
        pick(sandbox, "ana", "Group 00001", "Park group")
        sandbox.settle()
        view = sandbox.slack.view(ana)
        assert view.submit == "Apply", view.plain
        assert "*Added:*" in view.plain
        assert len(view.private_metadata) <= 3000
        sandbox.slack.submit(ana)
        sandbox.settle()
        assert len(sandbox.pbx.state.members_of("Group 00001")) >= 100


def test_more_than_a_form_can_carry_is_said_beside_the_field(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    numbers = [f"{number:040}" for number in range(75)]
    offer = form_button(sandbox, "add", {"members": numbers[:20], "group": "Sales"})
    sandbox.slack.click(ana, offer, label="Open")
    ready("Members: 0000")
    here = sandbox.slack.view(ana)
    sheet = sandbox.slack.state.views.find(here.id)
    assert sheet is not None
    chosen = [{"text": {"type": "plain_text", "text": one}, "value": one} for one in numbers]
    sheet.values["members"]["park:pick:user"]["selected_options"] = chosen
    assert sandbox.slack.submit(ana).ok
    assert "more than one form can carry. Name fewer at once" in sandbox.slack.view(ana).errors["members"]
    assert len(sandbox.slack.view(ana).fields["Members"]) > 2000, "nothing is lost"


def test_a_line_with_more_than_a_form_can_carry_says_so_in_its_place(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    many = {"members": [f"{number:030}" for number in range(75)], "group": "Sales"}
    sandbox.slack.click(ana, form_button(sandbox, "add", {"members": ["1001"]}), label="Open")
    ready("Members: 1001")
    assert form_button(sandbox, "add", many).blocks[-1]["type"] != "actions", "too much for a button, too"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_titles_fit(operation: type) -> None:
    assert 1 <= len(operation.title) <= 24  # type: ignore[attr-defined]


def test_what_is_typed_while_a_group_is_read_stays(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "rename")
    ready("Park group")
    sandbox.settle()
    sandbox.slack.fill(ana, "Sales", label="Park group")
    sandbox.slack.fill(ana, "Sales North", label="Name")
    sandbox.settle()
    assert sandbox.slack.view(ana).fields["Name"] == "Sales North"


def test_of_two_choices_in_a_row_the_last_one_counts(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    sandbox.slack.faults.latency("views.update", 0.3)
    sandbox.slack.fill(ana, "At a date and time ...", label="Ends")
    sandbox.slack.fill(ana, "2 h", label="Ends")
    sandbox.slack.fill(ana, "At a date and time ...", label="Ends")
    sandbox.settle()
    assert "Ends at" in sandbox.slack.view(ana).fields
    sandbox.slack.fill(ana, "2 h", label="Ends")
    sandbox.settle()
    assert "Ends at" not in sandbox.slack.view(ana).fields


def test_a_form_that_was_sent_off_is_not_drawn_over(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales to")
    ready("Where recalls go")
    sandbox.settle()
    sandbox.slack.faults.latency("views.update", 0.5)
    sandbox.slack.fill(ana, "At a date and time ...", label="Ends")
    sandbox.slack.fill(ana, "No end: it stays until somebody changes it", label="Ends")
    sandbox.slack.fill(ana, "The user who parked the call", label="Where recalls go")
    sandbox.slack.submit(ana)
    sandbox.slack.faults.clear()
    sandbox.settle()
    assert "Nothing to change" in sandbox.slack.view(ana).plain


def test_a_filled_form_that_is_sent_twice_is_reviewed_and_nothing_is_done(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    reviewed(sandbox, ready)
    sandbox.slack.deliver_again("interactive")
    sandbox.settle()
    assert not sandbox.pbx.writes
    assert "on → off" in sandbox.slack.view(ana).plain


def test_a_second_click_on_apply_is_the_same_request(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    reviewed(sandbox, ready)
    assert sandbox.slack.submit(ana).ok
    again = sandbox.slack.deliver_again("interactive")
    sandbox.settle()
    assert again.payload == {"response_action": "clear"}
    assert len(sandbox.pbx.writes) == 1
    assert len(sandbox.slack.messages(phones)) == 1


def test_a_form_outlives_park(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "add 1001")
    ready("Park group")
    pick(sandbox, "ana", "Sales", "Park group")
    sandbox.settle()
    sandbox.slack.state.triggers.expire()
    restart(sandbox)
    ready("Add 1001 Amara Okafor to Sales?")
    restart(sandbox)
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert "1001" in sandbox.pbx.state.members_of("Sales")
    assert not sandbox.slack.views_of(ana)


def test_a_review_that_stood_open_while_the_pbx_changed_is_shown_anew_and_nothing_is_done(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    reviewed(sandbox, ready)
    sandbox.pbx.console_update_server(enabled=False)
    sandbox.pbx.console_update_server(recall_time=600)
    restart(sandbox)
    sandbox.slack.submit(ana)
    assert "Nothing was changed" in last_ephemeral(sandbox) or "already" in last_ephemeral(sandbox)
    assert not sandbox.pbx.writes


def test_a_form_that_stood_open_while_the_pbx_changed_is_shown_anew_and_nothing_is_done(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    pick(sandbox, "ana", "Night Desk (6001)", "Where recalls go")
    ready("→ Night Desk (6001)")
    id = sandbox.pbx.state.group_id("Sales")
    reception = next(one for one, ring in sandbox.pbx.state.ring_groups.items() if ring["name"] == "Reception")
    sandbox.pbx.state.groups[id] |= {"recall_to": "RING_GROUP_ONLY", "ring_group_id": reception}
    restart(sandbox)
    sandbox.slack.submit(ana)
    assert "The PBX has changed since you were shown this. Nothing was changed" in last_ephemeral(sandbox)
    assert "Reception (6003) → Night Desk (6001)" in last_ephemeral(sandbox).replace("*", "")
    assert not sandbox.pbx.writes


def test_a_form_of_another_version_says_so(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    reviewed(sandbox, ready)
    sheet = sandbox.slack.state.views.find(sandbox.slack.view(ana).id)
    assert sheet is not None
    state = json.loads(sheet.content["private_metadata"])
    sheet.content["private_metadata"] = json.dumps(state | {"arguments": {"minutes": 7}})
    sandbox.slack.submit(ana)
    assert "another version of Park. Open it again" in sandbox.slack.view(ana).plain
    for gone in (state | {"operation": "server_gone"}, {"form": 1}):
        sandbox.slack.slash(ana, phones, "server recall time")
        ready("Time: ")
        sandbox.slack.fill(ana, "7m", label="Time")
        sheet = sandbox.slack.state.views.find(sandbox.slack.view(ana).id)
        assert sheet is not None
        sheet.content["private_metadata"] = json.dumps(gone)
        sandbox.slack.submit(ana)
        assert "another version of Park" in sandbox.slack.view(ana).plain
    assert not sandbox.pbx.writes


def test_a_button_of_another_version_says_so(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.click(ana, form_button(sandbox, "server_gone"), label="Open")
    assert "from another version of Park" in last_ephemeral(sandbox)
    assert not sandbox.slack.views_of(ana)


def test_an_old_messages_button_opens_a_form_with_what_stands_there_now(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.settle()
    card = sandbox.slack.ephemerals(ana, phones)[-1]
    sandbox.slack.slash(ana, phones, "recall Sales to Night Desk")
    sandbox.settle()
    restart(sandbox)
    sandbox.slack.click(ana, card, label="Change recall")
    ready("[Now: Night Desk (6001)]")


def test_anothers_click_on_a_public_button_opens_a_form_for_whoever_clicked(
    sandbox: Sandbox, ready: Ready, phones: str
) -> None:
    card = form_button(sandbox, "add", {"group": "Sales"})
    sandbox.slack.click(sandbox.people["ben"], card, label="Open")
    assert ready("Members", person="ben").fields["Park group"] == "Sales"
    sandbox.slack.click(sandbox.people["gil"], card, label="Open")
    assert "You can't do that here" in ready("You can't", person="gil").plain
    assert "“members” for" in sandbox.slack.view(sandbox.people["gil"]).plain
    assert ready("Members", person="ben").submit == "Apply"


def test_whoever_waits_for_a_form_that_slack_does_not_open_hears_of_it(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.faults.fail("views.open", "expired_trigger_id")
    sandbox.slack.slash(ana, phones, "server recall time")
    assert "Slack didn't open the form. Nothing was changed." in last_ephemeral(sandbox)
    sandbox.slack.click(ana, sandbox.slack.ephemerals(ana, phones)[-1], label="Open the form")
    ready("Time: [Now: 5m]")


def test_a_panel_that_slack_does_not_open_is_said_in_a_direct_message(sandbox: Sandbox, ana: str) -> None:
    sandbox.slack.faults.fail("views.open", "expired_trigger_id")
    sandbox.slack.shortcut(ana, PANEL)
    sandbox.settle()
    text = sandbox.slack.messages(sandbox.slack.direct(ana))[-1].plain
    assert "Slack didn't open the form" in text
    assert "Use the shortcut again" in text


def test_a_fault_of_parks_own_is_said_in_the_form(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.click(ana, form_button(sandbox, "recall", {"group": 7}), label="Open")
    ready("Something went wrong inside Park. It has been logged. Nothing was changed.")


def test_a_form_that_the_pbx_could_not_fill_can_be_tried_again(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.pbx.stop()
    sandbox.slack.slash(ana, phones, "server recall time")
    view = ready("The PBX isn't answering right now")
    sandbox.pbx.start()
    sandbox.slack.click(ana, view, label="Try again")
    assert ready("Time: [Now: 5m]").submit == "Apply"
    sandbox.slack.fill(ana, "7m", label="Time")
    sandbox.slack.submit(ana)
    ready("5m → 7m")
    sandbox.settle()
    assert len(sandbox.slack.messages(phones)) == 1, "where it was asked for"


def test_a_journal_that_is_away_at_the_last_click_leaves_nothing_done(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    reviewed(sandbox, ready)
    with locked_journal(ConversationHarness(sandbox)):
        sandbox.slack.submit(ana)
        assert "Park can't write its journal right now, so nothing was done" in sandbox.slack.view(ana).plain
    assert not sandbox.pbx.writes


def test_a_form_that_was_closed_meanwhile_is_no_trouble(sandbox: Sandbox, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "server recall time")
    sandbox.settle()
    sandbox.slack.submit(ana)
    sandbox.slack.close(ana)
    sandbox.settle()
    assert not sandbox.slack.views_of(ana)
    assert not sandbox.pbx.writes


def test_an_offer_of_another_version_says_so(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.slack.click(
        ana, form_button(sandbox, "add", {"members": ["1001", "1002"], "group": "Support"}), label="Open"
    )
    sandbox.settle()
    sandbox.slack.submit(ana)
    view = ready("one park group only")
    sheet = sandbox.slack.state.views.find(view.id)
    assert sheet is not None
    buttons = [one for block in sheet.blocks for one in block.get("elements", ())]
    buttons[0]["value"] = json.dumps({"line": "relocate 1002"})
    sandbox.slack.click(ana, view, action_id=buttons[0]["action_id"])
    ready("I don't know")
    assert not sandbox.pbx.writes


def test_a_panels_button_of_another_version_says_so_in_its_place(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.shortcut(ana, PANEL)
    view = ready("Add members")
    sheet = sandbox.slack.state.views.find(view.id)
    assert sheet is not None
    button = next(one for block in sheet.blocks for one in block.get("elements", ()) if one["type"] == "button")
    button["value"] = json.dumps({"operation": "server_gone", "arguments": {}})
    sandbox.slack.click(ana, view, action_id=button["action_id"])
    ready("from another version of Park")
