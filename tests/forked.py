"""Programs in processes of their own that start fast: forked from a server that has imported everything."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.__main__ import main
from bot.sandbox import bot_process

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.forked_preload"])


class ForkedProcess:
    """A running function with what tests use of `subprocess.Popen[str]`; its standard input and output are pipes."""

    def __init__(self, function: Callable[[], int | None], environment: Mapping[str, str], log: Path | None) -> None:
        """Starts it; `log` is the file for its standard error, None that of the tests."""
        theirs, stdin = FORKS.Pipe(duplex=False)
        stdout, ours = FORKS.Pipe(duplex=False)
        arguments = (function, dict(environment), theirs, ours, log)
        self._process = FORKS.Process(target=_run, args=arguments, daemon=True)
        self._process.start()
        self.stdin, self.stdout = os.fdopen(os.dup(stdin.fileno()), "w"), os.fdopen(os.dup(stdout.fileno()))
        for pipe in (theirs, stdin, stdout, ours):
            pipe.close()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Returns the exit status; raises TimeoutError."""
        self._process.join(timeout)
        if (status := self._process.exitcode) is None:
            raise TimeoutError(f"the process still runs after {timeout} s")
        return status

    def close(self) -> None:
        """Closes the pipes."""
        self.stdin.close()
        self.stdout.close()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_bot(environment: Mapping[str, str], log: Path | None = None) -> ForkedProcess:
    """Starts what `python -m bot run` does."""
    return ForkedProcess(partial(main, ["run"]), environment, log)


@contextmanager
def demo_bots_are_forked() -> Iterator[None]:
    """Has the demo page start its bots by forking."""
    started_afresh = bot_process.start_process
    bot_process.start_process = _start_demo_bot
    try:
        yield
    finally:
        bot_process.start_process = started_afresh


def _start_demo_bot(ahead: float, environment: Mapping[str, str]) -> Any:
    return ForkedProcess(partial(bot_process.main, ahead), environment, None)


def _run(
    function: Callable[[], int | None],
    environment: Mapping[str, str],
    stdin: Connection,
    stdout: Connection,
    log: Path | None,
) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for number, pipe in enumerate((stdin, stdout)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    if log is not None:
        with log.open("a") as file:
            os.dup2(file.fileno(), 2)
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.exit(function())
