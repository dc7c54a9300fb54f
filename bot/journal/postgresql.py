"""PostgreSQL."""

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

PATIENCE = 2.0
"""Seconds that a write may wait for its turn, here and among the replicas together: Slack wants its answer within 3."""
IDLE = 1.5
"""Seconds between two statements of a transaction, after which PostgreSQL ends it: its replica is frozen or gone."""
CONNECT = 2
"""Seconds for a new connection: libpq's shortest."""
QUIET = 1.0
"""Seconds after a connection failed in which no other is tried: each would wait as long."""
LONG = 300.0
"""Seconds for a migration."""
WRITER = 0x7061726B
"""Of the advisory lock: "park", one for each database."""
NO_DRIVER = "DATABASE_URL: PostgreSQL needs psycopg: pip install 'park-bot[postgresql]'"
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


class Database:
    """As `bot.journal.database` has it."""

    alone = False

    def __init__(self, url: URL) -> None:
        self.name = url.render_as_string(hide_password=True)
        self._turn = threading.Lock()  # one connection waits for the advisory lock, not all of the pool
        self._quiet_until = 0.0
        self.engine = self._engine(url)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def now(self, connection: Connection) -> datetime:
        """Replicas whose clocks differ agree on this one."""
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def moment(self) -> datetime:
        """Likewise."""
        with self.reading() as connection:
            return self.now(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, whoever is writing."""
        with self._said_plainly(), self.engine.connect() as connection:
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with snapshot.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only one that writes, among all replicas."""
        deadline = time.monotonic() + PATIENCE
        if not self._turn.acquire(timeout=PATIENCE):
            raise JournalUnavailable(f"The journal {self.name} is busy: no turn to write came within {PATIENCE:g} s")
        try:
            with self._said_plainly(), self.engine.begin() as connection:
                _wait_for(connection, max(0.05, deadline - time.monotonic()))
                yield connection
        finally:
            self._turn.release()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Alone among all replicas, for minutes."""
        with self._said_plainly(), self.engine.begin() as connection:
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
            _wait_for(connection, LONG)
            yield connection

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise JournalUnavailable(f"The journal {self.name} can't be used: {_plain(error)}") from None
        except PoolTimeout as error:
            raise JournalUnavailable(f"The journal {self.name} is busy: {error}") from error

    def _engine(self, url: URL) -> Engine:
        """Parameters stay out of errors: they hold response_urls."""
        limits = {"connect_timeout": CONNECT, "tcp_user_timeout": int(PATIENCE * 1000), "application_name": "park"}
        try:
            engine = create_engine(
                url, connect_args=limits, pool_timeout=PATIENCE, pool_pre_ping=True, hide_parameters=True
            )
        except ImportError as error:
            raise SettingsError(NO_DRIVER) from error
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", _prepare)
        return engine

    def _connect(
        self, dialect: Dialect, record: ConnectionPoolEntry, arguments: list[Any], named: dict[str, Any]
    ) -> DBAPIConnection:
        """Who comes just after a failure is told at once, while there is time to answer Slack."""
        failure = dialect.loaded_dbapi.OperationalError
        if time.monotonic() < self._quiet_until:
            raise failure("it could not be reached a moment ago")
        try:
            return dialect.connect(*arguments, **named)
        except failure:
            self._quiet_until = time.monotonic() + QUIET
            raise


def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """What PostgreSQL itself is to hold this session to, in milliseconds; and commits that are on disk."""
    limits = {
        "lock_timeout": PATIENCE,
        "statement_timeout": PATIENCE,
        "idle_in_transaction_session_timeout": IDLE,
    }
    cursor = connection.cursor()
    for name, seconds in limits.items():
        cursor.execute(f"SET {name} = {seconds * 1000:.0f}")
    cursor.execute(_DURABLE)
    cursor.close()
    connection.commit()


def _wait_for(connection: Connection, seconds: float) -> None:
    """For the advisory lock, which ends with the transaction."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {seconds * 1000:.0f}")
    connection.execute(select(func.pg_advisory_xact_lock(WRITER)))


def _plain(error: DBAPIError) -> str:
    """Without the row that PostgreSQL quotes, which may hold a response_url."""
    diagnosis = getattr(error.orig, "diag", None)
    return (diagnosis and diagnosis.message_primary) or str(error.orig).strip()
