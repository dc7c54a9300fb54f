"""Statements that are run often, prepared once: SQLAlchemy takes ten times as long to run one as SQLite does.

SQLAlchemy still builds each statement, for either database. Its SQL, and the functions that convert values, are kept,
and it is run in SQLAlchemy's transaction. On PostgreSQL, where each answer takes a round trip, statements are sent
together (`bot.journal.scripts`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Connection, CursorResult, Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.types import TypeEngine

from bot.journal.scripts import Write, script_of

Convert: TypeAlias = Callable[[Any], Any]
Parameters: TypeAlias = Mapping[str, Any]


class _Bound(NamedTuple):
    """A place in the SQL for a value, or for the values of an IN: given by a name, or constant."""

    name: str
    convert: Convert | None
    is_list: bool
    constant: Sequence[Any] | None
    """Values for the driver; None where they are given."""

    def values(self, given: Parameters) -> Sequence[Any]:
        """Returns the values for the driver."""
        if self.constant is not None:
            return self.constant
        return self.converted(given[self.name])

    def converted(self, value: Any) -> Sequence[Any]:
        """Returns a value, or a list of values, as the driver takes it."""
        found = value if self.is_list else (value,)
        return found if self.convert is None else [self.convert(one) for one in found]


class _Sql(NamedTuple):
    """A statement's SQL for some parameters."""

    text: str
    bounds: Sequence[_Bound]

    def values(self, given: Parameters) -> list[Any]:
        """Returns the values for the driver, in the order of their places."""
        return [value for bound in self.bounds for value in bound.values(given)]


StatementT = TypeVar("StatementT", bound="Select[Any] | Insert | Update | Delete")


class Prepared(Generic[StatementT]):
    """A statement whose SQL is kept for each set of parameters."""

    def __init__(self, statement: StatementT, *, lists: Sequence[str] = ()) -> None:
        """Prepares nothing yet: the first use does.

        Args:
            lists: names of the parameters that are lists, each for an IN.
        """
        self.statement, self._lists = statement, lists
        self._sql: dict[tuple[Any, ...], _Sql] = {}
        self._columns: dict[str, list[tuple[str, Convert | None]]] = {}

    def of(self, **given: Any) -> "Query":
        """Returns the statement with its parameters."""
        return Query(self, given)

    def rows(self, connection: Connection, given: Parameters) -> list[dict[str, Any]]:
        """Returns the rows by the Python names of their columns."""
        if (script := script_of(connection)) is not None:
            ahead = script.read_ahead(self, given)
            found = self._executed(connection, given).fetchall() if ahead is None else ahead
            return [self._converted(row, connection.dialect) for row in found]
        cursor = self._run(connection, given)
        try:
            return [self._converted(row, connection.dialect) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def row(self, connection: Connection, given: Parameters) -> dict[str, Any] | None:
        """Returns the only row; None if there is none."""
        found = self.rows(connection, given)
        return found[0] if found else None

    def scalar(self, connection: Connection, given: Parameters) -> Any:
        """Returns the first value of the first row; None if there is none."""
        row = self.row(connection, given)
        return None if row is None else next(iter(row.values()))

    def execute(self, connection: Connection, given: Parameters) -> int:
        """Writes, and returns how many rows that concerned."""
        if script_of(connection) is not None:
            return self._executed(connection, given).rowcount
        cursor = self._run(connection, given)
        cursor.close()
        return cursor.rowcount

    def send(self, connection: Connection, given: Parameters) -> None:
        """Writes; on PostgreSQL with the next statement that is answered, or with the commit."""
        if (script := script_of(connection)) is None:
            self.execute(connection, given)
        else:
            script.add(self.sent(connection, given))

    def send_each(self, connection: Connection, rows: Iterable[Parameters]) -> None:
        """Writes once for each of these parameters, as `send` does."""
        for row in rows:
            self.send(connection, row)

    def send_if(self, connection: Connection, given: Parameters, fault: Exception) -> None:
        """Writes one row, as `send` does; raises `fault`, at the latest when the transaction ends, if there is none."""
        if (script := script_of(connection)) is not None and not script.has_condition:
            script.add_condition(self.sent(connection, given), fault)
        elif self.execute(connection, given) != 1:
            raise fault

    def sent(self, connection: Connection, given: Parameters) -> Write:
        """Returns what is sent to PostgreSQL with another statement, and tells who listens for statements of it."""
        sql = self._sql_for(connection, given)
        write = Write(sql.text, sql.values(given))
        _tell_listeners(connection, None, write)
        return write

    def _executed(self, connection: Connection, given: Parameters) -> CursorResult[Any]:
        sql = self._sql_for(connection, given)
        return connection.exec_driver_sql(sql.text, tuple(sql.values(given)))

    def _run(self, connection: Connection, given: Parameters) -> DBAPICursor:
        sql = self._sql_for(connection, given)
        cursor, values = connection.connection.cursor(), sql.values(given)
        _tell_listeners(connection, cursor, Write(sql.text, values))
        cursor.execute(sql.text, values)
        return cursor

    def _sql_for(self, connection: Connection, given: Parameters) -> _Sql:
        """Returns the SQL for parameters of these names and, of lists, of these lengths."""
        key = (connection.dialect.name, *given, *(len(given[name]) for name in self._lists))
        if (sql := self._sql.get(key)) is None:
            sql = self._sql[key] = _compiled(self.statement, given, connection.dialect)
        return sql

    def _converted(self, row: Sequence[Any], dialect: Dialect) -> dict[str, Any]:
        if (known := self._columns.get(dialect.name)) is None:
            columns = self.statement.exported_columns
            known = [(str(column.key), _result_converter(column.type, dialect)) for column in columns]
            self._columns[dialect.name] = known
        found = zip(known, row, strict=True)
        return {name: value if convert is None else convert(value) for (name, convert), value in found}


class Query(NamedTuple):
    """A statement that reads, with its parameters."""

    statement: "Prepared[Any]"
    given: Parameters

    def rows(self, connection: Connection) -> list[dict[str, Any]]:
        """Returns the rows by the Python names of their columns."""
        return self.statement.rows(connection, self.given)


def _tell_listeners(connection: Connection, cursor: DBAPICursor | None, sent: Write) -> None:
    for listener in connection.engine.dispatch.before_cursor_execute:
        listener(connection, cursor, sent.text, sent.values, None, False)


@cache
def _with_places(kind: type[Dialect]) -> Dialect:
    """Returns a dialect whose SQL has places for values in their order, in place of names."""
    return kind(paramstyle="format")  # type: ignore[call-arg]


def _compiled(statement: Any, given: Parameters, dialect: Dialect) -> _Sql:
    """Returns the SQL for parameters of these names and, of lists, of these lengths."""
    sql_dialect = dialect if dialect.name == "sqlite" else _with_places(type(dialect))  # type: ignore[arg-type]
    compiled = statement.compile(dialect=sql_dialect, column_keys=list(given))
    text = compiled.construct_expanded_state({**compiled.params, **given}).statement
    bounds = []
    for name in compiled.positiontup:
        bind = compiled.binds[name]
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        bound = _Bound(name, convert, bind.expanding, None)
        bounds.append(bound if name in given else bound._replace(constant=bound.converted(bind.effective_value)))
    return _Sql(text, bounds)


def _result_converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert
