"""Name resolution: names become PBX objects, or a refusal offers corrected lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Ambiguous, NotAllowed, NotFound, NotPossible, Refused
from bot.messages.message import Message
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.bot_harness import ANA, BEN, EMAILS, BotHarness, bot_harness, offered_lines, text_of


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path) as whole:
        yield whole


def refused(park: BotHarness, line: str, kind: type[Refused], *, user: str = ANA) -> Message:
    """The message of the refusal that planning the line raises; checks that nothing was written."""
    with pytest.raises(kind) as caught:
        park.plan(line, user=user)
    assert park.fake_pbx.writes == []
    return caught.value.message


def test_a_group_that_was_renamed_meanwhile_is_not_changed_under_its_old_name(park: BotHarness) -> None:
    park.answer("group Billing")
    billing = park.fake_pbx.state.group_id("Billing")
    park.fake_pbx.console_update_group(billing, name="Finance")
    said = refused(park, "add 1016 to Billing", NotFound)
    assert "now called “Finance”" in text_of(said)
    assert offered_lines(said) == ["add 1016 to Finance"]
    park.fake_pbx.console_create_group("Billing", ["1055"])
    assert park.plan("add 1016 to Billing").plan.changes[0].target.id != billing


def test_a_group_renamed_out_of_somebodys_sight_is_not_shown_to_them(park: BotHarness) -> None:
    park.answer("group Billing", user=BEN)
    park.fake_pbx.console_update_group(park.fake_pbx.state.group_id("Billing"), name="Board Secrets")
    with pytest.raises(NotFound) as caught:
        park.answer("group Billing", user=BEN)
    assert "Board" not in text_of(caught.value.message)


def test_a_ring_group_that_was_renamed_meanwhile_is_not_sent_to_under_its_old_name(park: BotHarness) -> None:
    park.plan("recall Sales to Night Desk")
    night = park.fake_pbx.state.ring_group_id("Night Desk")
    park.fake_pbx.state.ring_groups[night]["name"] = "Board Members"
    refused(park, "recall Sales to Night Desk", NotFound, user=BEN)
    refused(park, "recall Sales to Night Desk", NotFound)


def test_a_ring_group_that_is_gone_meanwhile_is_not_sent_to(park: BotHarness) -> None:
    park.plan("recall Sales to Night Desk")
    del park.fake_pbx.state.ring_groups[park.fake_pbx.state.ring_group_id("Night Desk")]
    refused(park, "recall Sales to Night Desk", NotFound)


@pytest.mark.parametrize("to", ["user", "Day Desk", "user then Day Desk"])
def test_recalls_can_be_sent_elsewhere_when_their_ring_group_is_gone(park: BotHarness, to: str) -> None:
    del park.fake_pbx.state.ring_groups[park.fake_pbx.state.ring_group_id("Night Desk")]
    card = park.do(f"recall Night Shift to {to}")
    assert "that no longer exists" in text_of(card)
    assert park.state() == "done"


def test_a_group_whose_ring_group_is_gone_can_be_renamed_or_says_what_keeps_it(park: BotHarness) -> None:
    del park.fake_pbx.state.ring_groups[park.fake_pbx.state.ring_group_id("Night Desk")]
    card = park.do('rename Night Shift to "Late Shift"')
    assert "The ring group that unanswered parked calls of Night Shift would go to no longer exists" in text_of(card)
    assert offered_lines(card) == ["recall Night Shift to user"]
    park.do(offered_lines(card)[0])
    park.do('rename Night Shift to "Late Shift"')
    assert park.fake_pbx.state.group_id("Late Shift")


def test_a_group_that_went_away_since_its_name_was_looked_up_is_gone(park: BotHarness) -> None:
    park.answer("group Billing")
    park.fake_pbx.console_delete_group(park.fake_pbx.state.group_id("Billing"))
    assert "no longer exists" in text_of(refused(park, "add 1016 to Billing", NotFound))


def test_a_group_made_a_moment_ago_elsewhere_is_known(park: BotHarness) -> None:
    park.answer("groups")
    park.fake_pbx.console_create_group("Finance")
    assert park.plan("add 1016 to Finance").plan.changes


def test_two_names_that_differ_in_case_are_offered_as_they_are_quotes_and_all(park: BotHarness) -> None:
    for name in ('5" \\ pipe', '5" \\ PIPE'):
        park.fake_pbx.console_create_group(name)
    said = refused(park, r'add 1016 to "5\" \\ Pipe"', Ambiguous)
    planned = [park.plan(line).plan.changes[0].target.title for line in offered_lines(said)]
    assert sorted(planned) == ['5" \\ PIPE', '5" \\ pipe']


def test_more_that_fit_than_are_offered_is_said(park: BotHarness) -> None:
    for name in ("A b", "a B", "A B", "a b", "A  b", "A  B"):
        park.fake_pbx.console_create_group(name)
    assert "1 more" in text_of(refused(park, 'add 1016 to "a  b"', Ambiguous))


def test_a_number_is_an_extension_even_where_somebody_is_called_that(park: BotHarness) -> None:
    park.fake_pbx.state.users["1017"]["display_name"] = "1016"
    (added,) = park.plan("add 1016 to Billing").plan.changes[0].added
    assert added.number == "1016"


def test_somebody_without_an_extension_can_be_no_member(park: BotHarness) -> None:
    park.fake_pbx.state.users["1016"]["extension_number"] = None
    said = refused(park, "add 1014, Pablo Fernández to Billing", NotPossible)
    assert "has no extension" in text_of(said)
    assert offered_lines(said) == ["add 1014 to Billing"]


def test_one_person_named_in_three_ways_is_added_once(park: BotHarness) -> None:
    EMAILS[BEN] = park.fake_pbx.state.users["1016"]["email"]
    (change,) = park.plan(f"add 1016, Pablo Fernández and <@{BEN}> to Billing").plan.changes
    assert [one.number for one in change.added] == ["1016"]


def test_the_button_for_the_rest_leaves_out_who_was_meant_however_they_were_named(park: BotHarness) -> None:
    park.answer("find 1002")
    said = refused(park, "add 1016, Pablo Fernández, 1014, Bjørn Halvorsen to Billing", NotPossible)
    assert offered_lines(said) == ["move 1002 to Billing", "add 1016, Pablo Fernández, 1014 to Billing"]


def test_the_button_for_the_rest_of_a_move_leaves_out_names_too(park: BotHarness) -> None:
    said = refused(park, "move Pablo Fernández, 1055 to Sales", NotPossible)
    assert offered_lines(said) == ["add 1016 to Sales", "move 1055 to Sales"]


def test_nobody_of_a_move_being_anywhere_is_said_once_for_each(park: BotHarness) -> None:
    said = refused(park, "move Pablo Fernández, 1016 from Billing to Sales", NotPossible)
    assert "1016 Pablo Fernández is not in Billing" in said.title
    assert offered_lines(said) == ["add 1016 to Sales"]


def test_a_membership_that_ended_elsewhere_is_no_obstacle(park: BotHarness) -> None:
    park.answer("find 1002")
    park.fake_pbx.console_remove_member(park.fake_pbx.state.group_id("Sales"), "1002")
    assert park.plan("add 1002 to Billing").plan.changes[0].added


def test_a_membership_out_of_somebodys_sight_is_not_told_them(park: BotHarness) -> None:
    park.answer("find 1041")
    card = park.do("add 1041 to Billing", user=BEN)
    assert "Warehouse" not in text_of(card)
    assert "1041" not in park.fake_pbx.state.members_of("Billing")


@pytest.mark.parametrize("line", ["remove 1055", "move 1055 to Support"])
def test_who_moved_elsewhere_meanwhile_is_found_where_they_are(park: BotHarness, line: str) -> None:
    park.answer("find 1055")
    for name in ("Sales", "The Lounge"):
        park.answer(f"group {name}")
    park.fake_pbx.console_remove_member(park.fake_pbx.state.group_id("Billing"), "1055")
    made = park.fake_pbx.console_create_group("Brand New", ["1055"])
    (leaving, *_) = park.plan(line).plan.changes
    assert (leaving.target.id, [one.number for one in leaving.removed]) == (made, ["1055"])


def test_who_joins_while_others_are_looked_for_is_not_forgotten(park: BotHarness) -> None:
    park.answer("group Sales")
    state, plan = park.fake_pbx.state, park.plan("recall Billing to user")
    lookup, sales = plan.context.memberships, state.group_id("Sales")
    first, second = state.members_of("Sales")[:2]
    assert lookup.find_current(first).group is not None
    state.members[sales].append("1016")
    park.directory.invalidate_members(sales)  # as another thread does, which has added them
    park.directory.refresh_members(sales)
    assert lookup.find_current(second).group is not None
    assert park.directory.group_of("1016") == sales


def test_who_is_in_no_group_is_said_to_be_in_none(park: BotHarness) -> None:
    assert "1016 Pablo Fernández is not in any park group" in text_of(park.do("remove 1016"))
    assert park.state() == "already"


def test_members_whose_names_the_list_leaves_out_are_not_said_to_be_no_members(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = park.pbx.members

    def bare(group: str) -> tuple[Any, ...]:
        return tuple(one.model_copy(update={"display_name": None, "name": None}) for one in members(group))

    monkeypatch.setattr(park.pbx, "members", bare)
    planned = park.plan("remove 1055 from Billing").plan
    assert planned.already == ()
    assert planned.title == "Removed 1055 from Billing"


def test_a_number_that_is_no_user_says_what_it_is(park: BotHarness) -> None:
    assert "a call queue" in text_of(refused(park, "add 7001 to Billing", NotPossible))
    park.fake_pbx.state.others["7001"]["type"] = "FAX"
    said = text_of(refused(park, "add 7001 to Billing", NotPossible))
    assert "not a user" in said
    assert "Nothing was changed" in said


def test_a_number_that_is_no_ring_group_says_what_it_is(park: BotHarness) -> None:
    said = text_of(refused(park, "recall Sales to 7001", NotFound))
    assert "a call queue, not a ring group" in said
    assert "Nothing was changed" in said


def test_a_recall_to_a_third_extension_is_explained(park: BotHarness) -> None:
    assert "not to another user" in text_of(refused(park, "recall Sales to 1016", NotPossible))
    assert "not to another user" in text_of(refused(park, "recall Sales to Ana Ruiz", NotPossible))


def test_a_ring_group_may_be_called_ring_group(park: BotHarness) -> None:
    night = park.fake_pbx.state.ring_group_id("Night Desk")
    park.fake_pbx.state.ring_groups[night]["name"] = "Ring Group Nights"
    assert park.plan("recall Sales to ring group Nights").plan.changes


def test_a_mention_that_fits_nobody_says_by_what_it_was_looked_up(park: BotHarness) -> None:
    EMAILS[BEN] = "nobody@example.com"
    assert "nobody@example.com" in text_of(refused(park, f"add <@{BEN}> to Billing", NotFound))
    del EMAILS[BEN]
    assert "can't see that person's e-mail address" in text_of(refused(park, f"add <@{BEN}> to Billing", NotFound))


def test_a_group_in_a_members_place_says_that_only_delete_deletes(park: BotHarness) -> None:
    assert "To delete it, type: delete Billing" in text_of(refused(park, "remove Billing", NotFound))


def test_two_of_one_name_are_asked_about(park: BotHarness) -> None:
    said = refused(park, "add Alex Morgan to Billing", Ambiguous)
    assert offered_lines(said) == ["add 1058 to Billing", "add 1059 to Billing"]


def test_wrong_names_get_the_closest_as_buttons(park: BotHarness) -> None:
    assert "add 1016 to Billing" in offered_lines(refused(park, "add 1016 to Biling", NotFound))
    assert "recall Sales to Night Desk" in offered_lines(refused(park, "recall Sales to Nite Desk", NotFound))
    assert "add 1004 to Billing" in offered_lines(refused(park, "add Ana Ruis to Billing", NotFound))
    assert "See them all: groups" in text_of(refused(park, "add 1016 to Zzzzzz", NotFound))


def test_two_wrong_names_are_corrected_at_once_and_nothing_is_left_out_unsaid(park: BotHarness) -> None:
    said = refused(park, "recall Billng to Nite Desk", NotFound)
    assert offered_lines(said) == ["recall Billing to Night Desk"]
    (button,) = refused(park, "add Emeka to Biling", NotFound).offers
    assert button.label == "1055 Emeka Eze: add 1055 to Billing"
    said = refused(park, "recall Suport EMEA to Nite Desk", NotFound)
    assert offered_lines(said) == ["recall Support EMEA to Night Desk"]


def test_closest_names_out_of_sight_are_not_offered(park: BotHarness) -> None:
    with pytest.raises((NotFound, NotAllowed)) as caught:
        park.answer("group Warehous", user=BEN)
    assert "Warehouse" not in text_of(caught.value.message)


def test_who_cannot_be_found_in_time_is_not_said_to_be_nowhere(park: BotHarness) -> None:
    for number in range(201):
        park.fake_pbx.console_create_group(f"Team {number:03}")
    assert "There are 213" in text_of(park.answer("find 1016"))
    assert "200 of 213 groups that I searched" in text_of(refused(park, "remove 1016", NotFound))


def test_a_pbx_without_park_server_times_and_codes_uses_its_own_defaults(park: BotHarness) -> None:
    park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET */feature_access_codes", status=404, times=None))
    park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET */call_park", status=403, times=None))
    assert "*58" in text_of(park.do("recall Sales to Night Desk"))
    assert park.state() == "done"


def test_people_and_ring_groups_made_a_moment_ago_are_known_too(park: BotHarness) -> None:
    park.plan("add Ana Ruiz to Billing")
    park.plan("recall Sales to Night Desk")
    park.fake_pbx.state.users["1016"]["display_name"] = "New Comer"
    night = park.fake_pbx.state.ring_group_id("Night Desk")
    park.fake_pbx.state.ring_groups[night]["name"] = "Late Desk"
    assert park.plan("add New Comer to Billing").plan.changes
    assert park.plan("recall Sales to Late Desk").plan.changes
