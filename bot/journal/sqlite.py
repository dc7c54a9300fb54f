"""SQLite."""

import fcntl
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError
from bot.times.model import utc_now

PATIENCE = 2.0
"""Seconds that a write may wait for its turn, here and at the file together: Slack wants its answer within 3."""

_WRITES_WITHIN, _WAIT = "writes_within", "busy_timeout"
"""Of a connection: seconds that the transaction about to begin may wait; the milliseconds that SQLite was told."""
_FLOCK = re.compile(r"^\d+: FLOCK +\S+ +\S+ (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) ", re.MULTILINE)  # proc_locks(5)


class Database:
    """As `bot.journal.database` has it."""

    alone = True

    def __init__(self, url: str) -> None:
        self.path = file_of(url)
        self._turn = (
            threading.Lock()
        )  # SQLite's own waiting is by luck: a thread could wait its whole time among others
        with ExitStack() as stack:
            stack.enter_context(_held(self.path))
            self.engine = _engine(url)
            stack.callback(self.engine.dispose)
            self._open = stack.pop_all()

    def close(self) -> None:
        """Let another process have it."""
        self._open.close()

    def now(self, connection: Connection) -> datetime:
        """This machine's: there is no other."""
        return utc_now()

    def moment(self) -> datetime:
        """Likewise."""
        return utc_now()

    def migrating(self) -> AbstractContextManager[Connection]:
        """There is nobody who could be kept waiting."""
        return self.writing()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, whoever is writing."""
        with self._said_plainly(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Alone from its first statement on: a read that turns into a write would fail at once, without waiting."""
        deadline = time.monotonic() + PATIENCE
        if not self._turn.acquire(timeout=PATIENCE):
            raise JournalUnavailable(f"The journal {self.path} is busy: no turn to write came within {PATIENCE:g} s")
        try:
            with self._said_plainly(), self.engine.connect() as connection:
                connection.info[_WRITES_WITHIN] = max(0, deadline - time.monotonic())
                with connection.begin():
                    yield connection
        finally:
            self._turn.release()

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise JournalUnavailable(
                f"The journal {self.path} can't be used: {getattr(error, 'orig', error)}"
            ) from error
        except PoolTimeout as error:
            raise JournalUnavailable(f"The journal {self.path} is busy: {error}") from error


def file_of(url: str) -> Path:
    """The file, links followed: every name of it has the same lock."""
    database = make_url(url).database or ":memory:"
    if database.startswith((":memory:", "file:")):
        raise SettingsError("DATABASE_URL: name a file, as in sqlite:///park.sqlite3")
    return Path(os.path.realpath(database))


def holder(path: Path) -> int | None:
    """The process that has the journal, without touching its lock; None where there is none, or none is seen from here.

    Linux tells, of the processes that this one can see; to try the lock would keep a Park that starts just now from it.
    """
    try:
        inode = os.stat(f"{path}.lock").st_ino
        held = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(process) for process, of in _FLOCK.findall(held) if int(of) == inode), None)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """A lock that dies with its process, so that whoever has it knows that nobody else is alive in there."""
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
    """Parameters stay out of errors: they hold response_urls."""
    engine = create_engine(url, connect_args={"isolation_level": None}, pool_timeout=PATIENCE, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Python's sqlite3 leaves transactions to us (isolation_level None), and SQLAlchemy leaves them to sqlite3."""
    run = connection.connection.cursor().execute  # by way of SQLAlchemy, most of the time would be its own
    seconds = connection.info.pop(_WRITES_WITHIN, None)
    if seconds is None:
        run("BEGIN")
        return
    wait = int(seconds * 10) * 100  # by the tenth of a second, so that it is mostly what it was
    if connection.info.get(_WAIT) != wait:
        run(f"PRAGMA busy_timeout = {wait}")
        connection.info[_WAIT] = wait
    run("BEGIN IMMEDIATE")
