"""A scene whose Park is elsewhere: what it has done is seen in its journal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from bot.journal.journal import Journal
from bot.sandbox.environment import Stage
from tests.faults.replica import Replica
from tests.faults.scene import Scene
from tests.faults.steps import Orders
from tests.postgres import Server

LEASE = timedelta(seconds=3)
"""Short; a PBX that answers within DEADLINE is quick enough for it."""
DEADLINE = 1.0


@dataclass
class Watching(Scene):
    """Replicas on PostgreSQL, which lets others look."""

    replicas: list[Replica] = field(default_factory=list)

    def start(self, orders: Orders | None = None) -> Replica:
        """Another one."""
        one = Replica.start(self.stage, lease=LEASE, orders=orders)
        self.replicas.append(one)
        return one

    @cached_property
    def journal(self) -> Journal:
        """To look into."""
        return Journal(self.stage.settings.database_url)

    def all_told(self, seconds: float = 60) -> None:
        """Wait until nothing is left to do."""
        end = time.monotonic() + seconds
        while self.journal.busy():
            assert time.monotonic() < end, "something waits for ever"
            time.sleep(0.05)


@contextmanager
def watching(server: Server) -> Iterator[Watching]:
    """The sandboxes and a database; no replica yet, and none left in the end."""
    stage = Stage(pbx_deadline=DEADLINE, database_url=server.database())
    with stage.without_park():
        scene = Watching(stage)
        try:
            yield scene
        finally:
            for one in scene.replicas:
                one.close()
            scene.journal.close()
