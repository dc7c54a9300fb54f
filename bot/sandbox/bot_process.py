"""Park in a process of its own, as `python -m bot run` has it, but on a clock that its parent sets.

A line on standard input is the seconds that Park's clock is ahead; its end is the end of Park."""

import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pydantic import SecretStr

from bot.app import Park
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.sandbox.environment import Stage


ROOT = Path(__file__).parents[2]
START_TIMEOUT = 30.0
"""Seconds that a start may take."""


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a shell would have them, and nothing of the shell's own settings for a real Park."""
    names = {name.upper() for name in type(settings).model_fields}
    said = {name: getattr(settings, name) for name in type(settings).model_fields}
    plain = {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in said.items()
        if value is not None
    }
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in names}
    return {**inherited, **plain, "PYTHONPATH": str(ROOT)}


class BotProcess:
    """A stage's Park, for a stage that has none in its own process."""

    def __init__(self, stage: "Stage") -> None:
        self.stage = stage
        self.kills = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.alive else None

    def start(self) -> None:
        """Until it is connected to Slack; RuntimeError where it ends instead of that, with what it said."""
        if self.alive:
            return
        slack, before = self.stage.slack, self.stage.slack.connections
        self._process = subprocess.Popen(  # noqa: S603 - this Python, this package
            [sys.executable, "-m", "bot.sandbox.bot_process", str(self.stage.ahead.total_seconds())],
            env=environment(self.stage.settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the parent, which then closes standard input
        )
        if not _pipe(self._process.stdout).readline():
            raise RuntimeError(f"Park did not start: exit status {self._process.wait(START_TIMEOUT)}")
        slack.wait_for(lambda: slack.connections > before, timeout=START_TIMEOUT)

    def kill(self) -> None:
        """As by the kernel (SIGKILL), and until Slack has noticed."""
        if self._process and self.alive:
            self._process.kill()
            self.kills += 1
            self._gone(self._process)
            self.stage.slack.wait_for(lambda: self.stage.slack.connections == 0, timeout=START_TIMEOUT)

    def stop(self) -> None:
        """It finishes what is running."""
        if self._process and self.alive:
            _pipe(self._process.stdin).close()
            self._gone(self._process)

    def forward(self, time: timedelta) -> None:
        """Set the stage's clock, and that of a Park that is alive."""
        self.stage.ahead += time
        if self._process and self.alive:
            pipe = _pipe(self._process.stdin)
            pipe.write(f"{self.stage.ahead.total_seconds()}\n")
            pipe.flush()

    def _gone(self, process: subprocess.Popen[str]) -> None:
        process.wait(START_TIMEOUT)
        for pipe in (process.stdin, process.stdout):
            _pipe(pipe).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101 - asked for above
    return pipe


def main(ahead: float) -> None:
    """Until the parent closes standard input, or is gone."""
    logging.basicConfig(level=logging.CRITICAL)
    clock = [timedelta(seconds=ahead)]
    with Park(Settings(_env_file=None), now=lambda: datetime.now(UTC) + clock[0]) as park:
        sys.stdout.write(f"{park}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            clock[0] = timedelta(seconds=float(line))
            park.wake()


if __name__ == "__main__":
    main(float(sys.argv[1]))
