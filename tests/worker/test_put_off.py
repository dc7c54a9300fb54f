"""A change that began later than it was asked for is the later one: on cards, in undos, and as the last change."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.changes.plan import Plan
from bot.changes.set_since import FEW
from bot.journal.models import State
from bot.sandbox.environment import ORDINARY_INSTANT
from bot.worker.card_state import present_card
from tests.bot_harness import ANA, BEN, BotHarness, bot_harness

POLICY = f"""\
[[allow]]
name = "Ana"
users = ["{ANA}"]
operations = ["all"]

[[allow]]
name = "Ben, once Ana agrees"
users = ["{BEN}"]
operations = ["members", "recall", "server"]
approvers = ["{ANA}"]
"""
KINDS = {
    "recall": ("recall Support to Reception", "recall Support to On Call"),
    "server": ("server recall time 10m", "server recall time 4m"),
}
"""A change, and another one of the same that is asked for later and made first."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = ORDINARY_INSTANT

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def park(tmp_path: Path, clock: Clock) -> Iterator[BotHarness]:
    with bot_harness(tmp_path, policy=POLICY, now=clock) as whole:
        yield whole


def at_its_time(park: BotHarness, clock: Clock, line: str, other: str) -> None:
    park.do(f"{line} in 1h")
    park.do(other)
    clock.move(hours=1)
    park.work()


def by_hand(park: BotHarness, clock: Clock, line: str, other: str) -> None:
    park.do(f"{line} in 1h")
    clock.move(minutes=1)
    park.do(other)
    clock.move(minutes=1)
    park.do("start 1")


def after_approval(park: BotHarness, clock: Clock, line: str, other: str) -> None:
    park.do(f"ask {line}", user=BEN)
    clock.move(minutes=1)
    park.do(other)
    for _ in range(2):  # once more, as it is not what was shown before
        clock.move(minutes=1)
        park.ask("approve 1", expects=Plan.model_validate(park.journal.get(1).plan).digest())
        park.work()


def present(park: BotHarness) -> object:
    state = park.fake_pbx.state
    recalls = [(one["recall_to"], "RING" in one["recall_to"] and one["ring_group_id"]) for one in state.groups.values()]
    return recalls, [sorted(members) for members in state.members.values()], state.server["recall_time"]


def status(park: BotHarness, number: int) -> str:
    return present_card(park.journal, park.journal.get(number)).status


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("put_off", [at_its_time, by_hand, after_approval])
def test_what_began_later_is_the_later_change(
    park: BotHarness, clock: Clock, kind: str, put_off: Callable[[BotHarness, Clock, str, str], None]
) -> None:
    first = present(park)
    put_off(park, clock, *KINDS[kind])
    made = present(park)
    assert park.state(1) == park.state(2) == State.DONE
    assert (status(park, 1), status(park, 2)) == ("done", "replaced by #1")
    assert "replaced by #1" in [shown for shown, _ in park.messenger.cards]
    assert "#1" in park.answer("undo server" if kind == "server" else "undo Support").title
    park.do("undo 1")
    assert present(park) not in (made, first)
    assert (status(park, 1), status(park, 2)) == ("undone", "done")
    park.do("undo 2")
    assert present(park) == first


@pytest.mark.parametrize(
    ("line", "meanwhile"),
    [
        ("recall Support to On Call in 1h for 2h", "recall Support to Reception"),
        ("delete Billing in 1h", "remove 1055 from Billing"),
        ("add 1060 to Support in 1h", "add 1060 to Billing"),
    ],
)
def test_the_buttons_of_what_was_refused_when_its_time_came_begin_at_once(
    park: BotHarness, clock: Clock, line: str, meanwhile: str
) -> None:
    park.ask(line, expects=park.plan(line).plan.digest())
    park.work()
    park.do(meanwhile)
    clock.move(hours=1)
    park.work()
    assert park.state(1) in (State.REFUSED, State.FAILED)
    clock.move(minutes=1)
    (offer,) = park.messenger.cards[-1][1].offers
    park.ask(offer.line, expects=offer.expects)
    park.work()
    assert park.state(3) == State.DONE


@pytest.mark.parametrize("kind", KINDS)
def test_what_began_later_is_the_later_change_of_many(park: BotHarness, clock: Clock, kind: str) -> None:
    meanwhile = FEW + 1
    line, other = KINDS[kind]
    back = "server recall time 5m" if kind == "server" else "recall Support to user"
    park.do(f"{line} in 1h")
    for number in range(meanwhile):
        park.do(back if number % 2 else other)
    clock.move(hours=1)
    park.work()
    plan = Plan.model_validate(park.journal.get(1).plan)
    assert park.journal.made_on(plan.targets, 1)[0].id == 1
    assert (status(park, 1), status(park, meanwhile + 1)) == ("done", "replaced by #1")
    park.do(other)
    last = meanwhile + 2
    assert status(park, 1) == f"replaced by #{last}"
    assert f"replaced by #{last}" in [shown for shown, _ in park.messenger.cards]
