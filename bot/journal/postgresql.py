"""The journal's database on PostgreSQL: several replicas, and one writer at a time by an advisory lock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import JournalUnavailable, SettingsError
from bot.journal.address import split_schema

WRITE_TIMEOUT = 2.0
"""Seconds that a write waits for other threads and replicas together: Slack requires an answer within 3."""
IDLE_TIMEOUT = 1.5
"""Seconds between two statements after which PostgreSQL ends a transaction: its replica is frozen or gone."""
MARGIN = 0.5
"""Seconds after the server's own limits from which Park takes the server for silent and closes the connection."""
CONNECT_TIMEOUT = 2
"""Seconds to connect to one host, the shortest that libpq allows, unless DATABASE_URL names others."""
RECONNECT_DELAY = 1.0
"""Seconds after a failed connection during which no other is tried: each would take as long to fail."""
_MIGRATION_TIMEOUT = 300.0  # seconds that a migration waits for its turn, or for one statement
CLOCK_LIFETIME = 1.0
"""Seconds for which the database's clock is computed from when it was read last: it is read with each transaction."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine is suspended, on Linux
PING_AFTER = 1.0
"""Seconds without an answer after which a connection is tried before it is used: it may be dead without a sign."""
_NOW = "now"
"""Key in `Connection.info`: the database's time when the transaction had begun."""
_WRITER_LOCK = 0x7061726B  # key of the advisory lock: "park" in ASCII
DRIVER_MISSING = "DATABASE_URL: PostgreSQL needs psycopg: pip install 'park-bot[postgresql]'"
_SYNCHRONOUS_COMMIT = (
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
)
_DISCONNECTED = frozenset({"25006", "0A000", "57P01", "57P02", "57P03", "57P05"})
"""Error codes after which no connection of the pool is used again: a standby (25006; 0A000 for BEGIN READ WRITE), or a
server that stops or starts."""
_CONNECTION_EXCEPTION = "08"
_POOLER_REMEDY = "Set the pooler to transaction or session mode (pgbouncer: pool_mode)."


class Database:
    """Implements `bot.journal.database.Database`.

    Uses no state of a session, only of transactions, so that a pooler may give each transaction another session.
    """

    exclusive = False

    def __init__(self, url: URL) -> None:
        self.name = url.render_as_string(hide_password=True)
        _, self._schema = split_schema(url)
        self._write_lock = threading.Lock()  # only one connection of the pool waits for the advisory lock
        self._clock: tuple[datetime, float] | None = None  # the database's time, and this machine's when it was read
        self.engine = create_postgresql_engine(url, max_wait=WRITE_TIMEOUT + MARGIN, begins_itself=False)

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def now(self, connection: Connection) -> datetime:
        """Returns the database's time when the transaction had begun; replicas with different clocks agree on it."""
        moment: datetime = connection.info[_NOW]
        return moment

    def current_time(self) -> datetime:
        """Returns the database's time."""
        if self._clock is not None:
            moment, read_at = self._clock
            if (age := time.clock_gettime(_CLOCK) - read_at) < CLOCK_LIFETIME:
                return moment + timedelta(seconds=age)
        with self.reading() as connection:
            return self.now(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Opens a read-only transaction with a consistent view, which never waits for a writer."""
        begin = f"{_BEGIN_READING}; {_limits(WRITE_TIMEOUT, schema=self._schema)}; {_READ_CLOCK}"
        with self._translated_errors(), self._begun(time.monotonic() + WRITE_TIMEOUT, lambda: begin) as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Opens the only writing transaction among all replicas.

        Every commit is durable: a replica that goes on after the server has failed relies on what it has committed.
        """
        deadline = time.monotonic() + WRITE_TIMEOUT
        if not self._write_lock.acquire(timeout=WRITE_TIMEOUT):
            raise JournalUnavailable(
                f"The journal {self.name} is busy: no turn to write came within {WRITE_TIMEOUT:g} s"
            )
        try:
            begin = partial(self._begin_writing, deadline)
            with self._translated_errors(), self._begun(deadline, begin, waits=True) as connection:
                yield connection
        finally:
            self._write_lock.release()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Opens the only writing transaction among all replicas, without a limit to its duration."""
        with self._translated_errors(), self.engine.connect() as connection:
            connection.connection.driver_connection.max_wait = _MIGRATION_TIMEOUT + MARGIN  # type: ignore[union-attr]
            with connection.begin():
                self._begin(connection, _begin_writing(_MIGRATION_TIMEOUT, self._schema))
                connection.exec_driver_sql(_limits(0, idle=0))
                if self._schema is not None:
                    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
                yield connection
            connection.invalidate()  # its limits are those of a migration

    @contextmanager
    def _begun(self, deadline: float, script: Callable[[], str], *, waits: bool = False) -> Iterator[Connection]:
        """Takes a connection of the pool and begins a transaction; once more if the connection turns out to be dead.

        Args:
            deadline: the monotonic time by which it has to have begun.
            script: returns the statements that begin it.
            waits: whether they wait for other transactions.
        """
        with ExitStack() as stack:
            stack.enter_context(deadlines().beginning(deadline + MARGIN))
            connection = self._begin_anew(stack, script, waits=waits)
            deadlines().begun()
            yield connection

    def _begin_anew(self, stack: ExitStack, script: Callable[[], str], *, waits: bool) -> Connection:
        for is_first in (True, False):
            with ExitStack() as attempt:
                connection = attempt.enter_context(self.engine.connect())
                if waits:
                    deadlines().connected()
                try:
                    transaction = connection.begin()
                    self._begin(connection, script())
                except DBAPIError as error:
                    if is_first and error.connection_invalidated:
                        continue
                    raise
                attempt.enter_context(transaction)
                stack.push(attempt.pop_all())
                break
        return connection

    def _begin(self, connection: Connection, script: str) -> None:
        """Runs the statements that begin a transaction, the last of which reads the database's clock."""
        moment: datetime = connection.exec_driver_sql(script).scalar_one()
        connection.info[_NOW] = moment = moment.astimezone(UTC)
        self._clock = moment, time.clock_gettime(_CLOCK)

    def _begin_writing(self, deadline: float) -> str:
        return _begin_writing(max(0.05, deadline - time.monotonic()), self._schema)

    def free_space(self) -> None:
        """Returns None: the server does not say how much room its disk has."""

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise JournalUnavailable(f"The journal {self.name} can't be used: {error_text(error)}") from None
        except PoolTimeout as error:
            raise JournalUnavailable(f"The journal {self.name} is busy: {error}") from error


def create_postgresql_engine(url: URL, *, max_wait: float, begins_itself: bool = True, **options: Any) -> Engine:
    """Creates an engine whose connections wait at most `max_wait` seconds for an answer; raises SettingsError.

    Args:
        begins_itself: the driver begins a transaction with the first statement, in a round trip of its own.
    """
    # Parameters are hidden from errors because they contain response_urls.
    defaults = {
        "connect_timeout": CONNECT_TIMEOUT,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int(WRITE_TIMEOUT * 1000),
        "application_name": "park",
    }
    url, _ = split_schema(url)
    given = {name: value for name, value in defaults.items() if name not in url.query}
    try:
        engine = create_engine(
            url,
            connect_args={**given, "prepare_threshold": None},  # a prepared statement belongs to a session
            pool_timeout=WRITE_TIMEOUT,
            pool_pre_ping=True,
            hide_parameters=True,
            use_native_hstore=False,  # saves a query about a type that the journal does not use
            **options,
        )
        connector = _PatientConnector(deadlines().Connector(), url, max_wait, begins_itself=begins_itself)
    except ImportError as error:
        raise SettingsError(DRIVER_MISSING) from error
    _ping_after_a_while(engine.dialect)
    engine.dialect.use_insertmanyvalues_wo_returning = True  # rows in one statement: see `deadlines` on executemany
    event.listen(engine, "do_connect", connector.connect)
    event.listen(engine, "handle_error", _detect_disconnect)
    return engine


def deadlines() -> ModuleType:
    """Returns the module that needs psycopg, which is installed only where PostgreSQL is used."""
    return import_module("bot.journal.deadlines")


class _PatientConnector:
    """Connects within a time limit; fails at once just after a failure, while there is time to answer Slack."""

    def __init__(self, connector: Any, url: URL, max_wait: float, *, begins_itself: bool) -> None:
        self._begins_itself = begins_itself
        hosts = url.query.get("host", "")
        count = len((hosts if isinstance(hosts, str) else ",".join(hosts)).split(","))
        self._seconds = float(str(url.query.get("connect_timeout", CONNECT_TIMEOUT))) * count + MARGIN
        self._connector, self._max_wait, self._retry_after = connector, max_wait, 0.0

    def connect(
        self, dialect: Dialect, record: ConnectionPoolEntry, arguments: list[Any], named: dict[str, Any]
    ) -> DBAPIConnection:
        """Implements SQLAlchemy's event `do_connect`."""
        failure = dialect.loaded_dbapi.OperationalError
        if time.monotonic() < self._retry_after:
            raise failure("it could not be reached a moment ago")
        try:
            connection = self._connector.connect(self._seconds, arguments, named)
        except failure:
            self._retry_after = time.monotonic() + RECONNECT_DELAY
            raise
        connection.max_wait = self._max_wait
        connection.autocommit = not self._begins_itself  # psycopg's name for that; COMMIT and ROLLBACK are sent by it
        return connection  # type: ignore[no-any-return]


def _ping_after_a_while(dialect: Dialect) -> None:
    """Has a connection of the pool tried before use only if it has not answered for `PING_AFTER` seconds.

    One that the server has closed is noticed with the first statements, which are then repeated on another.
    """
    ping = dialect.do_ping

    def ping_if_silent(connection: Any) -> bool:
        return time.monotonic() - connection.answered_at < PING_AFTER or ping(connection)

    dialect.do_ping = ping_if_silent  # type: ignore[method-assign,assignment]


def _detect_disconnect(context: ExceptionContext) -> None:
    """Has all connections of the pool replaced when the server can take no writes, or stops."""
    code = getattr(context.original_exception, "sqlstate", None) or ""
    if code in _DISCONNECTED or code.startswith(_CONNECTION_EXCEPTION):
        context.is_disconnect = True


def _limits(seconds: float, idle: float | None = None, *, schema: str | None = None) -> str:
    """Returns the statements that set the server's limits for one transaction, and the schema of its tables."""
    limits = {
        "lock_timeout": seconds,
        "statement_timeout": seconds,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT if idle is None else idle,
    }
    statements = [f"SET LOCAL {name} = {value * 1000:.0f}" for name, value in limits.items()]
    return "; ".join([*statements, *([f"SET LOCAL search_path = {schema}"] if schema else [])])


_BEGIN_READING, _BEGIN_WRITING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN READ WRITE"
_READ_CLOCK = "SELECT clock_timestamp()"


def _begin_writing(seconds: float, schema: str | None) -> str:
    """Returns the statements that begin a writing transaction, in one round trip.

    They set the limits, have the commit made durable, take the advisory lock until the end of the transaction, for
    which they wait at most so many seconds, and read the clock.

    Each schema has a lock of its own, so that no journal waits for another one in the same database.
    """
    key = f"{_WRITER_LOCK}" if schema is None else f"{_WRITER_LOCK}, hashtext('{schema}')"
    lock = f"SELECT pg_advisory_xact_lock({key})"
    limits = _limits(WRITE_TIMEOUT, schema=schema)
    statements = (
        _BEGIN_WRITING,
        f"SET LOCAL lock_timeout = {seconds * 1000:.0f}",
        "SET LOCAL statement_timeout = 0",
        _SYNCHRONOUS_COMMIT,
        lock,
    )
    return "; ".join((*statements, limits, _READ_CLOCK))


def error_text(error: DBAPIError) -> str:
    """Returns the error's text without the row that PostgreSQL quotes, which may contain a response_url."""
    diagnosis = getattr(error.orig, "diag", None)
    text = (diagnosis and diagnosis.message_primary) or str(error.orig).strip()
    return f"{text}. {_POOLER_REMEDY}" if "statement pooling" in text else text
