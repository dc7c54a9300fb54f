"""The policy's limits on real plans: a refusal says what would be accepted, and its button is accepted."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import NotAllowed
from bot.journal.models import State
from tests.bot_harness import ANA, BEN, BotHarness, bot_harness, offered_lines, text_of

LEAD = f'[[allow]]\nname = "Ana"\nusers = ["{ANA}"]\noperations = ["all"]\n'
Open = Callable[..., BotHarness]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a bot in which Ana may do everything, and Ben what the given rules allow."""
    with ExitStack() as stack:

        def enter(rules: str, **more: str) -> BotHarness:
            ben = f'[[allow]]\nname = "Ben"\nusers = ["{BEN}"]\n{rules}\n'
            return stack.enter_context(bot_harness(tmp_path, policy=LEAD + ben + more.get("deny", "")))

        yield enter


def refused(park: BotHarness, line: str) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        park.plan(line, user=BEN)
    assert "Nothing was changed" in text_of(caught.value.message)
    return caught.value


ANY = 'operations = ["read", "members", "recall", "groups", "server"]\n'
OVER_THE_LIMIT = [
    ('temporary = "4h"', "add 1016 to Billing", "for at most 4h", "add 1016 to Billing, for 4h"),
    ('temporary = "4h"', "add 1016 to Billing for 5h", "for at most 4h", "add 1016 to Billing, for 4h"),
    (
        'temporary = "4h"',
        "recall Billing to Day Desk for 1 day",
        "for at most 4h",
        "recall Billing to Day Desk, for 4h",
    ),
    ('temporary = "4h"', "server recall time 6m", "for at most 4h", "server recall time 6m, for 4h"),
    ("members = 1", "remove 1054, 1055 from Billing", "for 1 person at once", "remove 1054 from Billing"),
    ("members = 1", "move 1054, 1055 to Sales", "for 1 person at once", "move 1054 to Sales"),
    ('recall_time = "2m"', "server recall time 10m", "with at most 2m", "server recall time 2m"),
    (
        'recall_time = "2m"',
        "server recall ring group time 15m",
        "with at most 2m",
        "server recall ring group time 2m",
    ),
    (
        'members = 1\ntemporary = "1h"',
        "remove 1054, 1055 from Billing",
        "for at most 1h, for 1 person at once",
        "remove 1054 from Billing, for 1h",
    ),
]


@pytest.mark.parametrize(("limit", "line", "message", "offered"), OVER_THE_LIMIT)
def test_what_goes_over_a_limit_is_offered_within_it(
    opened: Open, limit: str, line: str, message: str, offered: str
) -> None:
    park = opened(ANY + limit)
    refusal = refused(park, line)
    assert f"It would be allowed {message}." in text_of(refusal.message)
    assert offered_lines(refusal.message) == [offered]
    assert park.plan(offered, user=BEN).grant.rule == "Ben"


@pytest.mark.parametrize("line", ["create Sales North", "rename Billing to Accounts", "delete Billing"])
def test_what_can_not_end_by_itself_is_not_offered_for_a_time(opened: Open, line: str) -> None:
    refusal = refused(opened(ANY + 'temporary = "4h"'), line)
    assert offered_lines(refusal.message) == []
    assert "would be allowed" not in text_of(refusal.message)


def test_deleting_a_group_takes_out_all_its_members(opened: Open) -> None:
    park = opened(ANY + "members = 1")
    refused(park, "delete Billing")
    assert park.plan("create Empty Desk", user=BEN).grant.rule == "Ben"


def test_out_of_hours_a_change_is_offered_for_when_they_begin(opened: Open) -> None:
    monday = datetime(2026, 3, 23, 9, tzinfo=UTC)
    park = opened(ANY + 'hours = ["Tue 00:00-24:00 UTC"]')
    park.planner.repository.now = lambda: monday
    park.journal.now = lambda: monday  # type: ignore[method-assign]
    refusal = refused(park, "add 1016 to Billing for 2h")
    (offered,) = offered_lines(refusal.message)
    planned = park.plan(offered, user=BEN)
    assert planned.plan.times is not None
    assert planned.plan.times.starts == datetime(2026, 3, 24, tzinfo=UTC)
    assert [row for row in text_of(refusal.message).split("\n") if row.startswith("It would be allowed from ")]
    with pytest.raises(NotAllowed):
        park.answer("group Billing", user=BEN)


def test_a_rule_that_denies_wins_over_every_other_and_asks_for_no_grant(opened: Open) -> None:
    park = opened(ANY, deny='[[deny]]\nname = "No billing"\noperations = ["members", "groups"]\ngroups = ["Bill*"]\n')
    for line in (
        "add 1016 to Billing",
        "move 1055 to Sales",
        "rename Sales to Bills",
        "create Billy",
        "delete Billing",
    ):
        refusal = refused(park, line)
        assert "“No billing” forbids you" in text_of(refusal.message)
        assert "For your admin" not in text_of(refusal.message)
        with pytest.raises(NotAllowed):
            park.plan(line, user=ANA)
    assert park.plan("recall Billing to user", user=BEN).grant.rule == "Ben"
    assert park.fake_pbx.writes == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (f'approvers = ["{ANA}", "S1"]\napprovals = 2', "Can be approved by:  2 of"),
        ('emergency = "C1"', "“Ben” lets you change the members of “Billing” in this channel in an emergency."),
    ],
)
def test_what_needs_a_second_thought_is_refused_and_says_which(opened: Open, more: str, message: str) -> None:
    park = opened('operations = ["members"]\n' + more)
    assert message in text_of(refused(park, "add 1016 to Billing").message)


def do_successfully(park: BotHarness, line: str) -> None:
    park.do(line, user=BEN)
    assert park.state() == State.DONE


def test_an_extension_is_decided_by_the_whole_length(opened: Open) -> None:
    park = opened(ANY + 'temporary = "4h"')
    do_successfully(park, "add 1016 to Billing for 2h")
    park.do("extend change 1 for 1h", user=BEN)
    assert park.state(3) == State.DONE
    message = park.do("extend change 1 for 2h", user=BEN)
    assert park.state(4) == State.REFUSED
    assert "It would be allowed for at most 4h." in text_of(message)
    (latest,) = offered_lines(message)
    park.do(latest, user=BEN)
    assert park.state(5) == State.DONE
    assert offered_lines(park.do("extend change 1 for 1h", user=BEN)) == []
    assert park.state(6) == State.REFUSED


def test_what_may_only_be_temporary_may_not_be_kept_and_may_always_be_ended(opened: Open) -> None:
    park = opened(ANY + 'temporary = "4h"')
    do_successfully(park, "add 1016 to Billing for 2h")
    park.do("keep change 1", user=BEN)
    assert park.state(3) == State.REFUSED
    park.do("undo change 1", user=BEN)
    assert park.state(4) == State.DONE
    assert "1016" not in park.fake_pbx.state.members_of("Billing")
    park.do("undo change 4", user=BEN)
    assert park.state(5) == State.REFUSED


def test_one_temporary_change_in_the_place_of_another_goes_on_from_the_beginning_of_the_first(opened: Open) -> None:
    park = opened(ANY + 'temporary = "4h"')
    do_successfully(park, "recall Billing to Night Desk for 2h")
    park.planner.repository.now = lambda: park.journal.now() + timedelta(minutes=30)
    message = park.do("recall Billing to Day Desk for 4h", user=BEN)
    assert park.state(3) == State.REFUSED
    assert "End #1 and do this" not in {one.label for one in message.offers}
    message = park.do("recall Billing to Day Desk for 3h", user=BEN)
    assert "End #1 and do this" in {one.label for one in message.offers}


@pytest.mark.usefixtures("ordinary_clock")
def test_nobody_retimes_the_change_of_another_that_they_may_not_make(opened: Open) -> None:
    park = opened('operations = ["read", "recall"]\nring_groups = ["Night*"]\ntemporary = "4h"')
    park.do("recall Billing to Day Desk at tomorrow 8:00 for 2h", user=ANA)
    for line in ("do change 1 now", "cancel change 1"):
        assert "ring group" in text_of(park.do(line, user=BEN))
    assert park.state(1) == State.SCHEDULED
