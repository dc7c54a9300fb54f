"""Cheap journals: copies of a SQLite file that the migrations made, and compiled statements that servers share."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, bindparam, update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.util import LRUCache

from bot.errors import SettingsError
from bot.journal import journal, postgresql
from bot.journal.database import Database, open_database
from bot.journal.migrations import migrate
from bot.journal.postgresql_engine import create_postgresql_engine
from bot.journal.prepared import Prepared
from bot.journal.sqlite import database_file
from bot.journal.tables import chain

_compiled: LRUCache[object, object] = LRUCache(2000)
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""From when the next posting of the chain's head is counted in the template; a copy has the time of its own start."""
_HEAD_POSTED = Prepared(
    update(chain).where(chain.c.posted_at == bindparam("made_at")).values(posted_at=bindparam("now"))
)
_copies: "WeakSet[Engine]" = WeakSet()
"""Those of files that were copied and have not been looked at since: they need no migration."""


@contextmanager
def cheap_journals() -> Iterator[None]:
    """Has journals on SQLite that are opened in this process begin as copies."""
    use_template()
    try:
        yield
    finally:
        journal.open_database, journal.migrate = open_database, migrate  # type: ignore[attr-defined]
        postgresql.create_postgresql_engine = create_postgresql_engine  # type: ignore[attr-defined]


def use_template() -> None:
    """Does that for good."""
    _template()
    journal.open_database, journal.migrate = _open_copy, _migrate_copy  # type: ignore[attr-defined]
    postgresql.create_postgresql_engine = _postgresql_engine  # type: ignore[attr-defined]


def _open_copy(url: str) -> Database:
    """Opens the database at `url`; where there is none on SQLite, that of the template."""
    is_copy = False
    with suppress(SettingsError, OSError):  # which the journal itself meets too, and says so
        if url.startswith("sqlite:///") and not os.path.lexists(file := database_file(url)):
            _copy_template(file)
            is_copy = True
    database = open_database(url)
    if is_copy:
        _copies.add(database.engine)
    return database


def _copy_template(file: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=file.parent) as copy:
        shutil.copyfile(_template(), copy.name)
        os.link(copy.name, file)  # fails if another process has made one meanwhile


def _migrate_copy(connection: Connection, at: datetime) -> None:
    if connection.engine in _copies:
        _copies.remove(connection.engine)
    else:
        migrate(connection, at)
    _HEAD_POSTED.execute(connection, {"now": at, "made_at": _MADE_AT})


@cache
def _template() -> Path:
    """Returns the file of a new journal, which goes with this process."""
    file = Path(_folder().name) / "park.sqlite3"
    with closing(open_database(f"sqlite:///{file}")) as database, database.migrating() as connection:
        migrate(connection, _MADE_AT)
    return file


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="park-template-")


class _SharedPostgresql(PGDialect_psycopg):
    """Is equal to all others of its kind, as the keys of compiled statements contain it.

    All servers of the tests have one version, which statements are compiled for.
    """

    supports_statement_cache = True

    def __hash__(self) -> int:
        return hash(type(self))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)


def _postgresql_engine(url: URL, **options: Any) -> Engine:
    engine = create_postgresql_engine(url, **options)
    engine.dialect.__class__ = _SharedPostgresql
    engine._compiled_cache = _compiled  # type: ignore[assignment]
    return engine
