"""Where the CPU between the socket and the acknowledgement of a change goes: `python -m tests.bench.ack`.

Beside it, as the floor, a commit of SQLite's that writes a row of the same size and waits for the disk.
"""

import sqlite3
import tempfile
import time
from pathlib import Path

from tests.bench.acknowledged import PARTS
from tests.bench.bots import sandboxes
from tests.bench.commands import GROUPS, WARM, Typist
from tests.bench.counts import CHANGES, reading_counts

_ROW = "x" * 1500
"""What is written for an accepted change: the row, its event and its footprint."""


def commit_alone(folder: Path) -> float:
    """Returns the CPU seconds of a commit in a journal of SQLite's that holds nothing else."""
    with sqlite3.connect(folder / "floor.db", isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, row TEXT)")
        begun = time.thread_time()
        for _ in range(CHANGES):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO entries (row) VALUES (?)", (_ROW,))
            connection.execute("COMMIT")
        return (time.thread_time() - begun) / CHANGES


def main() -> None:
    """Prints the table."""
    with sandboxes(GROUPS) as sandbox, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with reading_counts(sandbox, folder, "tests.bench.acknowledged") as read:
            typist = Typist(sandbox)
            typist.together(1, WARM)
            before = read()
            typist.together(1, CHANGES)
            after = read()
        floor = commit_alone(folder)
    print(f"\n{'from the socket to the acknowledgement':46}{'times':>8}{'CPU, ms':>10}")
    total = 0.0
    for _, _, part in PARTS:
        times, seconds = ((new - old) / CHANGES for new, old in zip(after[part], before[part], strict=True))
        total += seconds
        print(f"{part:46}{times:8.2f}{seconds * 1000:10.3f}")
    print(f"{'in all':54}{total * 1000:10.3f}")
    print(f"{'a commit of SQLite by itself':54}{floor * 1000:10.3f}")


if __name__ == "__main__":
    main()
