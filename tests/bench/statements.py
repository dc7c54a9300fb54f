"""The statements of one change in order, by transaction: `python -m tests.bench.statements [DATABASE]`.

DATABASE is sqlite or postgresql, of which each transaction's round trips are printed too. A transaction is named by the
functions of the journal and of what has called it.
"""

import os
import re
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.__main__ import main as run_park
from tests.bench.bots import running, sandboxes
from tests.bench.commands import GROUPS, Typist
from tests.faults.power import is_durable
from tests.postgres import Unavailable, server

OUTERMOST = ("_run", "handle", "run", "_poll", "__enter__")
"""Functions at which the list of callers ends."""
LONGEST = 150
"""Characters that are printed of a statement."""


class Trace:
    """Prints the transactions of this process to a file."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._own = threading.local()
        event.listen(Engine, "begin", self._on_begin)
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", lambda connection: self._on_end(connection, "commit"))
        event.listen(Engine, "rollback", lambda connection: self._on_end(connection, "rollback"))

    def _on_begin(self, connection: Connection) -> None:
        self._own.statements = []

    def _on_statement(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        self._own.statements = [*getattr(self._own, "statements", []), " ".join(statement.split())[:LONGEST]]

    def _on_end(self, connection: Connection, how: str) -> None:
        statements, trips = getattr(self._own, "statements", []), getattr(self._own, "trips", 0)
        self._own.statements, self._own.trips = [], -1  # the answer to COMMIT, or to ROLLBACK, is still to come
        has_written = any(re.match("INSERT|UPDATE|DELETE", one) for one in statements)
        durable = has_written and (connection.dialect.name != "sqlite" or is_durable(connection.connection))
        kind = " ".join(["reads" if not has_written else f"{how}{', on the disk' if durable else ''}"])
        title = f"{threading.current_thread().name}: {' < '.join(_callers())}"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            lines = [f"   {one}" for one in statements]
            print(
                f"{title}\n  {kind}, {len(statements)} statements, {trips + 1} round trips", *lines, sep="\n", file=file
            )

    def count_round_trips(self) -> None:
        """Counts how often an answer of PostgreSQL's is waited for."""
        from bot.journal import deadlines

        limited = deadlines._limited
        deadlines._limited = lambda gen, deadline: limited(self._counted(gen), deadline)

    def _counted(self, waiting: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        try:
            wanted = next(waiting)
            while True:
                self._own.trips = getattr(self._own, "trips", 0) + 1
                while not (ready := (yield wanted)):  # psycopg only looks at the clock
                    pass
                wanted = waiting.send(ready)
        except StopIteration as done:
            return done.value


def _callers() -> list[str]:
    names = []
    for frame in reversed(traceback.extract_stack()):
        if f"{os.sep}bot{os.sep}" in frame.filename and frame.name not in ("reading", "writing", "_begun"):
            names.append(f"{Path(frame.filename).stem}.{frame.name}")
            if frame.name in OUTERMOST:
                break
    return names[:8]


def _trace(path: Path) -> None:
    """Runs Park, and lists its transactions in a file from SIGUSR1 on."""

    def begin(*_: object) -> None:
        trace = Trace(path)
        if os.environ["DATABASE_URL"].startswith("postgresql"):
            trace.count_round_trips()

    signal.signal(signal.SIGUSR1, begin)
    sys.exit(run_park(["run"]))


def _print(database: str, **settings: Any) -> None:
    with sandboxes(GROUPS, **settings) as sandbox, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statements"
        with running(sandbox, f"tests.bench.statements {path}") as bot:
            typist = Typist(sandbox)
            typist.together(1, 5)
            time.sleep(2)
            bot.process.send_signal(signal.SIGUSR1)
            time.sleep(1)
            typist.type()
            time.sleep(1)
        print(f"One change on {database}:\n{path.read_text(encoding='utf-8')}")


def main() -> None:
    """Prints the statements on each database."""
    for database in sys.argv[1:] or ("sqlite", "postgresql"):
        if database == "sqlite":
            _print(database)
            continue
        try:
            with server() as postgres:
                _print(database, database_url=postgres.database())
        except Unavailable as fault:
            print(f"PostgreSQL: {fault}")


if __name__ == "__main__":
    if len(sys.argv) == 2 and os.sep in sys.argv[1]:
        _trace(Path(sys.argv[1]))
    else:
        main()
