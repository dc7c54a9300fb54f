"""Rows that can't be read: those around them still are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select

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
