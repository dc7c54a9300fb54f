"""`kill -9` before and after each commit, each write to the PBX and each message in Slack: it is made exactly once.

The steps are counted in a dry run, then a process is killed in each state between them and another one takes up what
it left.
"""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from bot.journal.journal import LEASE
from bot.sandbox.environment import POLICY, Sandbox
from tests.faults.replica import Replica
from tests.faults.scene import ConversationHarness
from tests.faults.steps import DURABLE, KillPoint, StepSignal, kill_points, power_cut_points
from tests.postgres import Server
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
PARALLEL_RUNS = 4
WAITS = "something waits for ever"
DEADLINE = 1.5
LEASE_EXPIRED = LEASE + timedelta(seconds=5)
"""How far the next process's clock is ahead: on PostgreSQL it waits for the end of the dead one's lease."""
NewDatabase = Callable[[], str | None]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> NewDatabase:
    """Returns a function that creates a database and returns its URL; None is the stage's own file."""
    if request.param == "sqlite":
        return lambda: None
    server: Server = request.getfixturevalue("postgres")
    return server.database


@dataclass
class RestartHarness(ConversationHarness):
    """A conversation with processes that succeed each other."""

    def start(self, signal_at: StepSignal | None = None) -> Replica:
        return Replica.start(self.sandbox, lease=LEASE, signal_at=signal_at)

    def type(self, line: str) -> bool:
        """Sends a slash command; returns whether it was acknowledged."""
        return self.sandbox.slack.slash(self.sandbox.people["ana"], self.sandbox.channels["phones"], line).ok

    def accepted(self) -> int:
        return self.count("SELECT count(*) FROM entries")

    def number(self) -> int:
        """Returns the number of the only change; on PostgreSQL a commit that failed leaves a gap."""
        return self.count("SELECT id FROM entries")

    def over(self, replica: Replica) -> None:
        """Waits until the process is dead or everything is confirmed."""
        wait_until(lambda: not replica.alive or (self.accepted() and not self.unconfirmed()), WAITS)

    def settled(self, scheduled: int) -> None:
        """Waits until everything is confirmed except that many scheduled entries."""
        # In this order: what is scheduled ends first.
        wait_until(lambda: self.unconfirmed(scheduled=True) == scheduled and self.unconfirmed() == scheduled, WAITS)

    def unconfirmed(self, *, scheduled: bool = False) -> int:
        only = " AND state = 'scheduled'" if scheduled else ""
        return self.count(f"SELECT count(*) FROM entries WHERE told_at IS NULL{only}")

    def count(self, query: str) -> int:
        with self._engine.connect() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self.sandbox.settings.database_url, poolclass=NullPool)


def test_the_change_is_made_exactly_once_and_the_thread_ends_true(database: NewDatabase) -> None:
    steps = _steps_of_a_whole_life(database())
    assert len(steps) > 30
    assert {"before commit", "before ack", "before chat.postMessage", "before sending"} <= set(steps)
    assert failures_of(lambda point: _killed_at(point, database()), steps) == []


def test_a_power_cut_takes_back_nothing_that_was_acknowledged_or_told() -> None:
    steps = _steps_of_a_whole_life(None, power_cut=True)
    assert steps.count(DURABLE) == 4, "accepted, about to write, the outcome, and told"
    assert steps.count("after commit") == 7
    assert failures_of(lambda point: _killed_at(point, None, power_cut=True), steps) == []


def failures_of(killed_at: Callable[[KillPoint], object], steps: list[str]) -> list[object]:
    """Kills in each state between the steps, several at once.

    Repeats each failure alone, since the machine may have been too busy for its leases.
    """

    def suspicious(point: KillPoint) -> bool:
        try:
            return bool(killed_at(point))
        except Exception:  # also a timeout: it is raised when repeated alone
            return True

    points = power_cut_points(steps) if DURABLE in steps else kill_points(steps)
    with ThreadPoolExecutor(PARALLEL_RUNS) as pool:
        suspects = [point for point, fault in zip(points, pool.map(suspicious, points), strict=True) if fault]
    return [fault for fault in map(killed_at, suspects) if fault]


STAGE_LOCK = threading.Lock()
"""Serializes building stages: CPython 3.11 counts the recursion depth of compiling routes across threads."""


def stage_of(address: str | None, *, policy: str = POLICY) -> Sandbox:
    """Builds a stage on that database; Park is not started in it."""
    environment: dict[str, Any] = {} if address is None else {"database_url": address}
    with STAGE_LOCK:
        return Sandbox(policy=policy, pbx_deadline=DEADLINE, **environment)


def _steps_of_a_whole_life(address: str | None, *, power_cut: bool = False) -> list[str]:
    with stage_of(address).without_bot() as sandbox:
        harness = RestartHarness(sandbox)
        replica = harness.start(StepSignal(power_cut=power_cut))
        harness.type("add 1001 to Sales")
        harness.over(replica)
        replica.kill()
        steps = [step for step in replica.steps() if step != "ready"]
        replica.close()
        return steps


def _killed_at(point: KillPoint, address: str | None, *, power_cut: bool = False) -> str | None:
    """What was wrong afterwards, if anything was."""
    with stage_of(address).without_bot() as sandbox:
        harness = RestartHarness(sandbox)
        kill = StepSignal(signal=signal.SIGKILL, name=point.name, number=point.number, power_cut=power_cut)
        first = harness.start(kill)
        acknowledged = harness.type("add 1001 to Sales")
        harness.over(first)
        first.kill()
        sandbox.slack.wait_for(lambda: sandbox.slack.connections == 0)
        steps = [step for step in first.steps() if step != "ready"]
        second = harness.start(StepSignal(ahead=LEASE_EXPIRED))
        try:
            _finish(harness, second, acknowledged=acknowledged)
            _is_made_once(harness, steps, recorded=DURABLE if power_cut else "after commit")
        except AssertionError as fault:
            return f"killed at {point}, {steps[-1:]}: {fault}"
        finally:
            first.close()
            second.close()
    return None


def _finish(harness: RestartHarness, replica: Replica, *, acknowledged: bool) -> None:
    """Repeats the command if it was not accepted, and waits until it is processed."""
    if not harness.accepted():
        assert not acknowledged, "acknowledged and lost"
        assert harness.changes() == 0, "done without a record"
        assert harness.type("add 1001 to Sales"), "not acknowledged after the restart"
    harness.over(replica)
    assert replica.alive


def _is_made_once(harness: RestartHarness, steps: list[str], *, recorded: str) -> None:
    """Asserts one change; only what was posted since the last step `recorded` may be shown twice."""
    posts = steps.count("after chat.postMessage")
    unrecorded = steps[_last(steps, recorded) :].count("after chat.postMessage") if posts else 0
    cards, replies = harness.cards(), harness.replies()
    assert harness.changes() == 1, f"{harness.changes()} changes on the PBX"
    assert harness.members("Sales")[-1] == "1001"
    assert len(cards) == (2 if unrecorded and unrecorded == posts else 1), f"{len(cards)} cards"
    assert len(replies) == (2 if unrecorded and posts == 2 else 1), f"{len(replies)} replies"
    assert all(f"#{harness.number()} · done" in card.plain for card in cards), cards[-1].plain
    assert all("Done and verified on the PBX" in reply.plain for reply in replies), replies[-1].plain


def _last(steps: list[str], name: str) -> int:
    return len(steps) - 1 - steps[::-1].index(name)
