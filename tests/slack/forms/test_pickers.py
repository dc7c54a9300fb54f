"""Pickers offer the options that fit the form, and a form shows the current settings."""

from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from tests.slack.forms.conftest import Ready, pick


@pytest.fixture(name="ana")
def _ana(sandbox: Sandbox) -> str:
    return sandbox.people["ana"]


@pytest.fixture(name="phones")
def _phones(sandbox: Sandbox) -> str:
    return sandbox.channels["phones"]


def offered(sandbox: Sandbox, text: str = "", person: str = "ana", kind: str = "user") -> list[str]:
    """The labels that a picker offers once all that it depends on is read."""
    sandbox.settle()
    sandbox.pbx.requests.clear()
    offer = sandbox.slack.suggest(sandbox.people[person], text, action_id=f"park:pick:{kind}")
    assert offer.error is None
    assert not [heard for heard in sandbox.pbx.requests if heard.status], "from memory"
    return [one["value"] for one in offer]


def test_whoever_is_in_the_group_already_is_not_offered(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "add")
    ready("Park group")
    everybody = offered(sandbox)
    members = sandbox.pbx.state.members_of("Sales")
    assert set(members) < set(everybody), "while no group is chosen"
    pick(sandbox, "ana", "Sales", "Park group")
    rest = offered(sandbox)
    assert not set(rest) & set(members)
    assert set(everybody) - set(members) < set(rest)
    assert offered(sandbox, members[0]) == []


def test_nobody_but_members_is_offered_to_be_removed_and_they_by_name(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "remove")
    ready("Park group")
    pick(sandbox, "ana", "Sales", "Park group")
    members = sandbox.pbx.state.members_of("Sales")
    assert sorted(offered(sandbox)) == sorted(members)
    (one,) = sandbox.slack.suggest(ana, members[0], action_id="park:pick:user")
    assert one["text"]["text"].startswith(f"{members[0]} ")
    assert offered(sandbox, one["text"]["text"].split()[1].lower()) == [members[0]]


def test_who_moves_is_offered_by_the_group_they_leave_and_not_from_the_one_they_join(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "move")
    ready("To park group")
    everybody = offered(sandbox)
    pick(sandbox, "ana", "Support", "To park group")
    assert set(everybody) - set(offered(sandbox)) == set(sandbox.pbx.state.members_of("Support")) & set(everybody)
    pick(sandbox, "ana", "Sales", "From park group")
    assert sorted(offered(sandbox)) == sorted(sandbox.pbx.state.members_of("Sales"))


def test_a_form_that_is_opened_for_a_group_knows_it_from_the_start(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.settle()
    sandbox.slack.click(ana, sandbox.slack.ephemerals(ana, phones)[-1], label="Remove members")
    ready("Park group (optional): Sales")
    assert sorted(offered(sandbox)) == sorted(sandbox.pbx.state.members_of("Sales"))


def test_a_change_is_seen_by_the_pickers_of_forms_that_are_open(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "remove")
    ready("Park group")
    pick(sandbox, "ana", "Sales", "Park group")
    members = offered(sandbox)
    sandbox.slack.slash(ana, phones, f"remove {members[0]} from Sales")
    sandbox.settle()
    sandbox.slack.suggest(ana, "", action_id="park:pick:user")
    assert offered(sandbox) == members[1:]


def test_a_group_that_a_person_may_not_touch_is_said_so_and_its_members_are_not_told(
    sandbox: Sandbox, ready: Ready, phones: str
) -> None:
    ben, oncall = sandbox.people["ben"], sandbox.slack.state.groups[sandbox.groups["oncall"]]
    sandbox.slack.slash(ben, phones, "remove")
    ready("Park group", person="ben")
    everybody = offered(sandbox, person="ben")
    assert "Sales" in offered(sandbox, person="ben", kind="group")
    oncall.members.remove(ben)
    sandbox.forward(timedelta(minutes=2))
    pick(sandbox, "ben", "Sales", "Park group")  # offered a moment ago
    view = ready("You can't do that here", person="ben")
    assert "change the members of “Sales”" in view.plain
    assert "For your admin" in view.plain
    assert "Sales" in view.fields["Park group"]
    assert offered(sandbox, person="ben") == everybody
    oncall.members.append(ben)
    sandbox.forward(timedelta(minutes=2))
    pick(sandbox, "ben", "Support", "Park group")
    sandbox.settle()
    assert "You can't" not in sandbox.slack.view(ben).plain


def test_values_that_are_there_are_shown_as_the_pickers_show_them(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales to user then Night Desk")
    sandbox.slack.slash(ana, phones, "add")
    sandbox.settle()
    sandbox.slack.slash(ana, phones, 'add 1001, "Ben Itoh", 1999 to')
    ready("Members: 1001 Amara Okafor, Ben Itoh, 1999")
    sandbox.slack.slash(ana, phones, "recall Sales")
    assert "Where recalls go: [Now: The user, then Night Desk (6001)]" in ready("Where recalls go").plain


def test_a_name_that_was_typed_is_shown_with_its_number(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "add")
    sandbox.settle()
    sandbox.slack.slash(ana, phones, 'add "amara okafor"')
    ready("Members: 1001 Amara Okafor")


def test_another_group_brings_its_own_present_values(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "recall Billing to Night Desk")
    sandbox.settle()
    sandbox.slack.slash(ana, phones, "recall Sales")
    ready("[Now: The user who parked the call]")
    pick(sandbox, "ana", "Billing", "Park group")
    ready("[Now: Night Desk (6001)]")
    pick(sandbox, "ana", "Sales", "Park group")
    sandbox.settle()
    assert "[Now: The user who parked the call]" in sandbox.slack.view(ana).plain
    pick(sandbox, "ana", "The user who parked the call", "Where recalls go")
    ready("Nothing to change")


def test_what_was_chosen_stays_when_another_group_is(sandbox: Sandbox, ready: Ready, ana: str, phones: str) -> None:
    sandbox.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    pick(sandbox, "ana", "Reception (6003)", "Where recalls go")
    pick(sandbox, "ana", "Billing", "Park group")
    sandbox.settle()
    assert "Where recalls go: Reception (6003)" in sandbox.slack.view(ana).plain


def test_a_group_that_is_chosen_while_the_pbx_is_away_is_no_obstacle(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    sandbox.slack.slash(ana, phones, "add")
    ready("Park group")
    sandbox.settle()
    sandbox.pbx.stop()
    sandbox.slack.fill(ana, "Sales", label="Park group")
    sandbox.settle()
    assert sandbox.slack.view(ana).fields["Park group"] == "Sales"
    assert len(sandbox.slack.suggest(ana, "", action_id="park:pick:user")) > 10


def test_a_long_label_ends_in_an_ellipsis_and_a_long_value_is_not_cut(
    sandbox: Sandbox, ready: Ready, ana: str, phones: str
) -> None:
    number = "7" * 64
    sandbox.pbx.state.users[number] = sandbox.pbx.state.users[next(iter(sandbox.pbx.state.users))] | {
        "id": number,
        "extension_number": number,
        "display_name": "Wolfeschlegelsteinhausenbergerdorff",
    }
    sandbox.slack.slash(ana, phones, "add")
    ready("Park group")
    assert offered(sandbox, "Wolfe") == [number]
    (one,) = sandbox.slack.suggest(ana, "Wolfe", action_id="park:pick:user")
    assert len(one["text"]["text"]) == 75
    assert one["text"]["text"].endswith("…")
