"""Park in a process of its own, as `python -m bot run` starts it, which tests kill while the sandboxes keep running."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import environment_variables
from bot.sandbox.environment import Sandbox
from tests.faults.scene import ConversationHarness
from tests.forked import ForkedProcess, run_bot
from tests.waiting import PATIENCE, wait_until


@dataclass
class ProcessHarness(ConversationHarness):
    """A conversation with a Park that can be killed; it has the retry policy of production."""

    running: ForkedProcess | None = None
    log: Path | None = None
    """File for its standard error; None leaves it on that of the tests."""

    def start(self) -> None:
        """Starts the process and waits until it is connected to Slack."""
        before = self.sandbox.slack.connections
        self.running = run_bot(environment_variables(self.sandbox.settings), self.log)
        assert "Park" in self.running.stdout.readline()
        self.sandbox.slack.wait_for(lambda: self.sandbox.slack.connections > before)

    def kill(self) -> None:
        """Kills the process with SIGKILL and waits until Slack has noticed."""
        self.end(signal.SIGKILL)
        self.sandbox.slack.wait_for(lambda: self.sandbox.slack.connections == 0)

    def end(self, by: signal.Signals) -> int:
        """Sends the signal and returns the exit status."""
        assert self.running
        if self.running.poll() is None:
            self.running.send_signal(by)
        status = self.running.wait(PATIENCE)
        self.running.close()
        self.running = None
        return status

    def wait_until_confirmed(self, replies: int = 1) -> None:
        """Waits for that many replies and until every journal entry is confirmed."""
        wait_until(lambda: len(self.replies()) >= replies, "a reply is missing")
        wait_until(lambda: not self._unconfirmed(), "something waits for ever")

    def _unconfirmed(self) -> int:
        """Returns the number of journal entries without a confirmation in Slack."""
        with closing(sqlite3.connect(self._journal, timeout=PATIENCE)) as journal:
            return int(journal.execute("SELECT count(*) FROM entries WHERE told_at IS NULL").fetchone()[0])

    def note_is_stored(self) -> bool:
        """Returns whether the journal says where a note of progress is."""
        with closing(sqlite3.connect(self._journal, timeout=PATIENCE)) as journal:
            return bool(journal.execute("SELECT count(*) FROM flags WHERE name LIKE 'note %'").fetchone()[0])

    @property
    def _journal(self) -> str:
        return self.sandbox.settings.database_url.removeprefix("sqlite:///")


@contextmanager
def process_harness(log: Path | None = None, **environment: Any) -> Iterator[ProcessHarness]:
    """Runs the sandboxes, and Park in a process of its own; `environment` overrides its settings."""
    sandbox = Sandbox(pbx_deadline=5.0, **environment)
    scene = ProcessHarness(sandbox, log=log)
    with sandbox.without_bot():
        try:
            scene.start()
            yield scene
        finally:
            if scene.running:
                scene.end(signal.SIGKILL)
