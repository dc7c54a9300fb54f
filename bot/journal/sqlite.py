"""The journal's database on SQLite: one process, a lock file, and write-ahead logging."""

import fcntl
import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError
from bot.journal.prepared import Query
from bot.journal.sqlite_dialect import compiled_statements, with_sharing_dialect
from bot.times.model import utc_now

WRITE_TIMEOUT = 2.0
"""Seconds that a write waits for other threads and for the file together: Slack requires an answer within 3."""

MOST_CONNECTIONS = 40
"""Connections that stay open, once so many threads have read at once: a new one has to read the schema first."""

_WRITE_WAIT, _BUSY_TIMEOUT = "write_wait", "busy_timeout"
"""Keys in `Connection.info`: seconds that the next write may wait; milliseconds that SQLite is set to."""
_DURABLE, _SYNCHRONOUS = "durable", "synchronous"
"""Keys in `Connection.info`: whether the next write is to be durable; what `synchronous` is set to."""
_FULL, _NORMAL = "FULL", "NORMAL"
"""Levels of `synchronous`: with write-ahead logging, FULL has each commit written to the disk, with all before it.

NORMAL leaves that to the next FULL commit, or to a checkpoint, and keeps all else: a commit is atomic and survives the
death of the process, and a power cut takes back only the latest commits (sqlite.org/pragma.html#pragma_synchronous).
"""
_FLOCK = re.compile(r"^\d+: FLOCK +\S+ +\S+ (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) ", re.MULTILINE)  # proc_locks(5)


class Database:
    """Implements `bot.journal.database.Database`."""

    exclusive = True

    def __init__(self, url: str, *, beside: bool = False) -> None:
        """Opens the file; `beside` without its lock, to hand something to the Park that has it."""
        self.path, self.exclusive = database_file(url), not beside
        if beside and not self.path.exists():
            raise JournalUnavailable(f"There is no journal {self.path}: start Park first")
        self._write_lock = threading.Lock()  # SQLite's busy handler is not fair: a thread could time out among others
        with ExitStack() as stack:
            if not beside:
                stack.enter_context(_lock_file(self.path))
            self.engine = _engine(url)
            stack.callback(self.engine.dispose)
            with self._translated_errors():
                stack.enter_context(closing(_open_for_good(self.path)))
            self._paths = [f"{self.path}{suffix}" for suffix in ("", "-wal", "-shm", ".lock")]
            self._files = _identify(self._paths)
            self._resources = stack.pop_all()

    def close(self) -> None:
        """Closes the connections and the lock file."""
        self._resources.close()

    def now(self, connection: Connection) -> datetime:
        """Returns this machine's time."""
        return utc_now()

    def current_time(self) -> datetime:
        """Returns this machine's time."""
        return utc_now()

    def migrating(self) -> AbstractContextManager[Connection]:
        """Opens a writing transaction: no other process can be kept waiting."""
        return self.writing()

    @contextmanager
    def reading(self, *, ahead: Sequence[Query] = ()) -> Iterator[Connection]:
        """Opens a transaction with a consistent view, which never waits for a writer; reads nothing ahead."""
        self._check_files()
        with self._translated_errors(), self.engine.begin() as connection:
            yield connection

    def fetch(self, queries: Sequence[Query]) -> list[list[dict[str, Any]]]:
        """Reads in a transaction of its own."""
        with self.reading() as connection:
            return [query.rows(connection) for query in queries]

    @contextmanager
    def writing(self, *, durable: bool = True, ahead: Sequence[Query] = ()) -> Iterator[Connection]:
        """Opens a writing transaction with BEGIN IMMEDIATE: a read that becomes a write would fail without waiting."""
        deadline = time.monotonic() + WRITE_TIMEOUT
        self._check_files()
        if not self._write_lock.acquire(timeout=WRITE_TIMEOUT):
            raise JournalUnavailable(
                f"The journal {self.path} is busy: no turn to write came within {WRITE_TIMEOUT:g} s"
            )
        try:
            with self._translated_errors(), self.engine.connect() as connection:
                connection.info[_WRITE_WAIT] = max(0, deadline - time.monotonic())
                connection.info[_DURABLE] = durable
                with connection.begin():
                    yield connection
            self._check_files()  # what was committed to a deleted file is lost, and must not be acknowledged
        finally:
            self._write_lock.release()

    def free_space(self) -> int | None:
        """Returns how many bytes are free for the file; None if its folder is gone."""
        try:
            return shutil.disk_usage(self.path.parent).free
        except OSError:
            return None

    def _check_files(self) -> None:
        """Raises JournalUnavailable if SQLite's open files are no longer those in the folder."""
        if _identify(self._paths) != self._files:
            raise JournalUnavailable(
                f"The journal {self.path}, or a file of SQLite's beside it, was deleted or replaced while Park runs. "
                "Stop Park, put the right files back, and start it again."
            )

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise JournalUnavailable(
                f"The journal {self.path} can't be used: {getattr(error, 'orig', error)}"
            ) from error
        except PoolTimeout as error:
            raise JournalUnavailable(f"The journal {self.path} is busy: {error}") from error


def database_file(url: str) -> Path:
    """Returns the file of a URL with links resolved, so that all its names share one lock; raises SettingsError."""
    database = make_url(url).database or ":memory:"
    if database.startswith((":memory:", "file:")):
        raise SettingsError("DATABASE_URL: name a file, as in sqlite:///park.sqlite3")
    return Path(os.path.realpath(database))


def lock_holder(path: Path) -> int | None:
    """Returns the id of the process that has the journal open; None if there is none, or it can't be seen.

    Reads /proc/locks, so it works on Linux only: to try the lock could make a starting process fail.
    """
    try:
        inode = os.stat(f"{path}.lock").st_ino
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(process) for process, locked in _FLOCK.findall(locks) if int(locked) == inode), None)


def _open_for_good(path: Path) -> sqlite3.Connection:
    """Opens a connection that does nothing: while it is open, SQLite neither deletes nor replaces its files."""
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # makes the files of write-ahead logging
        connection.execute("PRAGMA shrink_memory").fetchall()  # of its cache, 80 KiB
    except BaseException:
        connection.close()
        raise
    return connection


def _identify(paths: Iterable[str]) -> list[tuple[int, int] | None]:
    """Returns device and number of each file; None for one that is not there."""
    found = list[tuple[int, int] | None]()
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            found.append(None)
        else:
            found.append((status.st_dev, status.st_ino))
    return found


@contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    """Holds a lock that ends with the process, so that its holder knows that no other process is alive."""
    try:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalUnavailable(f"The journal {path} can't be opened: {error}") from error
    try:
        _lock(lock, path)
        yield
    finally:
        os.close(lock)


def _lock(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.touch(mode=0o600)
    except BlockingIOError as error:
        raise JournalUnavailable(
            f"The journal {path} is in use by another process: SQLite serves one Park only"
        ) from error
    except OSError as error:
        raise JournalUnavailable(f"The journal {path} can't be opened: {error}") from error


def _engine(url: str) -> Engine:
    # Parameters are hidden from errors because they contain response_urls.
    engine = create_engine(
        with_sharing_dialect(make_url(url)),
        execution_options={"compiled_cache": compiled_statements},
        connect_args={"isolation_level": None},
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=WRITE_TIMEOUT,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    connection.text_factory = _decode
    record.info[_SYNCHRONOUS] = _FULL
    for pragma in ("journal_mode = WAL", f"synchronous = {_FULL}", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _decode(text: bytes) -> str:
    """Decodes a text; raises UnicodeDecodeError, of one row, where sqlite3 itself raises an error of the database."""
    return text.decode()


def _begin(connection: Connection) -> None:
    """Begins the transaction: with isolation_level None neither sqlite3 nor SQLAlchemy does."""
    run = connection.connection.cursor().execute  # SQLAlchemy's own execute takes longer than the statement
    seconds = connection.info.pop(_WRITE_WAIT, None)
    if seconds is None:
        run("BEGIN")
        return
    wait = int(seconds * 10) * 100  # in tenths of a second, so that it rarely has to be set
    _set(connection, _BUSY_TIMEOUT, wait)
    _set(connection, _SYNCHRONOUS, _FULL if connection.info.pop(_DURABLE) else _NORMAL)
    run("BEGIN IMMEDIATE")


def _set(connection: Connection, pragma: str, value: int | str) -> None:
    """Sets what SQLite keeps for a connection, unless it is set to that; SQLite takes it between transactions only."""
    if connection.info.get(pragma) != value:
        connection.connection.cursor().execute(f"PRAGMA {pragma} = {value}")
        connection.info[pragma] = value
