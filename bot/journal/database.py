"""Where a journal is kept: a SQLite file for one process, or a PostgreSQL database for several replicas."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError
from bot.journal import postgresql, sqlite

POSTGRESQL = "postgresql+psycopg"


class Database(Protocol):
    """`reading` and `writing` are one transaction each; what the database says against it is JournalUnavailable."""

    alone: bool
    """Nobody else can have it: what was held when it was opened was held by the dead."""
    engine: Engine

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent view, whoever is writing."""

    def writing(self) -> AbstractContextManager[Connection]:
        """The only one that writes, from its first statement to its commit: it sees all that was committed before."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """Writing, for as long as it takes."""

    def now(self, connection: Connection) -> datetime:
        """By the clock that all who share this database go by; in UTC."""

    def moment(self) -> datetime:
        """By the same clock, for who is in no transaction; raise JournalUnavailable where it can't be asked."""

    def close(self) -> None:
        """Let go of it."""


def open_database(url: str) -> Database:
    """Raise SettingsError for an address that is none of either, JournalUnavailable where it can't be had."""
    parsed = parse_url(url)
    return sqlite.Database(url) if is_sqlite(parsed) else postgresql.Database(parsed)


def parse_url(url: str) -> URL:
    """Raise SettingsError for an address that is none of either."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError("DATABASE_URL: not an address that SQLAlchemy understands") from error
    if parsed.drivername != POSTGRESQL and not is_sqlite(parsed):
        raise SettingsError(f"DATABASE_URL: write sqlite:///park.sqlite3, or {POSTGRESQL}://park@host/park")
    return parsed


def is_sqlite(url: URL) -> bool:
    """Else it is PostgreSQL's."""
    return url.get_backend_name() == "sqlite"
