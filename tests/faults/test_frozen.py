"""A replica that stops for longer than its lease and then goes on: what another has taken over, it does not touch."""

import signal
from collections.abc import Iterator

import pytest

from tests.faults.replica import Replica
from tests.faults.steps import Orders
from tests.faults.watching import Watching, watching
from tests.postgres import Server

PLANNED, BEGAN = 3, 4
"""Commits, after that of the request and that of the claim."""


@pytest.fixture
def scene(postgres: Server) -> Iterator[Watching]:
    with watching(postgres) as one:
        yield one


def _frozen_at(scene: Watching, step: str, number: int = 1) -> Replica:
    """It has the change and stands still there; another one has taken it over and told of it."""
    frozen = scene.start(Orders(signal=signal.SIGSTOP, name=step, number=number))
    scene.slash("add 1001 to Sales")
    frozen.reached(step, number)
    slack = scene.stage.slack
    slack.link.drop()  # as Slack does with whoever doesn't answer its pings
    slack.wait_for(lambda: not slack.connections)
    scene.start()
    scene.all_told()
    return frozen


def _thaw(frozen: Replica) -> None:
    """And wait until it has finished what it was at, and ended."""
    frozen.send(signal.SIGCONT)
    frozen.send(signal.SIGTERM)
    frozen.process.join(60)
    assert not frozen.alive


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("before users.info", 1),
        ("before GET", 1),
        ("before commit", PLANNED),
        ("after commit", BEGAN),
        ("before POST", 1),
    ],
)
def test_whoever_was_frozen_before_the_write_never_sends_it(scene: Watching, step: str, number: int) -> None:
    frozen = _frozen_at(scene, step, number)
    scene.slash("remove 1001 from Sales")
    scene.all_told()
    writes = len(scene.writes)
    _thaw(frozen)
    assert len(scene.writes) == writes == 2
    assert "1001" not in scene.members("Sales")
    assert ["· done" in card.plain for card in scene.cards()] == [True, True]


def test_whoever_was_frozen_after_the_write_says_nothing_twice(scene: Watching) -> None:
    frozen = _frozen_at(scene, "after sending")
    _thaw(frozen)
    assert scene.changes() == len(scene.writes) == 1
    assert len(scene.cards()) == len(scene.replies()) == 1


def test_the_one_window_between_the_look_at_the_clock_and_the_call_that_sends_is_open(scene: Watching) -> None:
    """What `bot.settle.Fence` says of it: a write that was frozen just there comes too late, and alone."""
    frozen = _frozen_at(scene, "before sending")
    scene.slash("remove 1001 from Sales")
    scene.all_told()
    _thaw(frozen)
    assert len(scene.writes) == 3
    assert "1001" in scene.members("Sales"), "the window was closed: say so in Fence"
    assert len(scene.cards()) == 2, "nobody is told of it by whoever lost the lease"
