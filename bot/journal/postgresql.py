"""The journal's database on PostgreSQL: several replicas, and one writer at a time by an advisory lock."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError

WRITE_TIMEOUT = 2.0
"""Seconds that a write waits for other threads and replicas together: Slack requires an answer within 3."""
IDLE_TIMEOUT = 1.5
"""Seconds between two statements after which PostgreSQL ends a transaction: its replica is frozen or gone."""
_CONNECT_TIMEOUT = 2  # seconds; the shortest that libpq allows
RECONNECT_DELAY = 1.0
"""Seconds after a failed connection during which no other is tried: each would take as long to fail."""
_MIGRATION_TIMEOUT = 300.0  # seconds that a migration waits for its turn
_WRITER_LOCK = 0x7061726B  # key of the advisory lock: "park" in ASCII
DRIVER_MISSING = "DATABASE_URL: PostgreSQL needs psycopg: pip install 'park-bot[postgresql]'"
_SYNCHRONOUS_COMMIT = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


class Database:
    """Implements `bot.journal.database.Database`."""

    exclusive = False

    def __init__(self, url: URL) -> None:
        self.name = url.render_as_string(hide_password=True)
        self._write_lock = threading.Lock()  # only one connection of the pool waits for the advisory lock
        self._retry_after = 0.0
        self.engine = self._engine(url)

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def now(self, connection: Connection) -> datetime:
        """Returns the database's time, which replicas with different clocks agree on."""
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def current_time(self) -> datetime:
        """Returns the database's time."""
        with self.reading() as connection:
            return self.now(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Opens a read-only transaction with a consistent view, which never waits for a writer."""
        with self._translated_errors(), self.engine.connect() as connection:
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with snapshot.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Opens the only writing transaction among all replicas."""
        deadline = time.monotonic() + WRITE_TIMEOUT
        if not self._write_lock.acquire(timeout=WRITE_TIMEOUT):
            raise JournalUnavailable(
                f"The journal {self.name} is busy: no turn to write came within {WRITE_TIMEOUT:g} s"
            )
        try:
            with self._translated_errors(), self.engine.begin() as connection:
                _lock_for_writing(connection, max(0.05, deadline - time.monotonic()))
                yield connection
        finally:
            self._write_lock.release()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Opens the only writing transaction among all replicas, without a limit to its duration."""
        with self._translated_errors(), self.engine.begin() as connection:
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
            _lock_for_writing(connection, _MIGRATION_TIMEOUT)
            yield connection

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise JournalUnavailable(f"The journal {self.name} can't be used: {_message(error)}") from None
        except PoolTimeout as error:
            raise JournalUnavailable(f"The journal {self.name} is busy: {error}") from error

    def _engine(self, url: URL) -> Engine:
        # Parameters are hidden from errors because they contain response_urls.
        limits = {
            "connect_timeout": _CONNECT_TIMEOUT,
            "tcp_user_timeout": int(WRITE_TIMEOUT * 1000),
            "application_name": "park",
        }
        try:
            engine = create_engine(
                url, connect_args=limits, pool_timeout=WRITE_TIMEOUT, pool_pre_ping=True, hide_parameters=True
            )
        except ImportError as error:
            raise SettingsError(DRIVER_MISSING) from error
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", _configure_session)
        return engine

    def _connect(
        self, dialect: Dialect, record: ConnectionPoolEntry, arguments: list[Any], named: dict[str, Any]
    ) -> DBAPIConnection:
        """Connects; fails at once just after a failure, while there is time to answer Slack."""
        failure = dialect.loaded_dbapi.OperationalError
        if time.monotonic() < self._retry_after:
            raise failure("it could not be reached a moment ago")
        try:
            return dialect.connect(*arguments, **named)
        except failure:
            self._retry_after = time.monotonic() + RECONNECT_DELAY
            raise


def _configure_session(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Sets the server's limits for this session, and durable commits."""
    limits = {
        "lock_timeout": WRITE_TIMEOUT,
        "statement_timeout": WRITE_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
    }
    cursor = connection.cursor()
    for name, seconds in limits.items():
        cursor.execute(f"SET {name} = {seconds * 1000:.0f}")
    cursor.execute(_SYNCHRONOUS_COMMIT)
    cursor.close()
    connection.commit()


def _lock_for_writing(connection: Connection, seconds: float) -> None:
    """Takes the advisory lock until the end of the transaction."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {seconds * 1000:.0f}")
    connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))


def _message(error: DBAPIError) -> str:
    """Returns the error's text without the row that PostgreSQL quotes, which may contain a response_url."""
    diagnosis = getattr(error.orig, "diag", None)
    return (diagnosis and diagnosis.message_primary) or str(error.orig).strip()
