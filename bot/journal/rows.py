"""From rows to entries; a row that can't be read hides none around it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select

from bot.journal.models import Entry, Json
from bot.journal.prepared import Parameters
from bot.journal.tables import entries, row_values
from bot.messages.request import Request

UNREADABLE = (TypeError, ValueError, LookupError, AttributeError)
"""Raised for a row that holds no valid JSON, time, state or text, or whose JSON has another shape."""


def read_rows(
    connection: Connection, query: Select[Any], key: ColumnElement[Any], parameters: Mapping[str, Any] | None = None
) -> tuple[list[Row[Any]], list[int]]:
    """Returns the rows of a query that can be read, and the keys of the others.

    Args:
        key: the column that identifies a row.
    """
    try:
        return list(connection.execute(query, parameters or {}).all()), []
    except UNREADABLE:
        keys = connection.scalars(query.with_only_columns(key, maintain_column_froms=True), parameters or {}).all()
    rows, unreadable = list[Row[Any]](), list[int]()
    for one in keys:
        try:
            rows += connection.execute(query.where(key == one), parameters or {}).all()
        except UNREADABLE:
            unreadable.append(one)
    return rows, unreadable


def read_entries(connection: Connection, query: Select[Any], parameters: Parameters) -> tuple[list[Entry], list[int]]:
    """Returns the entries that a query finds and that can be read, and the ids of the others."""
    rows, unreadable = read_rows(connection, query, entries.c.id, parameters)
    found, faults = entries_from_rows(rows)
    return found, [*unreadable, *faults]


def entry_from_values(values: Json) -> Entry:
    """Builds an entry from a complete row of `entries`, by the Python names of its columns."""
    request = Request.model_validate({**values.pop("request"), "response_url": values.pop("response_url")})
    footprint = frozenset(values.pop("footprint"))
    notified = values.pop("notified_at") is not None
    del values["key"]
    return Entry(request=request, footprint=footprint, notified=notified, **values)


def entries_from_rows(rows: Iterable[Row[Any]]) -> tuple[list[Entry], dict[int, str]]:
    """Returns the entries that rows hold, and, by id, what is wrong with the others."""
    found, faults = list[Entry](), dict[int, str]()
    for row in rows:
        try:
            found.append(entry_from_values(row_values(row, entries)))
        except UNREADABLE as fault:
            faults[row.id] = str(fault)
    return found, faults
