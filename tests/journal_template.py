"""New SQLite journals as copies of one that the migrations made: to run them for every test takes most of a start."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from bot.journal import journal
from bot.journal.migrations import current_revision, migrate, migrate_database
from bot.journal.tables import chain


@contextmanager
def tables_from_template() -> Iterator[None]:
    """Has journals on SQLite that are opened in this process get their first tables from the template."""
    use_template()
    try:
        yield
    finally:
        journal.migrate = migrate  # type: ignore[attr-defined]


def use_template() -> None:
    """Does that for good."""
    _template()
    journal.migrate = _create_or_migrate  # type: ignore[attr-defined]


def _create_or_migrate(connection: Connection, at: datetime) -> None:
    if current_revision(connection) is None:
        for statement in _template():
            connection.exec_driver_sql(statement)
        connection.execute(chain.update().values(posted_at=at))
    else:
        migrate(connection, at)


@cache
def _template() -> tuple[str, ...]:
    """Returns the statements that make the tables and rows of a new journal, from one that the migrations made."""
    with tempfile.TemporaryDirectory(prefix="park-template-") as folder:
        file = Path(folder) / "park.sqlite3"
        migrate_database(f"sqlite:///{file}")
        with closing(sqlite3.connect(file)) as connection:
            dump = [line for line in connection.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
    return tuple(line for line in dump if "sqlite_sequence" not in line)
