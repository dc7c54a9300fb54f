"""Connections to PostgreSQL: how long they are waited for, and when they are replaced."""

import time
from importlib import import_module
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import SettingsError
from bot.journal.address import split_schema

POOL_WAIT = 2.0
"""Seconds that a connection of the pool is waited for."""
MARGIN = 0.5
"""Seconds after the server's own limits from which Park takes the server for silent and closes the connection."""
CONNECT_TIMEOUT = 2
"""Seconds to connect to one host, the shortest that libpq allows, unless DATABASE_URL names others."""
RECONNECT_DELAY = 1.0
"""Seconds after a failed connection during which no other is tried: each would take as long to fail."""
PING_AFTER = 1.0
"""Seconds without an answer after which a connection is tried before it is used: it may be dead without a sign."""
DRIVER_MISSING = "DATABASE_URL: PostgreSQL needs psycopg: pip install 'park-bot[postgresql]'"
_DISCONNECTED = frozenset({"25006", "0A000", "57P01", "57P02", "57P03", "57P05"})
"""Error codes after which no connection of the pool is used again: a standby (25006; 0A000 for BEGIN READ WRITE), or a
server that stops or starts."""
_CONNECTION_EXCEPTION = "08"


def create_postgresql_engine(
    url: URL, *, max_wait: float, pool_wait: float = POOL_WAIT, begins_itself: bool = True, **options: Any
) -> Engine:
    """Creates an engine whose connections wait at most `max_wait` seconds for an answer; raises SettingsError.

    Args:
        pool_wait: seconds that a connection of the pool is waited for.
        begins_itself: the driver begins a transaction with the first statement, in a round trip of its own.
    """
    # Parameters are hidden from errors because they contain response_urls.
    defaults = {
        "connect_timeout": CONNECT_TIMEOUT,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int(pool_wait * 1000),
        "application_name": "park",
    }
    url, _ = split_schema(url)
    given = {name: value for name, value in defaults.items() if name not in url.query}
    try:
        engine = create_engine(
            url,
            connect_args={**given, "prepare_threshold": None},  # a prepared statement belongs to a session
            pool_timeout=pool_wait,
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
