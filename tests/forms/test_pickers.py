"""Pickers offer the options that fit the form, and a form shows the current settings."""

from datetime import timedelta

import pytest

from bot.sandbox.environment import Stage
from tests.forms.conftest import Ready, pick


@pytest.fixture(name="ana")
def _ana(stage: Stage) -> str:
    return stage.people["ana"]


@pytest.fixture(name="phones")
def _phones(stage: Stage) -> str:
    return stage.channels["phones"]


def offered(stage: Stage, text: str = "", person: str = "ana", kind: str = "user") -> list[str]:
    """The labels that a picker offers once all that it depends on is read."""
    stage.settle()
    stage.pbx.requests.clear()
    offer = stage.slack.suggest(stage.people[person], text, action_id=f"park:pick:{kind}")
    assert offer.error is None
    assert not [heard for heard in stage.pbx.requests if heard.status], "from memory"
    return [one["value"] for one in offer]


def test_whoever_is_in_the_group_already_is_not_offered(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "add")
    ready("Park group")
    everybody = offered(stage)
    members = stage.pbx.state.members_of("Sales")
    assert set(members) < set(everybody), "while no group is chosen"
    pick(stage, "ana", "Sales", "Park group")
    rest = offered(stage)
    assert not set(rest) & set(members)
    assert set(everybody) - set(members) < set(rest)
    assert offered(stage, members[0]) == []


def test_nobody_but_members_is_offered_to_be_removed_and_they_by_name(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "remove")
    ready("Park group")
    pick(stage, "ana", "Sales", "Park group")
    members = stage.pbx.state.members_of("Sales")
    assert sorted(offered(stage)) == sorted(members)
    (one,) = stage.slack.suggest(ana, members[0], action_id="park:pick:user")
    assert one["text"]["text"].startswith(f"{members[0]} ")
    assert offered(stage, one["text"]["text"].split()[1].lower()) == [members[0]]


def test_who_moves_is_offered_by_the_group_they_leave_and_not_from_the_one_they_join(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "move")
    ready("To park group")
    everybody = offered(stage)
    pick(stage, "ana", "Support", "To park group")
    assert set(everybody) - set(offered(stage)) == set(stage.pbx.state.members_of("Support")) & set(everybody)
    pick(stage, "ana", "Sales", "From park group")
    assert sorted(offered(stage)) == sorted(stage.pbx.state.members_of("Sales"))


def test_a_form_that_is_opened_for_a_group_knows_it_from_the_start(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "group Sales")
    stage.settle()
    stage.slack.click(ana, stage.slack.ephemerals(ana, phones)[-1], label="Remove members")
    ready("Park group (optional): Sales")
    assert sorted(offered(stage)) == sorted(stage.pbx.state.members_of("Sales"))


def test_a_change_is_seen_by_the_pickers_of_forms_that_are_open(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "remove")
    ready("Park group")
    pick(stage, "ana", "Sales", "Park group")
    members = offered(stage)
    stage.slack.slash(ana, phones, f"remove {members[0]} from Sales")
    stage.settle()
    stage.slack.suggest(ana, "", action_id="park:pick:user")
    assert offered(stage) == members[1:]


def test_a_group_that_a_person_may_not_touch_is_said_so_and_its_members_are_not_told(
    stage: Stage, ready: Ready, phones: str
) -> None:
    ben, oncall = stage.people["ben"], stage.slack.state.groups[stage.groups["oncall"]]
    stage.slack.slash(ben, phones, "remove")
    ready("Park group", person="ben")
    everybody = offered(stage, person="ben")
    assert "Sales" in offered(stage, person="ben", kind="group")
    oncall.members.remove(ben)
    stage.forward(timedelta(minutes=2))
    pick(stage, "ben", "Sales", "Park group")  # offered a moment ago
    view = ready("You may not do that here", person="ben")
    assert 'change the members of "Sales"' in view.plain
    assert "To be granted" in view.plain
    assert "Sales" in view.fields["Park group"]
    assert offered(stage, person="ben") == everybody
    oncall.members.append(ben)
    stage.forward(timedelta(minutes=2))
    pick(stage, "ben", "Support", "Park group")
    stage.settle()
    assert "You may not" not in stage.slack.view(ben).plain


def test_values_that_are_there_are_shown_as_the_pickers_show_them(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "recall Sales to user then Night Desk")
    stage.slack.slash(ana, phones, "add")
    stage.settle()
    stage.slack.slash(ana, phones, 'add 1001, "Ben Itoh", 1999 to')
    ready("Members: 1001 Amara Okafor, Ben Itoh, 1999")
    stage.slack.slash(ana, phones, "recall Sales")
    assert "Ring group: Night Desk (6001)" in ready("Where recalls go").plain


def test_a_name_that_was_typed_is_shown_with_its_number(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "add")
    stage.settle()
    stage.slack.slash(ana, phones, 'add "amara okafor"')
    ready("Members: 1001 Amara Okafor")


def test_another_group_brings_its_own_present_values(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "recall Billing to Night Desk")
    stage.settle()
    stage.slack.slash(ana, phones, "recall Sales")
    assert "(x) The user who parked the call" in ready("Where recalls go").plain
    pick(stage, "ana", "Billing", "Park group")
    assert "(x) A ring group" in ready("Ring group: Night Desk (6001)").plain
    pick(stage, "ana", "Sales", "Park group")
    stage.settle()
    view = stage.slack.view(ana)
    assert "(x) The user who parked the call" in view.plain
    assert "Ring group" not in view.fields
    stage.slack.submit(ana)
    ready("Nothing to change")


def test_what_was_chosen_stays_when_another_group_is(stage: Stage, ready: Ready, ana: str, phones: str) -> None:
    stage.slack.slash(ana, phones, "recall Sales")
    ready("Where recalls go")
    stage.slack.fill(ana, "A ring group", label="Where recalls go")
    ready("Ring group: ")
    pick(stage, "ana", "Reception (6003)", "Ring group")
    pick(stage, "ana", "Billing", "Park group")
    stage.settle()
    assert "Ring group: Reception (6003)" in stage.slack.view(ana).plain
    assert "(x) A ring group" in stage.slack.view(ana).plain


def test_a_group_that_is_chosen_while_the_pbx_is_away_is_no_obstacle(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    stage.slack.slash(ana, phones, "add")
    ready("Park group")
    stage.settle()
    stage.pbx.stop()
    stage.slack.fill(ana, "Sales", label="Park group")
    stage.settle(30)
    assert stage.slack.view(ana).fields["Park group"] == "Sales"
    assert len(stage.slack.suggest(ana, "", action_id="park:pick:user")) > 10


def test_a_long_label_ends_in_an_ellipsis_and_a_long_value_is_not_cut(
    stage: Stage, ready: Ready, ana: str, phones: str
) -> None:
    number = "7" * 64
    stage.pbx.state.users[number] = stage.pbx.state.users[next(iter(stage.pbx.state.users))] | {
        "id": number,
        "extension_number": number,
        "display_name": "Wolfeschlegelsteinhausenbergerdorff",
    }
    stage.slack.slash(ana, phones, "add")
    ready("Park group")
    assert offered(stage, "Wolfe") == [number]
    (one,) = stage.slack.suggest(ana, "Wolfe", action_id="park:pick:user")
    assert len(one["text"]["text"]) == 75
    assert one["text"]["text"].endswith("…")
