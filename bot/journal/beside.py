"""The journal, read beside a running Park: without its lock, and with nothing to write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError


@contextmanager
def beside(url: str) -> Iterator[Connection]:
    """One consistent view for as long as it takes; raise SettingsError or JournalUnavailable."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise JournalUnavailable(f"The journal can't be read: {error.orig}") from error
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError("DATABASE_URL: not an address that SQLAlchemy understands") from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_engine(parsed, hide_parameters=True, execution_options=options)


def _sqlite(url: URL) -> Engine:
    path = Path(os.path.realpath(url.database or ""))
    if not _may(path, os.R_OK) or path.is_dir():
        raise JournalUnavailable(f"There is no journal {path}, or none that this account may read")
    address = f"sqlite:///file:{quote(str(path))}?mode=ro{_still(path)}&uri=true"
    engine = create_engine(address, connect_args={"isolation_level": None}, hide_parameters=True)
    event.listen(engine, "connect", _guard)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _may(path: Path, what: int) -> bool:
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _still(path: Path) -> str:
    """In a folder where SQLite can't make its files, what nobody has open can be read as it lies there."""
    alone = not _may(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return "&immutable=1" if alone else ""


def _guard(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()
