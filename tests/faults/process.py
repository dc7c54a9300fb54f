"""Park as a process of its own, `python -m bot run`, to be killed between sandboxes that live on."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.sandbox.environment import Stage
from tests.faults.scene import Scene

ROOT = Path(__file__).parents[2]


@dataclass
class Mortal(Scene):
    """A scene whose Park can die; it has the patience of the real one."""

    running: subprocess.Popen[str] | None = None
    log: Path | None = None
    """Where its standard error goes, if not to the tests' own."""

    def start(self) -> None:
        """Until it is connected to Slack."""
        before = self.stage.slack.connections
        with nullcontext() if self.log is None else self.log.open("a") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.running.stdout
        assert "Park" in self.running.stdout.readline()
        self.stage.slack.wait_for(lambda: self.stage.slack.connections > before, timeout=30)

    def kill(self) -> None:
        """As by the kernel, and until Slack has noticed."""
        self.end(signal.SIGKILL)
        self.stage.slack.wait_for(lambda: self.stage.slack.connections == 0, timeout=30)

    def end(self, by: signal.Signals) -> int:
        """The exit status."""
        assert self.running
        self.running.send_signal(by)
        status = self.running.wait(30)
        assert self.running.stdout
        self.running.stdout.close()
        self.running = None
        return status

    def told(self, replies: int = 1) -> None:
        """Wait until that many replies stand and the journal has nothing left to do."""
        self.stage.slack.wait_for(lambda: len(self.replies()) >= replies, timeout=60)
        end = time.monotonic() + 60
        while self.waiting():
            assert time.monotonic() < end, "something waits for ever"
            time.sleep(0.05)

    def waiting(self) -> int:
        """How many entries of the journal nobody has been told of."""
        with closing(sqlite3.connect(self._journal, timeout=10)) as journal:
            return int(journal.execute("SELECT count(*) FROM entries WHERE told_at IS NULL").fetchone()[0])

    @property
    def _journal(self) -> str:
        return self.stage.settings.database_url.removeprefix("sqlite:///")

    def _environment(self) -> dict[str, str]:
        """The settings as a shell would have them."""
        said = {name: getattr(self.stage.settings, name) for name in type(self.stage.settings).model_fields}
        plain = {
            name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in said.items()
            if value is not None
        }
        return {**os.environ, **plain, "PYTHONPATH": str(ROOT)}


@contextmanager
def mortal(log: Path | None = None, **environment: Any) -> Iterator[Mortal]:
    """The sandboxes, and Park beside them; `environment` goes over its settings."""
    stage = Stage(pbx_deadline=5.0, **environment)
    scene = Mortal(stage, log=log)
    with stage.without_park():
        scene.start()
        try:
            yield scene
        finally:
            if scene.running:
                scene.end(signal.SIGKILL)
