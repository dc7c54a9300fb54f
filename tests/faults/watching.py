"""Park replicas in processes of their own, observed through the journal that they share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.journal.journal import Journal
from bot.sandbox.environment import Sandbox
from tests.faults.replica import Replica
from tests.faults.scene import ConversationHarness
from tests.faults.steps import StepSignal
from tests.postgres import Server
from tests.waiting import PATIENCE

LEASE = timedelta(seconds=3)
"""Short, and still more than twice DEADLINE."""
DEADLINE = 1.0


@dataclass
class ReplicaHarness(ConversationHarness):
    """Replicas on PostgreSQL, whose journal other processes can read."""

    replicas: list[Replica] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Opens the journal that the replicas share."""
        self.journal = Journal(self.sandbox.settings.database_url)

    def start(self, signal_at: StepSignal | None = None) -> Replica:
        """Starts another replica."""
        one = Replica.start(self.sandbox, lease=LEASE, signal_at=signal_at)
        self.replicas.append(one)
        return one

    def wait_until_idle(self, seconds: float = PATIENCE) -> None:
        """Waits until every entry has ended and is confirmed."""
        end = time.monotonic() + seconds
        while self.journal.has_work():
            if time.monotonic() > end:
                waiting = [entry for entry in self.journal.recent(10_000) if not (entry.state.ended and entry.notified)]
                raise AssertionError(f"these wait for ever: {waiting}")
            time.sleep(0.05)


@contextmanager
def replica_harness(server: Server) -> Iterator[ReplicaHarness]:
    """Runs the sandboxes and a database; replicas that the test starts are killed at the end."""
    sandbox = Sandbox(pbx_deadline=DEADLINE, database_url=server.database())
    with sandbox.without_bot():
        scene = ReplicaHarness(sandbox)
        try:
            yield scene
        finally:
            for one in scene.replicas:
                one.close()
            scene.journal.close()
