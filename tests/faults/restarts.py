"""Park processes that succeed each other on one journal, each killed at a step, as several tests need them."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from bot.journal.journal import LEASE
from bot.sandbox.environment import POLICY, Sandbox
from bot.worker.lease import RetryPolicy
from tests.faults.replica import Replica
from tests.faults.scene import ConversationHarness
from tests.faults.steps import DURABLE, KillPoint, StepSignal, kill_points, power_cut_points
from tests.postgres import Server
from tests.waiting import PATIENCE, wait_until

PARALLEL_RUNS = 4
DEADLINE = 15.0
"""Seconds that a call to the PBX may take, the time included for which a process stands still on a busy machine."""
LEASE_EXPIRED = LEASE + timedelta(seconds=5)
"""How far the next process's clock is ahead: on PostgreSQL it waits for the end of the dead one's lease."""
RETRIES = RetryPolicy(verify_delays=(0.1, 0.2, 0.4))
"""As in production, but a dead process's write is not waited for as long: the sandbox answers fast."""
STAGE_LOCK = threading.Lock()
"""Serializes building stages: CPython 3.11 counts the recursion depth of compiling routes across threads."""


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server | None:
    """The server of the journals; None has each in a file of its stage."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


def commits_under_way(steps: list[str]) -> int:
    """Returns how many commits have begun of which it is not reported that they have ended."""
    return steps.count("before commit") - steps.count("after commit")


@dataclass
class RestartHarness(ConversationHarness):
    """A conversation with processes that succeed each other."""

    server: Server | None = None
    """The server of the journal; None has it in `file`."""
    replicas: list[Replica] = field(default_factory=list)

    def start(self, signal_at: StepSignal | None = None) -> Replica:
        """Starts another process."""
        one = Replica.start(self.sandbox, lease=LEASE, retry_policy=RETRIES, signal_at=signal_at)
        self.replicas.append(one)
        return one

    def steps_of(self, replica: Replica, *, whole: bool = False) -> list[str]:
        """Kills a process if it still runs, and returns the steps that it took once it was ready.

        Args:
            whole: let it end first what it is doing, so that all steps of the last commit are among them.
        """
        if whole:
            replica.send(signal.SIGTERM)
            replica.process.join(PATIENCE)
        self.engine.dispose()  # a power cut replaces the files that are open
        replica.kill()
        self.sandbox.slack.wait_for(lambda: self.sandbox.slack.connections == 0)
        return [step for step in replica.steps() if step not in ("ready", "armed")]

    @property
    def file(self) -> str:
        """The file of a journal on SQLite."""
        return self.sandbox.settings.database_url.removeprefix("sqlite:///")

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
        self.wait_until(lambda: not replica.alive or (self.accepted() and not self.unconfirmed()))

    def settled(self, scheduled: int) -> None:
        """Waits until everything is confirmed except that many scheduled entries."""
        # In this order: what is scheduled ends first.
        self.wait_until(lambda: self.unconfirmed(scheduled=True) == scheduled and self.unconfirmed() == scheduled)

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Waits until the condition is true; a look at the journal takes CPU that the processes need."""
        wait_until(condition, "something waits for ever", pause=0.06)

    def unconfirmed(self, *, scheduled: bool = False) -> int:
        only = " AND state = 'scheduled'" if scheduled else ""
        return self.count(f"SELECT count(*) FROM entries WHERE told_at IS NULL{only}")

    def count(self, query: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())

    @cached_property
    def engine(self) -> Engine:
        """The journal; one connection is kept, as a new one to PostgreSQL costs 10 ms of CPU."""
        return create_engine(self.sandbox.settings.database_url, isolation_level="AUTOCOMMIT")


@contextmanager
def restart_harness(server: Server | None = None, *, policy: str = POLICY) -> Iterator[RestartHarness]:
    """Runs the sandboxes and a journal on that server or in a file; Park is not started in it."""
    environment: dict[str, Any] = {} if server is None else {"database_url": server.database()}
    with STAGE_LOCK:
        sandbox = Sandbox(policy=policy, pbx_deadline=DEADLINE, **environment)
    with sandbox.without_bot():
        harness = RestartHarness(sandbox, server=server)
        try:
            yield harness
        finally:
            for one in harness.replicas:
                one.close()
            harness.engine.dispose()
    if server is not None:
        server.give_back(environment["database_url"])


def turn_of(server: Server | None) -> slice:
    """Returns which states are tried on a database where SQLite and PostgreSQL take turns.

    What is left behind and taken up is the same on both, but for the lease; `test_killed_at_each_step` kills the
    process of a change in each state on both.
    """
    return slice(0 if server is None else 1, None, 2)


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
    assert points
    with ThreadPoolExecutor(PARALLEL_RUNS) as pool:
        suspects = [point for point, fault in zip(points, pool.map(suspicious, points), strict=True) if fault]
    return [fault for fault in map(killed_at, suspects) if fault]
