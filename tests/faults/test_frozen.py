"""A replica suspended for longer than its lease does not touch an entry that another one has taken over."""

import signal
from collections.abc import Iterator

import pytest

from tests.faults.replica import Replica
from tests.faults.steps import StepSignal
from tests.faults.watching import ReplicaHarness, replica_harness
from tests.postgres import Server
from tests.waiting import PATIENCE

BEGAN = 3
"""The number of the commit before the first write; the first two are those of the request and of the claim."""


@pytest.fixture
def scene(postgres: Server) -> Iterator[ReplicaHarness]:
    with replica_harness(postgres) as one:
        yield one


def _frozen_at(scene: ReplicaHarness, step: str, number: int = 1) -> Replica:
    """Suspends a replica at the step; another one takes its entry over and confirms it."""
    frozen = scene.start(StepSignal(signal=signal.SIGSTOP, name=step, number=number))
    scene.slash("add 1001 to Sales")
    frozen.reached(step, number)
    slack = scene.sandbox.slack
    slack.link.drop()  # as Slack does when pings are not answered
    slack.wait_for(lambda: not slack.connections)
    scene.start()
    scene.wait_until_idle()
    return frozen


def _thaw(frozen: Replica) -> None:
    """Resumes the process and waits until it has finished its work and exited."""
    frozen.send(signal.SIGCONT)
    frozen.send(signal.SIGTERM)
    frozen.process.join(PATIENCE)
    assert not frozen.alive


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("before GET", 1),
        ("before commit", BEGAN),
        ("after commit", BEGAN),
        ("before POST", 1),
    ],
)
def test_whoever_was_frozen_before_the_write_never_sends_it(scene: ReplicaHarness, step: str, number: int) -> None:
    frozen = _frozen_at(scene, step, number)
    scene.slash("remove 1001 from Sales")
    scene.wait_until_idle()
    writes = len(scene.writes)
    _thaw(frozen)
    assert len(scene.writes) == writes == 2
    assert "1001" not in scene.members("Sales")
    statuses = ("#1 · replaced by #2 ·", "#2 · done ·")
    assert [status in card.plain for card, status in zip(scene.cards(), statuses, strict=True)] == [True, True]


def test_whoever_was_frozen_after_the_write_says_nothing_twice(scene: ReplicaHarness) -> None:
    frozen = _frozen_at(scene, "after sending")
    _thaw(frozen)
    assert scene.changes() == len(scene.writes) == 1
    assert len(scene.cards()) == len(scene.replies()) == 1


def test_the_one_window_between_the_look_at_the_clock_and_the_call_that_sends_is_open(scene: ReplicaHarness) -> None:
    """The window that `LeaseGuard` documents: a write suspended there is sent too late."""
    frozen = _frozen_at(scene, "before sending")
    scene.slash("remove 1001 from Sales")
    scene.wait_until_idle()
    _thaw(frozen)
    assert len(scene.writes) == 3
    assert "1001" in scene.members("Sales"), "the window is closed: update the docstring of LeaseGuard"
    assert len(scene.cards()) == 2, "nobody is told of it by whoever lost the lease"
