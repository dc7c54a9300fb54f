"""Runs Park and writes what it has used so far to a file: `python -m tests.bench.counted FILE`, at each SIGUSR1."""

import json
import os
import resource
import signal
import sys
import threading
from collections import Counter, defaultdict
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.__main__ import main
from tests.faults.power import is_durable

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Counts:
    """Counts the journal's transactions and statements of this process."""

    def __init__(self) -> None:
        self._found = Counter[str]()
        self._lock = threading.Lock()
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "begin", self._on_begin)
        event.listen(Engine, "commit", self._on_commit)

    def _on_begin(self, connection: Connection) -> None:
        connection.info["has_written"] = False
        self._add("transactions")

    def _on_statement(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(_WRITES):
            connection.info["has_written"] = True
        self._add("statements")

    def _on_commit(self, connection: Connection) -> None:
        if connection.info.get("has_written"):
            self._add("commits")
            if connection.dialect.name != "sqlite" or is_durable(connection.connection):
                self._add("durable")

    def _add(self, name: str) -> None:
        with self._lock:
            self._found[name] += 1

    def count_round_trips(self) -> None:
        """Counts from now on how often an answer of PostgreSQL's is waited for."""
        from tests.bench.round_trips import count_round_trips

        count_round_trips(lambda: self._add("round trips"))

    def read(self) -> dict[str, Any]:
        """Returns the counts, the CPU seconds of the process and of each thread, and the context switches."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            **self._found,
            "cpu": used.ru_utime + used.ru_stime,
            "system": used.ru_stime,
            "waits": used.ru_nvcsw,
            "preemptions": used.ru_nivcsw,
            "threads": _cpu_by_thread(),
        }


def _cpu_by_thread() -> dict[str, float]:
    """Returns the CPU seconds of the threads that run now, summed up by their names without numbers."""
    found = defaultdict[str, float](float)
    for thread in threading.enumerate():
        try:
            text = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text(encoding="ascii")
        except FileNotFoundError:  # it has ended meanwhile
            continue
        found[thread.name.rstrip("0123456789_-")] += int(text.split()[0]) / 1e9
    return found


if __name__ == "__main__":
    counts, path = Counts(), Path(sys.argv[1])
    if os.environ["DATABASE_URL"].startswith("postgresql"):
        counts.count_round_trips()

    def write(_: int, __: FrameType | None) -> None:
        """Writes the file in one step, for whoever waits for it."""
        new = path.with_suffix(".new")
        new.write_text(json.dumps(counts.read()), encoding="utf-8")
        os.replace(new, path)

    signal.signal(signal.SIGUSR1, write)
    sys.exit(main(["run"]))
