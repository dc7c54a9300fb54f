"""SQLite for SQLAlchemy, with statements that are put together once for all journals of the process."""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import URL
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_MOST = 1000
"""Statements that are kept, the latest used: a journal uses some 150."""

compiled_statements: MutableMapping[Any, Any] = LRUCache(_MOST)
"""For SQLAlchemy's execution option `compiled_cache`; of one journal they take 200 KiB."""


class SharingDialect(SQLiteDialect_pysqlite):
    """A dialect that is equal to all others of its kind, as the keys of compiled statements contain it."""

    supports_statement_cache = True

    def __hash__(self) -> int:
        return hash(SharingDialect)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharingDialect)


registry.register("sqlite.sharing", __name__, SharingDialect.__name__)


def with_sharing_dialect(url: URL) -> URL:
    """Returns the URL of the same database by which SQLAlchemy chooses this dialect."""
    return url.set(drivername="sqlite+sharing")
