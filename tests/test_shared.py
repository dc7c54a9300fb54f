"""A test that shares its sandbox is caught whatever it leaves behind, and the next one finds nothing of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.pbx.switches import Switches
from tests.shared import clear, journal_of, lent, state_of


def type_line(sandbox: Sandbox, line: str) -> None:
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line)
    sandbox.settle()


def guest(sandbox: Sandbox) -> None:
    sandbox.slack.state.people[sandbox.people["ana"]].guest = True


LEFT: dict[str, Callable[[Sandbox], object]] = {
    "a change": lambda sandbox: type_line(sandbox, "recall Sales to Night Desk"),
    "a refusal": lambda sandbox: type_line(sandbox, "rename Sales to Sales"),
    "a change that is to come": lambda sandbox: type_line(sandbox, "recall Sales to Night Desk in 2h"),
    "a group of the console's": lambda sandbox: sandbox.pbx.console_create_group("Nights"),
    "a member of the console's": lambda sandbox: sandbox.pbx.console_set_members(
        sandbox.pbx.state.group_id("Sales"), "1002"
    ),
    "a fault of the PBX": lambda sandbox: sandbox.pbx.faults.add(Fault(kind=FaultKind.GATEWAY)),
    "a slow PBX": lambda sandbox: setattr(sandbox.pbx.faults, "latency", 0.01),
    "a switch": lambda sandbox: setattr(sandbox.pbx, "switches", Switches(newer=True)),
    "other tokens": lambda sandbox: sandbox.pbx.expire_tokens(),
    "a fault of Slack": lambda sandbox: sandbox.slack.faults.fail("users.info"),
    "a slow Slack": lambda sandbox: sandbox.slack.faults.latency("users.info", 0.01),
    "a person": lambda sandbox: sandbox.slack.add_person("zoe", real_name="Zoe Zimmer"),
    "a guest": guest,
    "a channel": lambda sandbox: sandbox.slack.add_channel("new", []),
    "a Home tab, which Park draws again": lambda sandbox: sandbox.slack.open_home(sandbox.people["ana"]),
    "another clock": lambda sandbox: sandbox.forward(timedelta(minutes=1)),
    "another Park": lambda sandbox: sandbox.restart(),
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("leave", LEFT.values(), ids=LEFT)
def test_what_a_test_leaves_behind_is_told(sandbox: Sandbox, leave: Callable[[Sandbox], object]) -> None:
    with pytest.raises(AssertionError, match="has changed"), lent(sandbox):
        leave(sandbox)


@pytest.mark.parametrize("left", ["a change", "a change that is to come", "a fault of the PBX"])
def test_whoever_may_leave_requests_may_leave_those_that_changed_nothing(sandbox: Sandbox, left: str) -> None:
    with lent(sandbox, asks=True):
        LEFT["a refusal"](sandbox)
    with pytest.raises(AssertionError, match=r"has (changed|made)"), lent(sandbox, asks=True):
        LEFT[left](sandbox)


def test_after_reads_refusals_previews_and_forms_it_is_as_a_new_one(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    new = state_of(sandbox)
    with lent(sandbox):
        for line in (
            "groups",
            "group Sales",
            "recall",
            "preview recall Sales to Night Desk",
            "history",
            "delete Sales",
        ):
            type_line(sandbox, line)
        sandbox.slack.say(ana, phones, "@Park groups")
        sandbox.settle()
    clear(sandbox)
    assert state_of(sandbox) == new
    assert not sandbox.slack.messages(phones)
    assert not sandbox.slack.ephemerals(ana)
    assert not sandbox.slack.views_of(ana)
    assert not sandbox.pbx.requests
    assert not any(journal_of(sandbox)[f"the journal's table {name}"] for name in ("entries", "targets", "schedules"))
