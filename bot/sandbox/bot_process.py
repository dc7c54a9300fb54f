"""Runs the bot in a child process that can be killed and restarted on the same journal.

`python -m bot.sandbox.bot_process SECONDS` starts the bot with a clock that is that many seconds ahead of the
machine's.
Each line on standard input is a new offset in seconds; end of input stops the bot.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pydantic import SecretStr

from bot.app import Park
from bot.settings.environment import Settings
from bot.settings.tenants import TenantSettings

if TYPE_CHECKING:
    from bot.sandbox.environment import Sandbox


ROOT = Path(__file__).parents[2]
START_TIMEOUT = 30.0
"""Seconds that a start of the bot may take."""


def environment_variables(settings: Settings) -> dict[str, str]:
    """Returns environment variables that hold the settings, without the caller's own bot settings."""
    names = {name.upper() for name in type(settings).model_fields}
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    plain = {name.upper(): _as_variable(value) for name, value in values.items() if value not in (None, ())}
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in names}
    return {**inherited, **plain, "PYTHONPATH": str(ROOT)}


def _as_variable(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def start_process(ahead: float, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Starts this module in a process of its own."""
    return subprocess.Popen(  # noqa: S603 - this Python, this package
        [sys.executable, "-m", "bot.sandbox.bot_process", str(ahead)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the parent, which then closes standard input
    )


class BotProcess:
    """The bot of an environment that was entered with `without_park`."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.kills = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.alive else None

    def start(self) -> None:
        """Starts the bot and waits until it is connected to Slack.

        Raises:
            RuntimeError: The process ended instead.
        """
        if self.alive:
            return
        slack, before = self.sandbox.slack, self.sandbox.slack.connections
        environment = environment_variables(self.sandbox.settings)
        self._process = start_process(self.sandbox.ahead.total_seconds(), environment)
        if not _open_pipe(self._process.stdout).readline():
            raise RuntimeError(f"Park did not start: exit status {self._process.wait(START_TIMEOUT)}")
        slack.wait_for(lambda: slack.connections > before, timeout=START_TIMEOUT)

    def kill(self) -> None:
        """Kills the process with SIGKILL and waits until the fake Slack has noticed."""
        if self._process and self.alive:
            self._process.kill()
            self.kills += 1
            self._close_pipes(self._process)
            self.sandbox.slack.wait_for(lambda: self.sandbox.slack.connections == 0, timeout=START_TIMEOUT)

    def stop(self) -> None:
        """Stops the process; the bot finishes what is running."""
        if self._process and self.alive:
            _open_pipe(self._process.stdin).close()
            self._close_pipes(self._process)

    def forward(self, time: timedelta) -> None:
        """Moves the clocks of the environment and of a running bot ahead."""
        self.sandbox.ahead += time
        if self._process and self.alive:
            pipe = _open_pipe(self._process.stdin)
            pipe.write(f"{self.sandbox.ahead.total_seconds()}\n")
            pipe.flush()

    def _close_pipes(self, process: subprocess.Popen[str]) -> None:
        process.wait(START_TIMEOUT)
        for pipe in (process.stdin, process.stdout):
            _open_pipe(pipe).close()


def _open_pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101 - asked for above
    return pipe


def main(ahead: float) -> None:
    """Runs the bot until standard input is closed."""
    logging.basicConfig(level=logging.CRITICAL)
    clock = [timedelta(seconds=ahead)]
    with Park(TenantSettings(settings=Settings(_env_file=None)), now=lambda: datetime.now(UTC) + clock[0]) as park:
        sys.stdout.write(f"{park}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            clock[0] = timedelta(seconds=float(line))
            park.wake()


if __name__ == "__main__":
    main(float(sys.argv[1]))
