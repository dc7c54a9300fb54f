"""A change that begins later is made to the groups that were meant when it was asked for, whatever their names then."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.changes.plan import Plan
from bot.journal.models import State
from bot.messages.message import Offer
from bot.messages.request import Source
from bot.sandbox.pbx.state import Record
from bot.worker.card_state import present_card
from tests.bot_harness import ANA, BEN, BotHarness, bot_harness, text_of
from tests.worker.test_put_off import Clock

POLICY = f"""\
[[allow]]
name = "Ana"
users = ["{ANA}"]
operations = ["all"]
recurring = true

[[allow]]
name = "Ben looks"
users = ["{BEN}"]
operations = ["read"]

[[allow]]
name = "Ben, once Ana agrees"
users = ["{BEN}"]
operations = ["members", "recall", "groups"]
approvers = ["{ANA}"]
"""
LINES = [
    "recall Sales to Night Desk",
    "recall the Sales group to user then 6001",
    "add 1060 to Sales",
    "remove 1002 from Sales",
    "move 1050 to Sales",
    "move 1002 from Sales to Support",
    "rename Sales to Trade",
]
REPEATED = LINES[:6]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def park(tmp_path: Path, clock: Clock) -> Iterator[BotHarness]:
    with bot_harness(tmp_path, policy=POLICY, now=clock) as whole:
        yield whole


def at_its_time(park: BotHarness, clock: Clock, line: str, meanwhile: Callable[[BotHarness], None]) -> None:
    park.do(f"{line} in 1h")
    meanwhile(park)
    clock.move(hours=1)
    park.work()


def by_hand(park: BotHarness, clock: Clock, line: str, meanwhile: Callable[[BotHarness], None]) -> None:
    park.do(f"{line} in 1h")
    meanwhile(park)
    clock.move(minutes=1)
    park.do("start 1")


def after_approval(park: BotHarness, clock: Clock, line: str, meanwhile: Callable[[BotHarness], None]) -> None:
    park.do(f"ask {line}", user=BEN)
    meanwhile(park)
    for _ in range(2):  # once more, as a name is not what was shown before
        clock.move(minutes=1)
        park.ask("approve 1", expects=Plan.model_validate(park.journal.get(1).plan).digest())
        park.work()


def repeated(park: BotHarness, clock: Clock, line: str, meanwhile: Callable[[BotHarness], None]) -> None:
    park.do(f"{line} every day 11:00 to 12:00")
    meanwhile(park)
    clock.move(hours=1)
    park.work()


WAYS = [(way, line) for way in (at_its_time, by_hand, after_approval) for line in LINES]
WAYS += [(repeated, line) for line in REPEATED]


def rename(objects: dict[str, Record], names: dict[str, str]) -> None:
    for one in objects.values():
        one["name"] = names.get(one["name"], one["name"])


def swap_names(park: BotHarness) -> None:
    """As at the console: other groups have the names that were typed."""
    rename(park.fake_pbx.state.groups, {"Sales": "Selling", "Billing": "Sales"})
    rename(park.fake_pbx.state.ring_groups, {"Night Desk": "Late Desk", "Day Desk": "Night Desk"})
    forget(park)


def delete_and_create(park: BotHarness) -> None:
    """As at the console: a new group has the name of one that was deleted."""
    state = park.fake_pbx.state
    old = state.group_id("Sales")
    state.groups["anew"] = {**state.groups.pop(old), "id": "anew"}
    state.members["anew"] = state.members.pop(old)
    forget(park)


def forget(park: BotHarness) -> None:
    park.directory.invalidate_groups()
    park.directory.invalidate_ring_groups()


def on_pbx(park: BotHarness) -> Any:
    """Recall target and members of each group by id, without the names."""
    state = park.fake_pbx.state
    return {id: ({**one, "name": ""}, sorted(state.members[id])) for id, one in deepcopy(state.groups).items()}


@pytest.mark.parametrize(("way", "line"), WAYS)
def test_the_group_that_was_meant_is_changed(
    park: BotHarness, clock: Clock, way: Callable[..., None], line: str
) -> None:
    meant, other = park.fake_pbx.state.group_id("Sales"), park.fake_pbx.state.group_id("Billing")
    night = park.fake_pbx.state.ring_group_id("Night Desk")
    before = on_pbx(park)
    way(park, clock, line, swap_names)
    after = on_pbx(park)
    assert after[other] == before[other]
    names = {id: one["name"] for id, one in park.fake_pbx.state.groups.items()}
    assert after.get(meant) != before[meant] or names[meant] == "Trade"
    if way is repeated:
        assert ("Sales", "Selling") in [
            (fact.before, fact.value) for fact in present_card(park.journal, park.journal.get(1)).card.facts
        ]
    if line.startswith("recall"):
        assert after[meant][0]["ring_group_id"] == night


@pytest.mark.parametrize(("way", "line"), WAYS)
def test_a_new_group_with_the_name_of_one_that_was_deleted_is_not_changed(
    park: BotHarness, clock: Clock, way: Callable[..., None], line: str
) -> None:
    way(park, clock, line, delete_and_create)
    assert "anew" in park.fake_pbx.state.groups
    assert park.fake_pbx.writes == []
    assert State.REFUSED in [one.state for one in park.journal.recent(10)]
    told = [
        *park.messenger.private,
        *(card for _, card in park.messenger.cards),
        *(one for _, one in park.messenger.replies),
    ]
    assert any("“Sales” no longer exists" in text_of(one) for one in told)


OF_NAMES = {
    "a rename": ((), "Sales", ("rename Sales to Selling", "rename Billing to Sales")),
    "an undo": (("rename Sales to Selling",), "Selling", ("undo 1", "rename Billing to Selling")),
}
"""What was done before a line named a group, that name, and what gave the name to another group after that."""


def never_planned(park: BotHarness, clock: Clock, line: str) -> Offer:
    """Asks for a change that is not begun in time; returns the button by which it is handed back."""
    assert park.ask(line) is None
    clock.move(minutes=5)
    park.work()
    late = park.journal.recent(1)[0]
    assert (late.state, late.plan) == (State.EXPIRED, None)
    shown = [*park.messenger.private, *(card for _, card in park.messenger.cards)]
    return next(offer for one in reversed(shown) for offer in one.offers if offer.meant == late.id)


def click(park: BotHarness, offer: Offer) -> None:
    asked = park.request(offer.line).model_copy(update={"source": Source.BUTTON, "meant": offer.meant})
    assert park.dispatcher.submit(asked) is None
    park.work()


@pytest.mark.parametrize("line", REPEATED)
@pytest.mark.parametrize("way", OF_NAMES)
def test_a_change_that_was_never_planned_is_made_of_the_group_that_had_the_name(
    park: BotHarness, clock: Clock, way: str, line: str
) -> None:
    before, name, after = OF_NAMES[way]
    meant, other = park.fake_pbx.state.group_id("Sales"), park.fake_pbx.state.group_id("Billing")
    for one in before:
        park.do(one)
    offer = never_planned(park, clock, line.replace("Sales", name))
    for one in after:
        park.do(one)
    was = on_pbx(park)
    click(park, offer)
    assert park.journal.recent(1)[0].state is State.DONE
    assert on_pbx(park)[other] == was[other]
    assert on_pbx(park)[meant] != was[meant]


def test_what_a_restore_has_changed_beside_the_group_does_not_matter(park: BotHarness, clock: Clock) -> None:
    for line in ("rename Sales to Selling", "server recall time 90"):
        park.do(line)
    meant = park.fake_pbx.state.group_id("Selling")
    offer = never_planned(park, clock, "add 1060 to Selling")
    restore = "restore everything to before change 1"
    assert park.ask(restore, expects=park.plan(restore).plan.digest()) is None
    park.work()
    was = on_pbx(park)
    assert park.fake_pbx.state.groups[meant]["name"] == "Sales"
    click(park, offer)
    assert park.journal.recent(1)[0].state is State.DONE
    assert on_pbx(park)[meant] != was[meant]


def test_a_change_that_was_never_planned_is_refused_where_its_group_was_deleted_since(
    park: BotHarness, clock: Clock
) -> None:
    offer = never_planned(park, clock, LINES[0])
    assert park.ask("delete Sales", expects=park.plan("delete Sales").plan.digest()) is None
    park.work()
    park.do("create Sales")
    click(park, offer)
    assert park.journal.recent(1)[0].state is State.REFUSED
    assert "“Sales” no longer exists" in text_of(park.messenger.private[-1])
