"""The journal's migrations, inside the package so that an installed wheel has them."""

from enum import StrEnum
from pkgutil import iter_modules

from sqlalchemy import Connection, column, inspect, select, table

from bot.errors import JournalUnavailable
from bot.journal.database import open_database
from bot.journal.migrations import versions

REVISIONS = sorted(found.name[1:].partition("_")[0] for found in iter_modules(versions.__path__))
"""By the names of the scripts, as r0001_journal: the last is what the tables of this Park are at."""
HEAD = REVISIONS[-1]
_VERSION = "alembic_version"


def bring_up_to_date(url: str) -> str:
    """The revision that the tables are at now; raise SettingsError or JournalUnavailable."""
    database = open_database(url)
    try:
        with database.migrating() as connection:
            migrate(connection)
            return str(revision(connection))
    finally:
        database.close()


def migrate(connection: Connection, to: str = HEAD) -> None:
    """Bring the tables up to date within the connection's own transaction: all of it, or nothing."""
    if revision(connection) == to:
        return
    from bot.journal.migrations.upgrading import upgrade

    upgrade(connection, to)


def revision(connection: Connection) -> str | None:
    """Of the tables as they are; None where there are none."""
    if not inspect(connection).has_table(_VERSION):
        return None
    return connection.scalar(select(column("version_num")).select_from(table(_VERSION)))


class Standing(StrEnum):
    """How the tables stand to those of this Park."""

    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    NONE = "none"


def standing(connection: Connection) -> Standing:
    """Looks only."""
    stands = revision(connection)
    if stands is None:
        return Standing.NONE
    if stands == HEAD:
        return Standing.CURRENT
    return Standing.OLDER if stands in REVISIONS else Standing.NEWER


def refuse_old(connection: Connection) -> None:
    """Raise JournalUnavailable where the tables are not those of this Park."""
    stands = standing(connection)
    if stands is Standing.CURRENT:
        return
    if stands is Standing.NEWER:
        at = revision(connection)
        raise JournalUnavailable(f"The journal was written by a newer version of Park: its tables are at {at}")
    what = "has no tables yet" if stands is Standing.NONE else "is that of an older Park"
    raise JournalUnavailable(f"The journal {what}. Bring it up to date with: python -m bot migrate")
