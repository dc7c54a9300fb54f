"""Choose the database; read-only access beside a running bot."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError
from bot.journal import postgresql, sqlite
from bot.journal.postgresql import NO_DRIVER
from bot.journal.sqlite import file_of

POSTGRESQL = "postgresql+psycopg"


class Database(Protocol):
    """`reading` and `writing` are one transaction each; what the database says against it is JournalUnavailable."""

    alone: bool
    """Nobody else can have it: what was held when it was opened was held by the dead."""
    engine: Engine

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent view, whoever is writing."""

    def writing(self) -> AbstractContextManager[Connection]:
        """The only one that writes, from its first statement to its commit: it sees all that was committed before."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """Writing, for as long as it takes."""

    def now(self, connection: Connection) -> datetime:
        """By the clock that all who share this database go by; in UTC."""

    def moment(self) -> datetime:
        """By the same clock, for who is in no transaction; raise JournalUnavailable where it can't be asked."""

    def close(self) -> None:
        """Let go of it."""


def open_database(url: str) -> Database:
    """Raise SettingsError for an address that is none of either, JournalUnavailable where it can't be had."""
    parsed = parse_url(url)
    return sqlite.Database(url) if is_sqlite(parsed) else postgresql.Database(parsed)


def parse_url(url: str) -> URL:
    """Raise SettingsError for an address that is none of either."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError("DATABASE_URL: not an address that SQLAlchemy understands") from error
    if parsed.drivername != POSTGRESQL and not is_sqlite(parsed):
        raise SettingsError(f"DATABASE_URL: write sqlite:///park.sqlite3, or {POSTGRESQL}://park@host/park")
    return parsed


def is_sqlite(url: URL) -> bool:
    """Else it is PostgreSQL's."""
    return url.get_backend_name() == "sqlite"


CONNECT = 5
"""Seconds for a new connection to PostgreSQL; libpq would wait for minutes."""


@contextmanager
def beside(url: str, *, brief: bool = False) -> Iterator[Connection]:
    """One consistent view for as long as it takes; raise SettingsError or JournalUnavailable.

    A `brief` look leaves no trace: where nobody has SQLite's file open, none is made beside it.
    """
    engine = _engine(url, brief=brief)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise JournalUnavailable(f"The journal can't be read: {error.orig}") from error
    finally:
        engine.dispose()


def _engine(url: str, *, brief: bool) -> Engine:
    parsed = parse_url(url)
    if is_sqlite(parsed):
        return _sqlite(file_of(url), brief=brief)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    limits = {"connect_timeout": CONNECT}
    try:
        return create_engine(parsed, hide_parameters=True, execution_options=options, connect_args=limits)
    except ImportError as error:
        raise SettingsError(NO_DRIVER) from error


def _sqlite(path: Path, *, brief: bool) -> Engine:
    if not may(path, os.R_OK) or path.is_dir():
        raise JournalUnavailable(f"There is no journal {path}, or none that this account may read")
    address = f"sqlite:///file:{quote(str(path))}?mode=ro{_still(path, brief=brief)}&uri=true"
    engine = create_engine(address, connect_args={"isolation_level": None}, hide_parameters=True)
    event.listen(engine, "connect", _guard)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def may(path: Path, what: int) -> bool:
    """Whether this account, as it is now, may do what os.access calls `what`."""
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _still(path: Path, *, brief: bool) -> str:
    """Where SQLite can't or is not to make its files, what nobody has open can be read as it lies there."""
    alone = (brief or not may(path.parent, os.W_OK)) and not path.with_name(f"{path.name}-wal").exists()
    return "&immutable=1" if alone else ""


def _guard(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()
