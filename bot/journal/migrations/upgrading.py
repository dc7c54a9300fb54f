"""What alembic does; it takes some 10 MiB, so only who has something to bring up to date imports this."""

import threading

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.errors import JournalUnavailable

_ALONE = threading.Lock()  # alembic keeps what it is working on in module globals


def upgrade(connection: Connection, to: str) -> None:
    """Within the connection's own transaction; raise JournalUnavailable for tables that no script here made."""
    config = configured()
    config.attributes["connection"] = connection
    try:
        with _ALONE:
            command.upgrade(config, to)
    except CommandError as error:
        raise JournalUnavailable(f"The journal was written by another version of Park: {error}") from error


def configured() -> Config:
    """For the scripts of this package."""
    config = Config()
    config.set_main_option("script_location", "bot.journal:migrations")
    return config
