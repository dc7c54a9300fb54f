"""The interface of a database, the choice between SQLite and PostgreSQL, and read-only access beside a running bot."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable
from bot.journal import postgresql, sqlite
from bot.journal.address import is_sqlite, parse_url, split_schema
from bot.journal.postgresql import error_text
from bot.journal.postgresql_engine import create_postgresql_engine
from bot.journal.prepared import Query
from bot.journal.sqlite import database_file


class Database(Protocol):
    """Transactions on the journal's database, whose errors are raised as JournalUnavailable."""

    exclusive: bool
    """No other process can use the database: claims found when it is opened are those of a dead process."""
    engine: Engine

    def reading(self, *, ahead: Sequence[Query] = ()) -> AbstractContextManager[Connection]:
        """Opens a read-only transaction with a consistent view, which never waits for a writer.

        Args:
            ahead: as for `writing`.
        """

    def fetch(self, queries: Sequence[Query]) -> list[list[dict[str, Any]]]:
        """Returns the rows of each query, of one state of the journal, by the Python names of their columns."""

    def writing(self, *, durable: bool = True, ahead: Sequence[Query] = ()) -> AbstractContextManager[Connection]:
        """Opens the only writing transaction: it sees all earlier commits, and waits 2 s for its turn.

        Args:
            ahead: what is read before anything is written, each query once: where an answer costs a round trip, these
                have been answered when the transaction has begun.
            durable: whether the commit is on the disk, with all before it, when the block ends. Where no other process
                can go on without this one (`exclusive`), one that is not need not be: it is atomic and survives the
                death of the process, but a power cut may take it back, with all after it, until the next durable one.
                So it is only for what a restart makes again from what is durable, and nothing outside that could not
                be repeated may follow from it alone: no identifier of an entry, no write to the PBX.
        """

    def migrating(self) -> AbstractContextManager[Connection]:
        """Opens a writing transaction without a limit to its duration."""

    def now(self, connection: Connection) -> datetime:
        """Returns the time in UTC by the clock that all processes with this database share."""

    def current_time(self) -> datetime:
        """Returns the time by the same clock, outside of a transaction."""

    def free_space(self) -> int | None:
        """Returns how many bytes are free for the database; None if that is not known."""

    def close(self) -> None:
        """Closes all connections and gives up the lock."""


def open_database(url: str) -> Database:
    """Opens the database at a URL.

    Raises:
        SettingsError: the URL is neither one of SQLite nor one of PostgreSQL.
        JournalUnavailable: the file can't be opened, or another process has it.
    """
    parsed = parse_url(url)
    return sqlite.Database(url) if is_sqlite(parsed) else postgresql.Database(parsed)


def open_beside(url: str) -> Database:
    """Opens the database of a Park that may be running, to hand it a request or to keep a snapshot; raises as above."""
    parsed = parse_url(url)
    return sqlite.Database(url, beside=True) if is_sqlite(parsed) else postgresql.Database(parsed)


_READ_TIMEOUT = 60.0  # seconds for one answer, so that a whole journal can be read


@contextmanager
def open_read_only(url: str, *, brief: bool = False) -> Iterator[Connection]:
    """Opens a read-only transaction with a consistent view, while another process may have the journal.

    Args:
        brief: create no files beside SQLite's file if no process has it open.

    Raises:
        SettingsError: the URL is invalid.
        JournalUnavailable: the database can't be read.
    """
    engine = _read_only_engine(url, brief=brief)
    try:
        with engine.connect() as connection:
            _, schema = split_schema(parse_url(url))
            if schema is not None:
                connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
            yield connection
    except DBAPIError as error:
        raise JournalUnavailable(f"The journal can't be read: {error_text(error)}") from error
    finally:
        engine.dispose()


def _read_only_engine(url: str, *, brief: bool) -> Engine:
    parsed = parse_url(url)
    if is_sqlite(parsed):
        return _read_only_sqlite(database_file(url), brief=brief)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_postgresql_engine(parsed, max_wait=_READ_TIMEOUT, execution_options=options)


def _read_only_sqlite(path: Path, *, brief: bool) -> Engine:
    if not has_access(path, os.R_OK) or path.is_dir():
        raise JournalUnavailable(f"There is no journal {path}, or none that this account may read")
    address = f"sqlite:///file:{quote(str(path))}?mode=ro{_immutable_option(path, brief=brief)}&uri=true"
    engine = create_engine(address, connect_args={"isolation_level": None}, hide_parameters=True)
    event.listen(engine, "connect", _set_query_only)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def has_access(path: Path, mode: int) -> bool:
    """Returns whether the effective user has this access to the file; `mode` is that of os.access."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _immutable_option(path: Path, *, brief: bool) -> str:
    """Returns the option to read the file without locks, if SQLite can't or shall not create its files beside it."""
    immutable = (brief or not has_access(path.parent, os.W_OK)) and not path.with_name(f"{path.name}-wal").exists()
    return "&immutable=1" if immutable else ""


def _set_query_only(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    connection.text_factory = bytes.decode  # raises an error of one row, not of the database
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()
