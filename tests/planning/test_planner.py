"""The planner: authorization by names and changes, previews, and plans that fit a button."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Ambiguous, NotAllowed, NotFound, NotPossible, NotUnderstood, SlackUnavailable
from bot.operations.base import ChangeOperation
from bot.operations.parser import parse
from bot.slack.buttons import offer_button
from tests.bot_harness import ANA, BEN, BotHarness, bot_harness, offered_lines, text_of

pytestmark = pytest.mark.usefixtures("ordinary_clock")


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path) as whole:
        yield whole


MAY_NOT = [
    "add 1016 to Support",
    "remove 1021 from Support",
    "move 1002 to Support",
    "move 1021 from Support to Sales",
    "recall Sales to Day Desk",
    "recall Sales to user then Day Desk",
    "recall Support to user",
    "create Sales North",
    "rename Sales to Sales North",
    "delete Sales",
    "server off",
    "server recall time 5m",
]


@pytest.mark.parametrize("line", MAY_NOT)
def test_what_no_rule_allows_is_refused_and_nothing_is_written(park: BotHarness, line: str) -> None:
    with pytest.raises((NotAllowed, NotPossible)) as caught:
        park.plan(line, user=BEN)
    assert park.fake_pbx.writes == []
    assert "Nothing was changed" in text_of(caught.value.message)


def test_who_is_in_a_group_out_of_sight_is_removed_from_nowhere(park: BotHarness) -> None:
    assert "1021 Ursula Weber is not in any park group that you may see" in text_of(park.do("remove 1021", user=BEN))
    assert park.fake_pbx.writes == []


MAY = ["add 1016 to Sales", "remove 1002", "move 1055 to Sales", "recall Sales to Night Desk", "recall Sales to user"]


@pytest.mark.parametrize("line", MAY)
def test_what_a_rule_allows_is_planned(park: BotHarness, line: str) -> None:
    planned = park.plan(line, user=BEN)
    assert planned.grant.rule == "Ben looks at Sales and Billing"


def test_a_refusal_says_whom_to_ask_and_what_to_grant(park: BotHarness) -> None:
    with pytest.raises(NotAllowed) as caught:
        park.plan("add 1016 to Support", user=BEN)
    assert "whoever runs the phones" in text_of(caught.value.message)
    assert [fact.ids for fact in caught.value.message.facts if "members" in fact.value] == [(BEN,)]
    assert f'users = ["{BEN}"]' in text_of(caught.value.message)


def test_every_rule_that_a_move_needed_is_on_record(tmp_path: Path) -> None:
    policy = "".join(
        f'[[allow]]\nname = "{name}"\nusers = ["{ANA}"]\noperations = ["read", "members"]\ngroups = ["{name}"]\n'
        for name in ("Billing", "Sales")
    )
    with bot_harness(tmp_path, policy=policy) as park:
        rule = park.plan("move 1055 to Sales").grant.rule or ""
        assert "Billing" in rule
        assert "Sales" in rule


def test_a_line_that_two_groups_fit_is_asked_about(park: BotHarness) -> None:
    park.fake_pbx.console_create_group("Front")
    park.fake_pbx.state.users["1016"]["display_name"] = "Pablo to Back"
    park.fake_pbx.state.users["1014"]["display_name"] = "Pablo"
    with pytest.raises(Ambiguous) as caught:
        park.plan("add Pablo to Back to Front")
    offered = [park.plan(line).plan.title for line in offered_lines(caught.value.message)]
    assert offered == ["Added 1016 Pablo to Back to Front", "Added 1014 Pablo to Back to Front"]


def test_a_group_whose_name_ends_like_a_time_is_asked_about_and_each_button_means_one(park: BotHarness) -> None:
    park.fake_pbx.console_create_group("Sales until 7pm")
    with pytest.raises(Ambiguous) as caught:
        park.plan("add 1016 to Sales until 7pm")
    timed, named = offered_lines(caught.value.message)
    assert park.plan(named).plan.title == "Added 1016 Pablo Fernández to Sales until 7pm"
    assert park.plan(timed).plan.title == "Added 1016 Pablo Fernández to Sales"
    assert park.plan(timed).operation.ends is not None


def test_a_group_whose_name_ends_like_a_time_wins_where_no_other_reading_has_names(park: BotHarness) -> None:
    park.fake_pbx.console_create_group("Desk at 18:00")
    assert park.plan("add 1016 to Desk at 18:00").plan.title == "Added 1016 Pablo Fernández to Desk at 18:00"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("recall Sales to Night Desk until whenever", "I can't read “until whenever” as a time"),
        ("recall Sales to Night Desk for 2", "2m, 2h or 2 days"),
        ("add 1016 to Sales for 2 fortnights", "I can't read “for 2 fortnights” as a time"),
        ("remove Ana Ruiz until whenever", "I can't read “until whenever” as a time"),
        ("delete Sales until 7", "create, rename and delete can't be temporary"),
        ("add 1016 to Sales tomorrow", "Type “at tomorrow 8:00”"),
    ],
)
def test_a_name_that_nobody_has_and_that_ends_like_a_time_says_how_times_are_typed(
    park: BotHarness, line: str, said: str
) -> None:
    with pytest.raises(NotFound) as caught:
        park.plan(line)
    assert said in text_of(caught.value.message)


def test_tomorrow_is_the_day_after_today_for_the_end_of_a_change_that_begins_then(park: BotHarness) -> None:
    times = park.plan("add 1016 to Billing at tomorrow 12:00 until tomorrow 20:00").plan.times
    assert times is not None
    assert times.starts is not None
    assert times.ends is not None
    assert times.ends - times.starts == timedelta(hours=8)


def test_a_time_that_can_mean_two_days_is_asked_about_and_each_button_means_one(park: BotHarness) -> None:
    with pytest.raises(Ambiguous) as caught:
        park.plan("add 1016 to Billing on 3/4")
    starts = [park.plan(line).plan.times for line in offered_lines(caught.value.message)]
    assert [(one.starts.day, one.starts.month) for one in starts if one and one.starts] in (
        [(2, 4), (3, 3)],
        [(3, 3), (2, 4)],
    )


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("add 1020 to Sales until 18:00", "move 1020 to Sales until 18:00"),
        ("move 1016 to Sales at 18:00 for 2h", "add 1016 to Sales at 18:00 for 2h"),
        ("add 1020, 1016 to Sales until 18:00", "add 1016 to Sales until 18:00"),
    ],
)
def test_a_button_that_mends_a_change_keeps_its_times(park: BotHarness, line: str, offered: str) -> None:
    change = parse(line)[0]
    assert isinstance(change, ChangeOperation)
    park.answer("group Support")  # whose members are known from then on
    with pytest.raises(NotPossible) as caught:
        change.plan(park.planner.context(park.request(line), change))
    assert offered in offered_lines(caught.value.message)


def test_a_reading_whose_names_fit_two_is_asked_about_before_one_whose_names_fit_none(park: BotHarness) -> None:
    with pytest.raises(Ambiguous):
        park.plan("add Alex Morgan to Back to Front")


def test_a_preview_of_a_bulk_over_many_groups_still_has_its_button(park: BotHarness) -> None:
    for number in range(1001, 1061):
        for name in list(park.fake_pbx.state.members):
            park.fake_pbx.console_remove_member(name, str(number))
        park.fake_pbx.console_create_group(f"Team {number}", [str(number)])
    (offer,) = park.answer("preview remove 1001-1060").offers
    assert offer_button(offer, 1) is not None
    assert offer.expects is not None
    assert len(offer.expects) == 16


def test_a_preview_of_100_long_numbers_has_its_button(park: BotHarness) -> None:
    first = 10**63
    for number in range(first, first + 100):
        park.fake_pbx.state.users[str(number)] = park.fake_pbx.state.users["1016"] | {
            "id": f"u{number}",
            "extension_number": str(number),
        }
    (offer,) = park.answer(f"preview add {first}-{first + 99} to Billing").offers
    assert offer_button(offer, 1) is not None


def test_a_plan_of_many_people_is_titled_by_their_number(park: BotHarness) -> None:
    assert park.plan("move 1021, 1020, 1022, 1023 to Sales").plan.title == "Moved 4 users from Support to Sales"
    assert park.plan("move 1055 to Sales").plan.title == "Moved 1055 Emeka Eze from Billing to Sales"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add 1055 to Billing", "is already in Billing"),
        ("remove 1016 from Billing", "is not in Billing"),
        ("move 1055 to Billing", "is already in Billing"),
        ("move 1055 from Billing to Billing", "is already in Billing"),
        ("recall Billing to user", "already go to"),
        ("rename Billing to Billing", "is already called Billing"),
        ("server on", "is already on"),
        ("server extension 666", "is already 666"),
    ],
)
def test_what_is_so_already_is_said_and_not_written(park: BotHarness, line: str, said: str) -> None:
    assert said in text_of(park.answer(f"preview {line}"))
    assert said in text_of(park.do(line))
    assert park.fake_pbx.writes == []


def test_a_preview_shows_the_change_and_applies_exactly_it(park: BotHarness) -> None:
    (offer,) = park.answer("preview add 1016 to Billing").offers
    park.ask(offer.line, expects=offer.expects)
    park.work()
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016"]


def test_a_preview_of_nonsense_is_refused_like_the_nonsense(park: BotHarness) -> None:
    with pytest.raises(NotUnderstood):
        park.answer("preview preview add 1016 to Billing")


def test_an_asker_that_slack_does_not_know_just_now_is_nobody(park: BotHarness) -> None:
    park.people.fault = SlackUnavailable("away")
    with pytest.raises(SlackUnavailable):
        park.plan("add 1016 to Billing")


def test_help_holds_what_one_may_do_here_and_says_that_there_is_more(park: BotHarness) -> None:
    park.answer("find 1001", user=BEN)  # examples name whom Park knows
    mine, hers = text_of(park.answer("help", user=BEN)), text_of(park.answer("help"))
    assert "groups, find, group, add, remove, move, recall, server" in mine
    assert "add 1001 to Billing" in mine
    assert "create" not in mine
    assert "more commands need permissions" in mine
    assert "create" in hers
    assert "more commands need permissions" not in hers


def test_reads_show_only_what_one_may_see(park: BotHarness) -> None:
    said = text_of(park.answer("groups", user=BEN))
    assert "Sales for Partners" in said
    assert "Warehouse" not in said
    assert "isn't in any park group that you may see" in text_of(park.answer("find 1041", user=BEN))
    with pytest.raises(NotAllowed):
        park.answer("group Warehouse", user=BEN)
