"""Park as a process of its own that is there at once: forked from one that has it all imported."""

import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from typing import Any

from bot.app import Park
from bot.sandbox.environment import Stage
from bot.settings import Settings
from bot.times.model import utc_now
from bot.worker.lease import RetryPolicy
from tests.faults.steps import Orders, Steps

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.replica"])


def live(
    environment: Mapping[str, Any], lease: timedelta, retry_policy: RetryPolicy, orders: Orders, pipe: Any
) -> None:
    """What the process does, until SIGTERM."""
    logging.disable()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    clock = Clock(late=orders.late)
    steps = Steps(orders, pipe.fileno())
    park = Park(Settings(_env_file=None, **environment), lease=lease, retry_policy=retry_policy, now=clock)
    steps.watch(park.journal.database.engine)

    def later(*_: object) -> None:
        steps.armed = clock.late = True
        park.wake()

    signal.signal(signal.SIGUSR1, later)
    park.start()
    steps.armed = not orders.later
    os.write(pipe.fileno(), b"ready\n")
    while not stopped.wait(0.2):  # where it was frozen, another thread than this may get the signal
        pass
    park.stop()


@dataclass
class Clock:
    """The machine's, or two hours ahead of it."""

    late: bool

    def __call__(self) -> datetime:
        return utc_now() + timedelta(hours=2 * self.late)


@dataclass
class Replica:
    """One of them, and what it has told of its steps."""

    process: BaseProcess
    reader: Any
    told: str = ""

    @classmethod
    def start(
        cls,
        stage: Stage,
        *,
        lease: timedelta,
        retry_policy: RetryPolicy | None = None,
        orders: Orders | None = None,
        **environment: Any,
    ) -> "Replica":
        """Until it is connected to Slack; `environment` goes over the stage's."""
        reader, writer = FORKS.Pipe(duplex=False)
        said = stage.settings.model_dump() | environment
        arguments = (said, lease, retry_policy or RetryPolicy(), orders or Orders(), writer)
        process = FORKS.Process(target=live, args=arguments, daemon=True)
        process.start()
        writer.close()
        one = cls(process, reader)
        one.reached("ready")
        stage.slack.wait_for(lambda: stage.slack.connections, timeout=60)
        return one

    def steps(self) -> list[str]:
        """All so far, those of a dead one too."""
        while self._readable():
            content = os.read(self.reader.fileno(), 65536)
            if not content:
                break
            self.told += content.decode()
        return self.told.splitlines()

    def _readable(self) -> bool:
        return bool(multiprocessing.connection.wait([self.reader], 0))

    def wait_for_word(self, seconds: float = 60) -> None:
        """Until it says something more, or is dead."""
        assert multiprocessing.connection.wait([self.reader], seconds), "it says nothing more"

    def reached(self, name: str, number: int = 1) -> None:
        """Wait for the step of that number among those whose name begins so."""
        while sum(step.startswith(name) for step in self.steps()) < number:
            assert self.alive, f"it died before {name}"
            self.wait_for_word()

    def send(self, what: signal.Signals) -> None:
        assert self.process.pid
        os.kill(self.process.pid, what)

    def kill(self) -> None:
        """Also one that is frozen."""
        if self.process.is_alive():
            self.send(signal.SIGKILL)
        self.process.join(60)
        assert not self.process.is_alive()

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def close(self) -> None:
        """Dead, and nothing of it left."""
        self.kill()
        self.reader.close()
        self.process.close()
