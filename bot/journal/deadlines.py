"""Connections to PostgreSQL whose every wait ends, whatever the server or what is between does.

psycopg waits for an answer without a limit. A server that is suspended, or a proxy that swallows what it is sent,
keeps the TCP connection alive, so that neither TCP's time limits nor the server's own ones apply.
"""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

from bot.journal.rows import UNREADABLE
from bot.journal.scripts import Rows, Script

_Result = TypeVar("_Result")
_CHECK_INTERVAL = 0.1  # seconds between two looks at the clock during a wait

_PING_LIMIT = 1.0  # seconds for one answer while a connection is taken: a dead one has to be replaced in time

_begin = threading.local()
"""`by`: the monotonic time until which this thread's transaction has to have begun, or None; `connecting`: whether it
has no connection yet."""


class _Cursor(psycopg.Cursor[Any]):
    """Sends what waits in the connection's script with each query, and gives the result of the last statement.

    Several statements are one query without parameters, whose values psycopg has put in. As a pipeline, which would
    leave them apart, PostgreSQL (seen with 15) does not always count the idle time of a transaction afterwards, so that
    the lock of a frozen replica would never be taken away; so rows of `executemany` are sent one by one too.
    """

    connection: "DeadlineConnection"

    def execute(self, query: Any, params: Any = None, **named: Any) -> "_Cursor":
        """Executes a query, or several statements without parameters."""
        script = self.connection.script
        if waiting := script.take():
            merge = self.connection.merged
            query, params = "; ".join([*(merge(*one) for one in waiting), merge(query, params)]), None
        try:
            super().execute(query, params, **named)
        except psycopg.errors.DivisionByZero:
            if (fault := script.settle()) is None:
                raise
            raise fault from None
        script.settle()
        self._go_to_last(script.results)
        return self

    def _go_to_last(self, results: "list[Rows | Exception] | None") -> None:
        """Leaves the result of the last statement, and adds the rows of all to `results`, if that is a list."""
        while True:
            if results is not None and self.description is not None:
                try:
                    results.append(self.fetchall())
                except UNREADABLE as fault:  # of interest to whoever asks for these rows
                    results.append(fault)
            if not self.nextset():
                return

    def executemany(self, query: Any, params_seq: Any, *, returning: bool = False) -> None:
        """Executes the query once for each sequence of parameters; `rowcount` is that of the last."""
        for parameters in params_seq:
            self.execute(query, parameters)


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that closes itself when an answer takes too long, and raises OperationalError then."""

    max_wait = 0.0
    """Seconds that one answer may take."""
    answered_at = 0.0
    """The monotonic time of the last answer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.cursor_factory = _Cursor
        self.script, self._merging = Script(), psycopg.ClientCursor(self)

    def merged(self, query: Any, values: Any = None) -> str:
        """Returns a query with its values in it, quoted by libpq."""
        return self._merging.mogrify(query, values)

    def commit(self) -> None:
        """Commits, in one round trip with what waits in the script."""
        if self.script.waits:
            self.cursor().execute("COMMIT")
        super().commit()  # sends nothing where that was done
        self.script.clear()

    def rollback(self) -> None:
        """Rolls back, and forgets what waits in the script."""
        self.script.clear()
        super().rollback()

    def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
        """Waits for one answer of the server, at most for `max_wait`."""
        limit = min(self.max_wait, _seconds_left(self.max_wait))
        if getattr(_begin, "connecting", False):
            limit = min(limit, _PING_LIMIT)
        named |= {} if arguments else {"interval": _CHECK_INTERVAL}
        try:
            answer = super().wait(_limited(gen, time.monotonic() + limit), *arguments, **named)
        except _Silent:
            self.pgconn.finish()
            raise psycopg.OperationalError(
                f"no answer within {max(limit, 0):.1f} s; the connection was closed"
            ) from None
        self.answered_at = time.monotonic()
        return answer


class _Silent(Exception):
    """The deadline of a wait has passed."""


def _limited(gen: Generator[Any, Any, _Result], deadline: float) -> Generator[Any, Any, _Result]:
    """Passes everything on; raises when psycopg resumes it after the deadline, which it does 10 times a second."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if time.monotonic() > deadline:
                raise _Silent
            wanted = gen.send(ready)
    except StopIteration as done:
        result: _Result = done.value
        return result


@contextmanager
def beginning(deadline: float) -> Iterator[None]:
    """Bounds, for this thread, everything until the transaction has begun: the connection and its waits."""
    _begin.by, _begin.connecting = deadline, True
    try:
        yield
    finally:
        begun()


def connected() -> None:
    """Says that the thread has its connection."""
    _begin.connecting = False


def begun() -> None:
    """Lifts the bound of `beginning`."""
    _begin.by, _begin.connecting = None, False


def _seconds_left(default: float) -> float:
    """Returns how long this thread's transaction may still take to begin; `default` if it has begun."""
    by = getattr(_begin, "by", None)
    return default if by is None else by - time.monotonic()


class Connector:
    """Connects within a time limit that covers the look-up of names too, which nothing can interrupt."""

    MAX_HANGING = 5
    """Attempts that may still hang in a name look-up; until one of them ends, no other is made."""

    def __init__(self) -> None:
        self._hanging: set[threading.Thread] = set()

    def connect(self, seconds: float, arguments: Any, named: dict[str, Any]) -> DeadlineConnection:
        """Connects within `seconds`; raises psycopg.OperationalError."""
        self._hanging = {thread for thread in self._hanging if thread.is_alive()}
        if len(self._hanging) >= self.MAX_HANGING:
            raise psycopg.OperationalError("it could not be reached, and earlier attempts have not ended yet")
        seconds = min(seconds, _seconds_left(seconds))
        attempt = _Attempt(arguments, named)
        attempt.start()
        attempt.join(max(seconds, 0))
        if (connection := attempt.result()) is None:
            self._hanging.add(attempt)
            raise psycopg.OperationalError(f"no connection within {max(seconds, 0):.1f} s")
        return connection


class _Attempt(threading.Thread):
    """One attempt to connect; a connection that comes too late is closed."""

    def __init__(self, arguments: Any, named: dict[str, Any]) -> None:
        super().__init__(name="journal-connect", daemon=True)
        self._arguments, self._named = arguments, named
        self._lock = threading.Lock()
        self._given_up = False
        self._connection: DeadlineConnection | None = None
        self._fault: psycopg.Error | None = None

    def run(self) -> None:
        connection: DeadlineConnection | None = None
        try:
            connection = DeadlineConnection.connect(*self._arguments, **self._named)
        except psycopg.Error as fault:
            self._fault = fault
        with self._lock:
            self._connection = connection
            if self._given_up and connection is not None:
                connection.close()

    def result(self) -> DeadlineConnection | None:
        """Returns the connection, or None if there is none yet, which gives the attempt up; raises what failed."""
        with self._lock:
            if self._fault is not None:
                raise self._fault
            self._given_up = self._connection is None
            return self._connection
