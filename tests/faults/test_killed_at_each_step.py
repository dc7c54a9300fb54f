"""`kill -9` before and after each commit, each call to the PBX and each call to Slack: the change is made exactly once.

The steps are counted in a dry run, then a process is killed at each of them and another one takes up what it left.
"""

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from bot.sandbox.environment import Stage
from tests.faults.replica import Replica
from tests.faults.scene import Scene
from tests.faults.steps import Orders
from tests.postgres import Server

pytestmark = pytest.mark.timeout(600)
AT_ONCE = 4
LEASE = timedelta(seconds=8)
"""Short, for on PostgreSQL the next one waits for it; a PBX that answers within DEADLINE is quick enough for it."""
DEADLINE = 1.5
NewDatabase = Callable[[], str | None]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> NewDatabase:
    """The address of a new one; None: the stage's own file."""
    if request.param == "sqlite":
        return lambda: None
    server: Server = request.getfixturevalue("postgres")
    return server.database


@dataclass
class Life(Scene):
    """A scene for processes that follow each other."""

    def start(self, orders: Orders | None = None) -> Replica:
        return Replica.start(self.stage, lease=LEASE, orders=orders)

    def type(self, line: str) -> bool:
        """Whether it was acknowledged."""
        return self.stage.slack.slash(self.stage.people["ana"], self.stage.channels["phones"], line).ok

    def accepted(self) -> int:
        return self._count("SELECT count(*) FROM entries")

    def number(self) -> int:
        """Of the only change; PostgreSQL gives no number twice, nor that of one whose commit did not come about."""
        return self._count("SELECT id FROM entries")

    def over(self, replica: Replica) -> None:
        """Wait until it is dead, or all is told."""
        end = time.monotonic() + 60
        while replica.alive and not (self.accepted() and not self._untold()):
            assert time.monotonic() < end, "something waits for ever"
            time.sleep(0.05)

    def settled(self, scheduled: int) -> None:
        """Wait until nothing is to be told, but for so many that wait for their time."""
        end = time.monotonic() + 60
        while self._untold(scheduled=True) != scheduled or self._untold() != scheduled:  # in this order: it ends first
            assert time.monotonic() < end, "something waits for ever"
            time.sleep(0.05)

    def _untold(self, *, scheduled: bool = False) -> int:
        only = " AND state = 'scheduled'" if scheduled else ""
        return self._count(f"SELECT count(*) FROM entries WHERE told_at IS NULL{only}")

    def _count(self, query: str) -> int:
        engine = create_engine(self.stage.settings.database_url, poolclass=NullPool)
        with engine.connect() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())


def test_the_change_is_made_exactly_once_and_the_thread_ends_true(database: NewDatabase) -> None:
    steps = _steps_of_a_whole_life(database())
    assert len(steps) > 30
    assert {"before commit", "before ack", "before chat.postMessage", "before sending"} <= set(steps)
    assert faults_of(lambda number: _killed_at(number, database()), len(steps)) == []


def faults_of(killed_at: Callable[[int], object], steps: int) -> list[object]:
    """Several at once; what went wrong on a machine that was too busy for its leases is looked at again, alone."""

    def suspicious(number: int) -> bool:
        try:
            return bool(killed_at(number))
        except Exception:  # a wait that was too short, too: alone, it is raised
            return True

    numbers = range(1, steps + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        suspects = [number for number, fault in zip(numbers, pool.map(suspicious, numbers), strict=True) if fault]
    return [fault for fault in map(killed_at, suspects) if fault]


ONE_BY_ONE = threading.Lock()
"""The sandboxes' routes are compiled from syntax trees, whose depth CPython 3.11 counts for all threads together."""


def stage_of(address: str | None) -> Stage:
    """Without the Park in it."""
    environment: dict[str, Any] = {} if address is None else {"database_url": address}
    with ONE_BY_ONE:
        return Stage(pbx_deadline=DEADLINE, **environment)


def _steps_of_a_whole_life(address: str | None) -> list[str]:
    with stage_of(address).without_park() as stage:
        life = Life(stage)
        replica = life.start()
        life.type("add 1001 to Sales")
        life.over(replica)
        replica.kill()
        steps = [step for step in replica.steps() if step != "ready"]
        replica.close()
        return steps


def _killed_at(number: int, address: str | None) -> str | None:
    """What was wrong afterwards, if anything was."""
    with stage_of(address).without_park() as stage:
        life = Life(stage)
        first = life.start(Orders(signal=signal.SIGKILL, number=number))
        life.type("add 1001 to Sales")
        life.over(first)
        first.kill()
        stage.slack.wait_for(lambda: stage.slack.connections == 0, timeout=30)
        steps = [step for step in first.steps() if step != "ready"]
        second = life.start()
        try:
            _finish(life, second)
            _is_made_once(life, steps)
        except AssertionError as fault:
            return f"killed at step {number}, {steps[-1:]}: {fault}"
        finally:
            first.close()
            second.close()
    return None


def _finish(life: Life, replica: Replica) -> None:
    """What was never accepted, nobody was told of: it is typed again."""
    if not life.accepted():
        assert life.changes() == 0, "done without a record"
        assert life.type("add 1001 to Sales"), "not acknowledged after the restart"
    life.over(replica)
    assert replica.alive


def _is_made_once(life: Life, steps: list[str]) -> None:
    """Only a kill between posting and its checkpoint shows a confirmation twice, with the same number."""
    posts = steps.count("after chat.postMessage")
    unrecorded = posts > 0 and "after commit" not in steps[_last(steps, "after chat.postMessage") :]
    cards, replies = life.cards(), life.replies()
    assert life.changes() == 1, f"{life.changes()} changes on the PBX"
    assert life.members("Sales")[-1] == "1001"
    assert len(cards) == (2 if unrecorded and posts == 1 else 1), f"{len(cards)} cards"
    assert len(replies) == (2 if unrecorded and posts == 2 else 1), f"{len(replies)} replies"
    assert all(f"change {life.number()} · done" in card.plain for card in cards), cards[-1].plain
    assert all("found as asked" in reply.plain for reply in replies), replies[-1].plain


def _last(steps: list[str], name: str) -> int:
    return len(steps) - 1 - steps[::-1].index(name)
