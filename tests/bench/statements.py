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
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event

from bot.__main__ import main as run_park
from tests.bench.bots import measure_databases, running, sandboxes
from tests.bench.commands import GROUPS, Typist
from tests.faults.power import is_durable

OUTERMOST = ("_run", "handle", "run", "_poll", "__enter__")
"""Functions at which the list of callers ends."""
_WRITES = re.compile("INSERT|UPDATE|DELETE")
LONGEST = 150
"""Characters that are printed of a statement."""


class Trace:
    """Prints the transactions of this process to a file."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._own = threading.local()
        event.listen(Engine, "begin", self._on_begin)
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", self._on_commit)
        event.listen(Pool, "checkin", self._on_over)

    def _on_begin(self, connection: Connection) -> None:
        self._own.statements, self._own.how, self._own.callers = [], "rolled back", _callers()

    def _on_statement(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        self._own.statements.append(" ".join(statement.split())[:LONGEST])

    def _on_commit(self, connection: Connection) -> None:
        has_written = any(map(_WRITES.match, self._own.statements))
        durable = has_written and (connection.dialect.name != "sqlite" or is_durable(connection.connection))
        self._own.how = f"commit{', on the disk' if durable else ''}" if has_written else "reads"

    def _on_over(self, *_: object) -> None:
        if not (statements := getattr(self._own, "statements", [])):
            return
        trips, self._own.trips, self._own.statements = getattr(self._own, "trips", 0), 0, []
        title = f"{threading.current_thread().name}: {' < '.join(self._own.callers)}"
        figures = f"{self._own.how}, {len(statements)} statements, {trips} round trips"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            print(title, f"  {figures}", *(f"   {one}" for one in statements), sep="\n", file=file)

    def count_round_trips(self) -> None:
        """Counts how often an answer of PostgreSQL's is waited for."""
        from tests.bench.round_trips import count_round_trips

        count_round_trips(self._on_trip)

    def _on_trip(self) -> None:
        self._own.trips = getattr(self._own, "trips", 0) + 1


def _callers() -> list[str]:
    names = []
    for frame in reversed(traceback.extract_stack()):
        if f"{os.sep}bot{os.sep}" in frame.filename and frame.name not in (
            "reading",
            "writing",
            "_begun",
            "_begin_anew",
            "_begin",
        ):
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
    measure_databases(_print)


if __name__ == "__main__":
    if len(sys.argv) == 2 and os.sep in sys.argv[1]:
        _trace(Path(sys.argv[1]))
    else:
        main()
