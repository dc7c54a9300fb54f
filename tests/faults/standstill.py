"""What a killed process leaves behind, copied from one that stands still, and put back for another to take up.

A process that dies leaves its journal, and what it has asked of the PBX and of Slack. To start one for each step, to
play the way to it and to kill it there is most of what such a test costs. So one process stands still before each
effect, and what it would leave if it died there is copied; a Park in the test's process then takes up one copy after
the other. `test_killed_at_each_step` kills a process in each state.
"""

import copy
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.app import Park
from bot.journal.journal import LEASE
from bot.sandbox.environment import Sandbox
from bot.settings.tenants import TenantSettings
from bot.worker import progress
from tests.faults.power import SUFFIXES
from tests.faults.replica import Clock, Replica
from tests.faults.restarts import RETRIES, RestartHarness
from tests.faults.steps import is_durable_after, is_effect
from tests.waiting import PATIENCE

Content = dict[str, bytes]
"""A journal: its files by suffix on SQLite, its tables on PostgreSQL."""
_WORKSPACE = ("people", "channels", "groups", "posts", "views", "triggers", "files", "calls", "statuses", "prompts")


@dataclass(frozen=True)
class Left:
    """What a process that dies leaves behind."""

    steps: tuple[str, ...]
    """All steps up to the one before which it died."""
    journal: Content
    fakes: list[dict[str, Any]]

    @property
    def is_durable(self) -> bool:
        """Whether all commits are on the disk, where a power cut is tried."""
        return is_durable_after(self.steps[:-1])


@contextmanager
def states_left(harness: RestartHarness, replica: Replica) -> Iterator[list[Left]]:
    """Has a process stand still before each effect while the body runs, and kills it then.

    Returns:
        What it would have left at each of them, and what it has left at the end: complete once the body has ended.
    """
    found = list[Left]()
    journal = _journal_of(harness, replica)

    def copied(steps: list[str]) -> Left:
        return Left(tuple(steps), journal.copied(), _fakes(harness.sandbox))

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(_watch, replica, lambda steps: found.append(copied(steps)))
        try:
            yield found
        finally:
            harness.steps_of(replica)
            watching.result(PATIENCE)
    found.append(copied(replica.steps()))
    harness.engine.dispose()
    journal.close()


def _watch(replica: Replica, take: Callable[[list[str]], None]) -> None:
    """Calls `take` with the steps so far each time that the process stands still, until it is dead."""
    known = list[str]()
    while True:
        steps = replica.steps()
        for number in range(len(known), len(steps)):
            if is_effect(steps[number]) and _stands_still(replica):
                take(steps[: number + 1])
                with suppress(ProcessLookupError):
                    replica.send(signal.SIGCONT)
        if len(steps) == len(known) and not replica.alive:
            return
        known = steps
        replica.wait_for_more(len(known))


def _stands_still(replica: Replica) -> bool:
    """Waits until all threads are stopped; returns False if the process is dead."""
    tasks, end = Path(f"/proc/{replica.process.pid}/task"), time.monotonic() + PATIENCE
    while replica.alive:
        with suppress(OSError):
            states = {one.read_text().rpartition(")")[2].split()[0] for one in tasks.glob("*/stat")}
            if states == {"T"}:
                return True
        assert time.monotonic() < end, "it goes on"
        time.sleep(0.002)
    return False


@dataclass
class Successor:
    """A Park in this process that takes up what was left; its clock is ahead of the machine's."""

    park: Park
    clock: Clock
    alive = True

    def forward(self, time: timedelta) -> None:
        """Sets its clock ahead by that much more."""
        self.clock.ahead += time
        self.park.wake()


@contextmanager
def taken_up(harness: RestartHarness, left: Left, ahead: timedelta) -> Iterator[Successor]:
    """Puts back what was left, and runs a Park on it until the end."""
    harness.engine.dispose()
    _put_journal_back(harness, left.journal)
    _put_fakes_back(harness.sandbox, left.fakes)
    clock, slack = Clock(ahead), harness.sandbox.slack
    with patch.object(progress, "FIRST_NOTICE", PATIENCE):  # as in a process that is killed
        settings = TenantSettings(settings=harness.sandbox.settings)
        park = Park(settings, lease=LEASE, retry_policy=RETRIES, now=clock).start()
        try:
            slack.wait_for(lambda: slack.connections)
            yield Successor(park, clock)
        finally:
            park.stop()
            slack.wait_for(lambda: slack.connections == 0)
            harness.engine.dispose()


def failures_after(states: list[Left], is_wrong: Callable[[Left], str | None]) -> list[str]:
    """Takes each state up; repeats each failure, since the machine may have been too busy for a time limit."""
    assert states
    return [fault for left in states if is_wrong(left) and (fault := is_wrong(left))]


class _Files:
    """A journal on SQLite: what a process leaves in its files, or with the machine on the disk."""

    def __init__(self, file: str, replica: Replica) -> None:
        self._replica = replica
        # They stay open: closing one would end the locks that SQLite has on the file in this process.
        self._open = {suffix: os.open(f"{file}{suffix}", os.O_RDONLY) for suffix in SUFFIXES}

    def copied(self) -> Content:
        if self._replica.power is not None:  # until it is dead, and the files are what is on the disk
            return self._replica.power.newest()
        return {suffix: os.pread(file, os.fstat(file).st_size, 0) for suffix, file in self._open.items()}

    def close(self) -> None:
        for file in self._open.values():
            os.close(file)


class _Tables:
    """A journal on PostgreSQL: what is committed."""

    def __init__(self, harness: RestartHarness) -> None:
        self._harness = harness

    def copied(self) -> Content:
        assert self._harness.server is not None
        return self._harness.server.content(self._harness.sandbox.settings.database_url)

    def close(self) -> None:
        """Has nothing to close."""


def _journal_of(harness: RestartHarness, replica: Replica) -> "_Files | _Tables":
    return _Files(harness.file, replica) if harness.server is None else _Tables(harness)


def _put_journal_back(harness: RestartHarness, content: Content) -> None:
    if harness.server is not None:
        harness.server.put(harness.sandbox.settings.database_url, content)
        return
    for suffix in ("-shm", *SUFFIXES):
        Path(f"{harness.file}{suffix}").unlink(missing_ok=True)
    for suffix, part in content.items():
        Path(f"{harness.file}{suffix}").write_bytes(part)


def _holders(sandbox: Sandbox) -> list[tuple[object, tuple[str, ...]]]:
    """Returns what has the state of the workspace and of the PBX, with the names of what the bot can change there."""
    slack, pbx = sandbox.slack, sandbox.pbx.state
    tables = tuple(name for name in vars(pbx) if name != "lock")
    return [
        (slack.state, _WORKSPACE),
        (slack.state.workflows, ("executions",)),
        (slack.urls, ("_addresses",)),
        (pbx, tables),
    ]


def _fakes(sandbox: Sandbox) -> list[dict[str, Any]]:
    with sandbox.slack.state.changed, sandbox.pbx.state.lock:
        return _copy(sandbox, [{name: vars(one)[name] for name in names} for one, names in _holders(sandbox)])


def _put_fakes_back(sandbox: Sandbox, saved: list[dict[str, Any]]) -> None:
    with sandbox.slack.state.changed, sandbox.pbx.state.lock:
        for (one, _), values in zip(_holders(sandbox), _copy(sandbox, saved), strict=True):
            vars(one).update(values)


def _copy(sandbox: Sandbox, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copies it as a whole, so that what is shared stays shared; locks stay the same."""
    slack = sandbox.slack.state
    return copy.deepcopy(values, {id(slack): slack, id(slack.changed): slack.changed})
