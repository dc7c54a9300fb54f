"""The journal, read beside a running Park: without its lock, and with nothing to write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError
from bot.journal.database import is_sqlite, parse_url
from bot.journal.postgresql import NO_DRIVER
from bot.journal.sqlite import file_of

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
