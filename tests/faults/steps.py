"""Records the steps of a Park process (commits, calls to the PBX and to Slack) and can stop it at any of them."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from httpcore._backends.sync import SyncStream
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.web.base_client import BaseClient
from sqlalchemy import Engine, event

from bot.pbx.transport import Transport
from tests.faults.power import DurableCopy


@dataclass(frozen=True, kw_only=True)
class StepSignal:
    """The signal that the process sends itself at step `number` of those whose name begins with `name`."""

    signal: int | None = None
    name: str = ""
    number: int = 1
    armed_by_signal: bool = False
    """Whether steps count only from SIGUSR1 on."""
    ahead_when_armed: timedelta = timedelta(0)
    """How far SIGUSR1 also sets the clock ahead."""
    ahead: timedelta = timedelta(0)
    """How far the clock is ahead of the machine's from the start."""
    power_cut: bool = False
    """Whether the machine dies with the process: what was not on the disk is gone too (`tests.faults.power`)."""
    stands_still: bool = False
    """Whether the process stops before each effect, until SIGCONT (`tests.faults.standstill`)."""


READS = ("GET ", "users.", "usergroups.", "auth.", "apps.connections.", "conversations.info")
"""How the names of calls begin that change nothing anywhere."""


@dataclass(frozen=True)
class KillPoint:
    """Step `number` of those with a name."""

    name: str
    number: int


def is_effect(step: str) -> bool:
    """Returns whether a step is the last one before something changes in the journal, on the PBX or in Slack."""
    when, _, what = step.partition(" ")
    return when == "before" and what != "sending" and not what.startswith(READS)


def kill_points(steps: Sequence[str]) -> list[KillPoint]:
    """Returns one step for each state that a killed process can leave behind: before each effect, and after the last.

    After one effect and before the next the state is the same, and a read changes none. While a request is sent, the
    PBX may have got it or not: after that it may be carried out although nobody reads the answer.
    """
    counts, points = Counter[str](), list[KillPoint]()
    for step in steps:
        counts[step] += 1
        if step == "after sending" or is_effect(step):
            points.append(KillPoint(step, counts[step]))
    last = next(step for step in reversed(steps) if step.startswith("after ") and not step[6:].startswith(READS))
    return [*points, KillPoint(last, counts[last])]


DURABLE = "durable"
"""The step that a commit which is on the disk takes, where a power cut is tried."""


def power_cut_points(steps: Sequence[str]) -> list[KillPoint]:
    """Returns those of `kill_points` at which there is a commit that is not on the disk."""
    counts, points = Counter[str](), set(kill_points(steps))
    found = []
    for number, step in enumerate(steps):
        counts[step] += 1
        if (point := KillPoint(step, counts[step])) in points and not is_durable_after(steps[:number]):
            found.append(point)
    return found


def is_durable_after(steps: Sequence[str]) -> bool:
    """Returns whether the last commit that has begun is on the disk."""
    return next((step == DURABLE for step in reversed(steps) if step in (DURABLE, "before commit")), True)


class StepRecorder:
    """Counts steps once `armed`, and writes the name of each to a pipe that outlives the process."""

    def __init__(self, signal_at: StepSignal, pipe: int) -> None:
        self.signal_at, self._pipe = signal_at, pipe
        self.armed = False
        self._count = 0
        self._lock = threading.Lock()

    def reached(self, name: str) -> None:
        """Records the step; sends the signal to this thread if it is the chosen one."""
        with self._lock:
            if not self.armed:
                return
            os.write(self._pipe, f"{name}\n".encode())
            if self.signal_at.stands_still and is_effect(name):
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # which stops all threads
            if self.signal_at.signal is None or not name.startswith(self.signal_at.name):
                return
            self._count += 1
            if self._count == self.signal_at.number:
                signal.pthread_kill(threading.get_ident(), self.signal_at.signal)  # before this thread's next step

    def watch(self, engine: Engine) -> None:
        """Starts recording the steps of this process."""
        self._around(
            Transport, "handle_request", lambda _, request: f"{request.method} {request.url.raw_path.decode()}"
        )
        self._around(BaseClient, "_perform_urllib_http_request_internal", lambda _, url, __: url.rpartition("/")[2])
        self._around(BaseSocketModeClient, "send_socket_mode_response", lambda *_: "ack")
        self._around(SyncStream, "write", _name_of_write)
        self._commits(engine)

    def _commits(self, engine: Engine) -> None:
        """Records commits of transactions that have written something."""
        wrote = threading.local()
        commit: Callable[[Any], None] = engine.dialect.do_commit
        if self.signal_at.power_cut:
            commit = DurableCopy(str(engine.url)).watch(commit, lambda: setattr(wrote, "is_durable", True))

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                wrote.what = " ".join(statement.split()[:3])

        def watched(connection: Any) -> None:
            what, wrote.what = getattr(wrote, "what", None), None
            if what:
                self.reached("before commit")
            commit(connection)
            if getattr(wrote, "is_durable", False):
                wrote.is_durable = False
                self.reached(DURABLE)
            if what:
                self.reached("after commit")

        event.listen(engine, "before_cursor_execute", note)
        event.listen(engine, "rollback", lambda _: setattr(wrote, "what", None))
        engine.dialect.do_commit = watched  # type: ignore[method-assign,assignment]

    def _around(self, kind: Any, method: str, named: Callable[..., str]) -> None:
        real = getattr(kind, method)

        def watched(*arguments: Any, **more: Any) -> Any:
            name = named(*arguments)
            if not name:
                return real(*arguments, **more)
            self.reached(f"before {name}")
            answer = real(*arguments, **more)
            self.reached(f"after {name}")
            return answer

        setattr(kind, method, watched)


def _name_of_write(_: object, content: bytes, *__: object) -> str:
    """Names the first bytes of a request that changes something; all others have no name."""
    return "sending" if content.startswith(b"POST ") else ""
