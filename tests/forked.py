"""Programs in processes of their own that start fast: forked from a server that has imported everything."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing.connection import Connection
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.__main__ import main
from bot.sandbox import bot_process

FORKS = multiprocessing.get_context("forkserver")
PRELOAD = "tests.forked_preload"
ROOT = Path(__file__).parents[1]
Function = Callable[[], int | None]
"""What a process runs; its value is the exit status."""


@cache
def _start_server() -> None:
    """Starts the server, which finds its modules also where the first test that needs it is in another folder.

    Without them it would fork processes that each import everything, which `start` refuses.
    """
    main_module = getattr(sys.modules["__main__"], "__spec__", None)  # imported again by each process that is forked
    FORKS.set_forkserver_preload([*(["pytest"] if main_module and "pytest" in main_module.name else []), PRELOAD])
    with patch.dict(os.environ, {"PYTHONPATH": str(ROOT)}):
        ensure_running()


def start(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Starts a process that runs the target."""
    _start_server()
    process = FORKS.Process(target=_run_target, args=(target, *arguments), daemon=True)
    process.start()
    return process


def _run_target(target: Callable[..., None], *arguments: object) -> None:
    if PRELOAD not in sys.modules:
        raise RuntimeError(f"{PRELOAD} could not be imported when the server was started")
    target(*arguments)


class RunningProcess:
    """A running function with what tests use of `subprocess.Popen`."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._process = start(target, *arguments)

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

    def send_signal(self, number: int) -> None:
        """Sends the signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkedProcess(RunningProcess):
    """A running function whose standard input and output are pipes."""

    def __init__(self, function: Function, environment: Mapping[str, str], log: Path | None) -> None:
        """Starts it; `log` is the file for its standard error, None that of the tests."""
        theirs, stdin = FORKS.Pipe(duplex=False)
        stdout, ours = FORKS.Pipe(duplex=False)
        super().__init__(_run, function, dict(environment), theirs, ours, log)
        self.stdin, self.stdout = os.fdopen(os.dup(stdin.fileno()), "w"), os.fdopen(os.dup(stdout.fileno()))
        for pipe in (theirs, stdin, stdout, ours):
            pipe.close()

    def close(self) -> None:
        """Closes the pipes."""
        self.stdin.close()
        self.stdout.close()


def run_in_terminal(
    function: Function, environment: Mapping[str, str], folder: Path, terminal: Connection
) -> RunningProcess:
    """Starts a function whose standard input, output and error are a terminal, in that folder."""
    return RunningProcess(_run_in_terminal, function, dict(environment), folder, terminal)


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
    function: Function, environment: Mapping[str, str], stdin: Connection, stdout: Connection, log: Path | None
) -> None:
    _begin(environment)
    for number, pipe in enumerate((stdin, stdout)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    if log is not None:
        with log.open("a") as file:
            os.dup2(file.fileno(), 2)
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.exit(function())


def _run_in_terminal(function: Function, environment: Mapping[str, str], folder: Path, terminal: Connection) -> None:
    _begin(environment)
    os.chdir(folder)
    for number in range(3):
        os.dup2(terminal.fileno(), number)
    terminal.close()
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    sys.exit(function())


def _begin(environment: Mapping[str, str]) -> None:
    """Makes this process the first of a session of its own, with that environment, which Ctrl-C interrupts."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
