"""Park in a process of its own that starts fast: forked from a server that has imported everything."""

import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from typing import Any

from bot.app import Park
from bot.journal import postgresql, sqlite
from bot.runtime.signals import StopRequest
from bot.sandbox.environment import Sandbox
from bot.settings.environment import Settings
from bot.settings.tenants import TenantSettings
from bot.times.model import utc_now
from bot.worker import progress
from bot.worker.lease import RetryPolicy
from tests.faults.power import DurableCopy
from tests.faults.steps import StepRecorder, StepSignal
from tests.forked import FORKS, start
from tests.waiting import PATIENCE


def run_replica(
    settings: Settings, lease: timedelta, retry_policy: RetryPolicy, signal_at: StepSignal, pipe: Any
) -> None:
    """Runs Park until SIGTERM. Notices of progress, which a busy machine's changes would need, are no step of it."""
    logging.disable()
    progress.FIRST_NOTICE = PATIENCE
    if signal_at.stands_still:  # for longer than a transaction may take, where the machine is busy
        postgresql.WRITE_TIMEOUT = postgresql.IDLE_TIMEOUT = sqlite.WRITE_TIMEOUT = PATIENCE
    stop = StopRequest(signal.SIGTERM)
    clock = Clock(signal_at.ahead)
    steps = StepRecorder(signal_at, pipe.fileno())
    park = Park(TenantSettings(settings=settings), lease=lease, retry_policy=retry_policy, now=clock)
    steps.watch(park.tenant.journal.database.engine)

    def arm(*_: object) -> None:
        steps.armed = True
        clock.ahead += signal_at.ahead_when_armed
        os.write(pipe.fileno(), b"armed\n")
        park.wake()

    signal.signal(signal.SIGUSR1, arm)
    park.start()
    steps.armed = not signal_at.armed_by_signal
    os.write(pipe.fileno(), b"ready\n")
    stop.wait()
    park.stop()


@dataclass
class Clock:
    """The machine's clock, or one that is ahead of it."""

    ahead: timedelta

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@dataclass
class Replica:
    """One process, and the steps it has reported."""

    process: BaseProcess
    reader: Any
    power: DurableCopy | None = None
    """What is on the disk, if the machine dies with the process."""
    output: str = ""

    @classmethod
    def start(
        cls,
        sandbox: Sandbox,
        *,
        lease: timedelta,
        retry_policy: RetryPolicy | None = None,
        signal_at: StepSignal | None = None,
        **environment: Any,
    ) -> "Replica":
        """Starts a process and waits until it is connected to Slack; `environment` overrides the stage's settings."""
        reader, writer = FORKS.Pipe(duplex=False)
        settings = sandbox.settings.model_copy(update=environment)
        arguments = (settings, lease, retry_policy or RetryPolicy(), signal_at or StepSignal(), writer)
        process = start(run_replica, *arguments)
        writer.close()
        power = DurableCopy(settings.database_url) if signal_at is not None and signal_at.power_cut else None
        one = cls(process, reader, power)
        one.reached("ready")
        sandbox.slack.wait_for(lambda: sandbox.slack.connections)
        return one

    def __post_init__(self) -> None:
        """Starts to read: a process whose pipe is full would stand still at its next step."""
        self._changed, self._ended = threading.Condition(), False
        self._reading = threading.Thread(target=self._read, name="replica-output", daemon=True)
        self._reading.start()

    def _read(self) -> None:
        more = True
        while more:
            content = os.read(self.reader.fileno(), 65536)
            more = bool(content)
            with self._changed:
                self.output += content.decode()
                self._ended = not more
                self._changed.notify_all()

    def steps(self) -> list[str]:
        """Returns all steps reported so far; of a dead process all."""
        if not self.alive:
            self._reading.join()
        with self._changed:
            return self.output.splitlines()

    def reached(self, name: str, number: int = 1) -> None:
        """Waits for step `number` of those whose name begins with `name`."""
        end, known = time.monotonic() + PATIENCE, self.steps()
        while sum(step.startswith(name) for step in known) < number:
            assert self.alive, f"it died before {name}"
            assert time.monotonic() < end, f"it reports nothing more before {name}"
            self.wait_for_more(len(known))
            known = self.steps()

    def wait_for_more(self, known: int) -> None:
        """Waits for more than that many steps, for the end of the process, or a second."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self.output.splitlines()) > known, 1)

    def send(self, what: signal.Signals) -> None:
        assert self.process.pid
        os.kill(self.process.pid, what)

    def kill(self) -> None:
        """Kills the process, also a suspended one; with the machine, takes back what was not on the disk."""
        if self.process.is_alive():
            self.send(signal.SIGKILL)
        self.process.join(PATIENCE)
        assert not self.process.is_alive()
        if self.power is not None:
            self.power.restore()
            self.power = None

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def close(self) -> None:
        """Kills the process and releases its resources."""
        self.kill()
        self._reading.join()
        self.reader.close()
        self.process.close()
