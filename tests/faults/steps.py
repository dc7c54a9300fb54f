"""The steps of a process that something can happen between: commits, calls to the PBX, calls to Slack."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from httpcore._backends.sync import SyncStream
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.web.base_client import BaseClient
from sqlalchemy import Engine, event

from bot.pbx.transport import Transport


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Send oneself `signal` at a step: the one of that number among those whose name begins with `name`."""

    signal: int | None = None
    name: str = ""
    number: int = 1
    later: bool = False
    """Steps count from SIGUSR1 on, which sets the clock two hours ahead."""
    late: bool = False
    """The clock is two hours ahead from the beginning."""


class Steps:
    """Counts them once it is `armed`, and writes the name of each to a pipe that outlives the process."""

    def __init__(self, orders: Orders, pipe: int) -> None:
        self.orders, self._pipe = orders, pipe
        self.armed = False
        self._count = 0
        self._lock = threading.Lock()

    def reached(self, name: str) -> None:
        """Stop here for ever, or for as long as somebody wants, if that is what was ordered."""
        with self._lock:
            if not self.armed:
                return
            os.write(self._pipe, f"{name}\n".encode())
            if self.orders.signal is None or not name.startswith(self.orders.name):
                return
            self._count += 1
            if self._count == self.orders.number:
                signal.pthread_kill(threading.get_ident(), self.orders.signal)  # this thread goes no step further

    def watch(self, engine: Engine) -> None:
        """From now on, in this process."""
        self._around(
            Transport, "handle_request", lambda _, request: f"{request.method} {request.url.raw_path.decode()}"
        )
        self._around(BaseClient, "_perform_urllib_http_request_internal", lambda _, url, __: url.rpartition("/")[2])
        self._around(BaseSocketModeClient, "send_socket_mode_response", lambda *_: "ack")
        self._around(SyncStream, "write", _sent)
        self._commits(engine)

    def _commits(self, engine: Engine) -> None:
        """Those that have written something."""
        wrote, commit = threading.local(), engine.dialect.do_commit

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                wrote.what = " ".join(statement.split()[:3])

        def watched(connection: Any) -> None:
            what, wrote.what = getattr(wrote, "what", None), None
            if what:
                self.reached("before commit")
            commit(connection)
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


def _sent(_: object, content: bytes, *__: object) -> str:
    """The first bytes of a request that changes something; empty for all others."""
    return "sending" if content.startswith(b"POST ") else ""
