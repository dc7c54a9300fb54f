"""What a power cut leaves of a journal on SQLite: a copy of its files, taken at each commit that is on the disk.

A commit is on the disk if it has written something under `synchronous = FULL`: SQLite then has the write-ahead log
written to the disk, with all commits before it. The disk may have got later ones too, up to what a process leaves that
was only killed; here it has got none.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

_FULL = 2
SUFFIXES = ("", "-wal")
"""The files of a journal, without the index of the log, which SQLite makes again."""


def is_durable(connection: Any) -> bool:
    """Returns whether the next commit of a connection of sqlite3 is one that is on the disk, if it has written."""
    return int(connection.execute("PRAGMA synchronous").fetchone()[0]) >= _FULL


class DurableCopy:
    """The copy of a journal's files, beside them."""

    def __init__(self, url: str) -> None:
        self._file = Path(make_url(url).database or "")
        self._changes = dict[int, int]()  # rows that each connection has changed so far
        self._number = 0
        self._open = dict[str, int]()
        """Descriptors that stay open: closing one would end the locks that SQLite has on the file in this process."""

    def watch(self, commit: Callable[[Any], None], on_durable: Callable[[], None]) -> Callable[[Any], None]:
        """Returns `commit`, after which what is on the disk is copied, and `on_durable` is called."""
        self._open = {suffix: os.open(f"{self._file}{suffix}", os.O_RDONLY) for suffix in SUFFIXES}
        self._copy()

        def watched(connection: Any) -> None:
            commit(connection)
            before = self._changes.get(id(connection.dbapi_connection), 0)
            self._changes[id(connection.dbapi_connection)] = connection.total_changes
            if connection.total_changes != before and is_durable(connection):
                self._copy()
                on_durable()

        return watched

    def _copy(self) -> None:
        """Copies the files; called while nobody can write to them. A copy is whole or not there."""
        self._number += 1
        unfinished = self._file.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for suffix, descriptor in self._open.items():
            content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            (unfinished / f"journal{suffix}").write_bytes(content)
        os.rename(unfinished, self._file.with_name(f"durable{self._number}"))
        shutil.rmtree(self._file.with_name(f"durable{self._number - 1}"), ignore_errors=True)

    def restore(self) -> None:
        """Puts the newest copy in place of the files that a dead process has left."""
        for suffix in ("-shm", *SUFFIXES):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        for suffix, content in self.newest().items():
            Path(f"{self._file}{suffix}").write_bytes(content)
        for copy in self._copies():
            shutil.rmtree(copy)

    def newest(self) -> dict[str, bytes]:
        """Returns the contents of the files in the newest copy, by suffix."""
        newest = self._copies()[-1]
        return {suffix: (newest / f"journal{suffix}").read_bytes() for suffix in SUFFIXES}

    def _copies(self) -> list[Path]:
        copies = self._file.parent.glob("durable*")
        return sorted(copies, key=lambda path: int(path.name.removeprefix("durable")))
