"""Statements that are run often, prepared once: SQLAlchemy takes ten times as long to run one as SQLite does.

SQLAlchemy still builds each statement, for either database. On SQLite its SQL, and the functions that convert values,
are kept, and the driver runs it in SQLAlchemy's transaction. On PostgreSQL SQLAlchemy runs it: a round trip takes
longer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.types import TypeEngine

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
        self._columns: list[tuple[str, Convert | None]] | None = None

    def rows(self, connection: Connection, given: Parameters) -> list[dict[str, Any]]:
        """Returns the rows by the Python names of their columns."""
        if not _is_sqlite(connection):
            result = connection.execute(self.statement, dict(given))
            names = [str(column.key) for column in self.statement.exported_columns]
            return [dict(zip(names, row, strict=True)) for row in result]
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
        if not _is_sqlite(connection):
            return connection.execute(self.statement, dict(given)).rowcount
        cursor = self._run(connection, given)
        cursor.close()
        return cursor.rowcount

    def execute_each(self, connection: Connection, rows: Iterable[Parameters]) -> None:
        """Writes once for each of these parameters."""
        if not _is_sqlite(connection):
            if known := list(map(dict, rows)):
                connection.execute(self.statement, known)
            return
        for row in rows:
            self.execute(connection, row)

    def _run(self, connection: Connection, given: Parameters) -> DBAPICursor:
        key = (*given, *(len(given[name]) for name in self._lists))
        sql = self._sql.get(key)
        if sql is None:
            sql = self._sql[key] = _compiled(self.statement, given, connection.dialect)
        cursor, values = connection.connection.cursor(), sql.values(given)
        for listener in connection.engine.dispatch.before_cursor_execute:
            listener(connection, cursor, sql.text, values, None, False)
        cursor.execute(sql.text, values)
        return cursor

    def _converted(self, row: Sequence[Any], dialect: Dialect) -> dict[str, Any]:
        if self._columns is None:
            columns = self.statement.exported_columns
            self._columns = [(str(column.key), _result_converter(column.type, dialect)) for column in columns]
        found = zip(self._columns, row, strict=True)
        return {name: value if convert is None else convert(value) for (name, convert), value in found}


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _compiled(statement: Any, given: Parameters, dialect: Dialect) -> _Sql:
    """Returns the SQL for parameters of these names and, of lists, of these lengths."""
    compiled = statement.compile(dialect=dialect, column_keys=list(given))
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
