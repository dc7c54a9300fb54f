"""The journal's migrations, inside the package so that an installed wheel has them."""

import threading

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.errors import JournalUnavailable

_ALONE = threading.Lock()  # alembic keeps what it is working on in module globals


def migrate(connection: Connection) -> None:
    """Bring the tables up to date within the connection's own transaction: all of it, or nothing."""
    config = Config()
    config.set_main_option("script_location", "bot.journal:migrations")
    config.attributes["connection"] = connection
    try:
        with _ALONE:
            command.upgrade(config, "head")
    except CommandError as error:
        raise JournalUnavailable(f"The journal was written by another version of Park: {error}") from error
