"""Park in a process of its own, `python -m bot run`, which tests kill while the sandboxes keep running."""

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

from bot.sandbox.environment import Sandbox
from tests.faults.scene import ConversationHarness

ROOT = Path(__file__).parents[2]


@dataclass
class ProcessHarness(ConversationHarness):
    """A conversation with a Park that can be killed; it has the retry policy of production."""

    running: subprocess.Popen[str] | None = None
    log: Path | None = None
    """File for its standard error; None leaves it on that of the tests."""

    def start(self) -> None:
        """Starts the process and waits until it is connected to Slack."""
        before = self.sandbox.slack.connections
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
        self.sandbox.slack.wait_for(lambda: self.sandbox.slack.connections > before, timeout=30)

    def kill(self) -> None:
        """Kills the process with SIGKILL and waits until Slack has noticed."""
        self.end(signal.SIGKILL)
        self.sandbox.slack.wait_for(lambda: self.sandbox.slack.connections == 0, timeout=30)

    def end(self, by: signal.Signals) -> int:
        """Sends the signal and returns the exit status."""
        assert self.running
        self.running.send_signal(by)
        status = self.running.wait(30)
        assert self.running.stdout
        self.running.stdout.close()
        self.running = None
        return status

    def wait_until_confirmed(self, replies: int = 1) -> None:
        """Waits for that many replies and until every journal entry is confirmed."""
        self.sandbox.slack.wait_for(lambda: len(self.replies()) >= replies, timeout=60)
        end = time.monotonic() + 60
        while self._unconfirmed():
            assert time.monotonic() < end, "something waits for ever"
            time.sleep(0.05)

    def _unconfirmed(self) -> int:
        """Returns the number of journal entries without a confirmation in Slack."""
        with closing(sqlite3.connect(self._journal, timeout=10)) as journal:
            return int(journal.execute("SELECT count(*) FROM entries WHERE told_at IS NULL").fetchone()[0])

    @property
    def _journal(self) -> str:
        return self.sandbox.settings.database_url.removeprefix("sqlite:///")

    def _environment(self) -> dict[str, str]:
        """Returns the settings as environment variables."""
        settings = {name: getattr(self.sandbox.settings, name) for name in type(self.sandbox.settings).model_fields}
        plain = {
            name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in settings.items()
            if value is not None
        }
        return {**os.environ, **plain, "PYTHONPATH": str(ROOT)}


@contextmanager
def process_harness(log: Path | None = None, **environment: Any) -> Iterator[ProcessHarness]:
    """Runs the sandboxes, and Park in a process of its own; `environment` overrides its settings."""
    sandbox = Sandbox(pbx_deadline=5.0, **environment)
    scene = ProcessHarness(sandbox, log=log)
    with sandbox.without_bot():
        scene.start()
        try:
            yield scene
        finally:
            if scene.running:
                scene.end(signal.SIGKILL)
