"""Schema migrations of the journal, inside the package so that an installed wheel has them.

`versions` holds the scripts and `env` is what alembic runs. Queries and table definitions do not belong here.
"""

import threading
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from bot.errors import JournalUnavailable
from bot.journal.database import open_database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0018"
"""Revision of the newest script in `versions`, and of the tables that this version of Park works with."""
_VERSION_TABLE = "alembic_version"
_ALEMBIC_LOCK = threading.Lock()  # alembic keeps the migration that it runs in module globals


def migrate_database(url: str) -> str:
    """Creates or upgrades the tables of the database at `url`; returns their revision.

    Raises:
        SettingsError: the URL is invalid.
        JournalUnavailable: the database can't be used, or another version of Park made its tables.
    """
    database = open_database(url)
    try:
        with database.migrating() as connection:
            migrate(connection, database.now(connection))
            return str(current_revision(connection))
    finally:
        database.close()


def migrate(connection: Connection, at: datetime) -> None:
    """Creates or upgrades the tables within the connection's transaction: completely or not at all.

    Args:
        at: the journal's time, from which the next posting of the chain's head is counted in new tables.

    Raises:
        JournalUnavailable: the tables are at a revision that no script starts from.
    """
    revision = current_revision(connection)
    if revision == HEAD:
        return
    from alembic import command  # takes some 10 MiB, so it is loaded only when there is something to migrate
    from alembic.util import CommandError

    config = alembic_config()
    config.attributes.update(connection=connection, at=at)
    try:
        with _ALEMBIC_LOCK:
            command.upgrade(config, HEAD)
    except CommandError as error:
        text = f"The journal was written by another version of Park: its tables are at {revision}, not at {HEAD}"
        raise JournalUnavailable(text) from error


def alembic_config() -> "Config":
    """Returns alembic's configuration for the scripts of this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.journal:migrations")
    return config


def current_revision(connection: Connection) -> str | None:
    """Returns the revision that the tables are at; None if there are no tables."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.scalar(select(column("version_num")).select_from(table(_VERSION_TABLE)))


class SchemaStatus(StrEnum):
    """Revision of the tables, compared with the one that this version of Park needs."""

    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    NONE = "none"
    """There are no tables."""


def schema_status(connection: Connection) -> SchemaStatus:
    """Compares the revision of the tables with `HEAD`; writes nothing."""
    revision = current_revision(connection)
    if revision is None:
        return SchemaStatus.NONE
    if revision == HEAD:
        return SchemaStatus.CURRENT
    return SchemaStatus.OLDER if revision < HEAD else SchemaStatus.NEWER


def require_current(connection: Connection) -> None:
    """Raises JournalUnavailable unless the tables are at `HEAD`."""
    status = schema_status(connection)
    if status is SchemaStatus.NONE:
        raise JournalUnavailable("The journal has no tables yet. Bring it up to date with: python -m bot migrate")
    if status is not SchemaStatus.CURRENT:
        revision = current_revision(connection)
        raise JournalUnavailable(
            f"The journal was written by {_ARTICLE[status]} version of Park: its tables are at {revision}"
        )


_ARTICLE = {SchemaStatus.OLDER: "an older", SchemaStatus.NEWER: "a newer"}
