"""The journal's migrations, inside the package so that an installed wheel has them."""

import threading
from enum import StrEnum

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.errors import JournalUnavailable
from bot.journal.database import open_database

_ALONE = threading.Lock()  # alembic keeps what it is working on in module globals


def bring_up_to_date(url: str) -> str:
    """The revision that the tables are at now; raise SettingsError or JournalUnavailable."""
    database = open_database(url)
    try:
        with database.migrating() as connection:
            migrate(connection)
            return str(MigrationContext.configure(connection).get_current_revision())
    finally:
        database.close()


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring the tables up to date within the connection's own transaction: all of it, or nothing."""
    config = _config()
    config.attributes["connection"] = connection
    try:
        with _ALONE:
            command.upgrade(config, to)
    except CommandError as error:
        raise JournalUnavailable(f"The journal was written by another version of Park: {error}") from error


class Standing(StrEnum):
    """How the tables stand to those of this Park."""

    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    NONE = "none"


def standing(connection: Connection) -> Standing:
    """Looks only."""
    scripts = ScriptDirectory.from_config(_config())
    stands = MigrationContext.configure(connection).get_current_revision()
    if stands is None:
        return Standing.NONE
    if stands == scripts.get_current_head():
        return Standing.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Standing.OLDER if stands in known else Standing.NEWER


def refuse_old(connection: Connection) -> None:
    """Raise JournalUnavailable where the tables are not those of this Park."""
    stands = standing(connection)
    if stands is Standing.CURRENT:
        return
    if stands is Standing.NEWER:
        at = MigrationContext.configure(connection).get_current_revision()
        raise JournalUnavailable(f"The journal was written by a newer version of Park: its tables are at {at}")
    what = "has no tables yet" if stands is Standing.NONE else "is that of an older Park"
    raise JournalUnavailable(f"The journal {what}. Bring it up to date with: python -m bot migrate")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "bot.journal:migrations")
    return config
