"""The journal's database on PostgreSQL: several replicas, and one writer at a time by an advisory lock."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import JournalUnavailable
from bot.journal.address import split_schema
from bot.journal.postgresql_engine import MARGIN, create_postgresql_engine, deadlines
from bot.journal.prepared import Query
from bot.journal.scripts import ReadAhead, Rows, script_of

WRITE_TIMEOUT = 2.0
"""Seconds that a write waits for other threads and replicas together: Slack requires an answer within 3."""
IDLE_TIMEOUT = 1.5
"""Seconds between two statements after which PostgreSQL ends a transaction: its replica is frozen or gone."""
_MIGRATION_TIMEOUT = 300.0  # seconds that a migration waits for its turn, or for one statement
CLOCK_LIFETIME = 1.0
"""Seconds for which the database's clock is computed from when it was read last: it is read with each transaction."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine is suspended, on Linux
_NOW = "now"
"""Key in `Connection.info`: the database's time when the transaction had begun."""
_WRITER_LOCK = 0x7061726B  # key of the advisory lock: "park" in ASCII
_SYNCHRONOUS_COMMIT = (
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
)
_POOLER_REMEDY = "Set the pooler to transaction or session mode (pgbouncer: pool_mode)."


class _Beginning(NamedTuple):
    """How a transaction begins."""

    script: Callable[[], str]
    """Returns the statements that begin it."""
    ahead: Sequence[Query] = ()
    """What is read with them."""
    waits: bool = False
    """Whether they wait for other transactions."""
    ends: bool = False
    """Whether the transaction is over with that."""


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
        self.engine = create_postgresql_engine(
            url, max_wait=WRITE_TIMEOUT + MARGIN, pool_wait=WRITE_TIMEOUT, begins_itself=False
        )

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def now(self, connection: Connection) -> datetime:
        """Returns the database's time when the transaction had begun; replicas with different clocks agree on it."""
        moment: datetime = connection.info[_NOW]
        return moment

    def current_time(self) -> datetime:
        """Returns the database's time."""
        if self._clock is None or time.clock_gettime(_CLOCK) - self._clock[1] >= CLOCK_LIFETIME:
            self.fetch(())
        assert self._clock is not None  # noqa: S101 - each transaction reads it
        moment, read_at = self._clock
        return moment + timedelta(seconds=time.clock_gettime(_CLOCK) - read_at)

    @contextmanager
    def reading(self, *, ahead: Sequence[Query] = ()) -> Iterator[Connection]:
        """Opens a read-only transaction with a consistent view, which never waits for a writer."""
        beginning = _Beginning(self._begin_reading, ahead)
        with self._translated_errors(), self._begun(time.monotonic() + WRITE_TIMEOUT, beginning) as connection:
            yield connection

    def fetch(self, queries: Sequence[Query]) -> list[list[dict[str, Any]]]:
        """Reads in a transaction of its own, in one round trip."""
        beginning = _Beginning(self._begin_reading, queries, ends=True)
        with self._translated_errors(), self._begun(time.monotonic() + WRITE_TIMEOUT, beginning) as connection:
            return [query.rows(connection) for query in queries]

    def _begin_reading(self) -> str:
        return f"{_BEGIN_READING}; {_limits(WRITE_TIMEOUT, schema=self._schema)}; {_READ_CLOCK}"

    @contextmanager
    def writing(self, *, durable: bool = True, ahead: Sequence[Query] = ()) -> Iterator[Connection]:
        """Opens the only writing transaction among all replicas.

        Every commit is durable: a replica that goes on after the server has failed relies on what it has committed.
        """
        deadline = time.monotonic() + WRITE_TIMEOUT
        if not self._write_lock.acquire(timeout=WRITE_TIMEOUT):
            raise JournalUnavailable(
                f"The journal {self.name} is busy: no turn to write came within {WRITE_TIMEOUT:g} s"
            )
        try:
            beginning = _Beginning(partial(self._begin_writing, deadline), ahead, waits=True)
            with self._translated_errors(), self._begun(deadline, beginning) as connection:
                yield connection
        finally:
            self._write_lock.release()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Opens the only writing transaction among all replicas, without a limit to its duration."""
        with self._translated_errors(), self.engine.connect() as connection:
            connection.connection.driver_connection.max_wait = _MIGRATION_TIMEOUT + MARGIN  # type: ignore[union-attr]
            with connection.begin():
                self._begin(connection, _Beginning(lambda: _begin_writing(_MIGRATION_TIMEOUT, self._schema)))
                connection.exec_driver_sql(_limits(0, idle=0))
                if self._schema is not None:
                    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
                yield connection
            connection.invalidate()  # its limits are those of a migration

    @contextmanager
    def _begun(self, deadline: float, beginning: _Beginning) -> Iterator[Connection]:
        """Takes a connection of the pool and begins a transaction; once more if the connection turns out to be dead.

        Args:
            deadline: the monotonic time by which it has to have begun.
        """
        with ExitStack() as stack:
            stack.enter_context(deadlines().beginning(deadline + MARGIN))
            connection = self._begin_anew(stack, beginning)
            deadlines().begun()
            yield connection

    def _begin_anew(self, stack: ExitStack, beginning: _Beginning) -> Connection:
        for is_first in (True, False):
            with ExitStack() as attempt:
                connection = attempt.enter_context(self.engine.connect())
                if beginning.waits:
                    deadlines().connected()
                try:
                    transaction = connection.begin()
                    self._begin(connection, beginning)
                except DBAPIError as error:
                    if is_first and error.connection_invalidated:
                        continue
                    raise
                attempt.enter_context(transaction)
                stack.push(attempt.pop_all())
                break
        return connection

    def _begin(self, connection: Connection, beginning: _Beginning) -> None:
        """Runs the statements that begin a transaction, the last of which reads the database's clock."""
        ahead, script = beginning.ahead, script_of(connection)
        assert script is not None  # noqa: S101 - a connection to PostgreSQL has one
        merge = connection.connection.driver_connection.merged  # type: ignore[union-attr]
        reads = [merge(*query.statement.sent(connection, query.given)) for query in ahead]
        statements = (beginning.script(), *reads, *(("COMMIT",) if beginning.ends else ()))
        results = script.results = list[Rows | Exception]()
        try:
            connection.exec_driver_sql("; ".join(statements), execution_options={"no_parameters": True})
        finally:
            script.results = None
        clock, *found = results[-1 - len(ahead) :]
        script.begin([ReadAhead(*query, rows) for query, rows in zip(ahead, found, strict=True)])
        assert isinstance(clock, list)  # noqa: S101 - a time can be read
        connection.info[_NOW] = moment = clock[0][0].astimezone(UTC)
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
