"""A journal with a story in it, and hands that do to it what nobody should."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bot.audit.verify import VerifiedChain, verify
from bot.journal.database import beside
from bot.journal.events import ChainLink
from bot.journal.journal import Journal
from bot.journal.migrations.versions.r0004_chain import down_revision
from bot.journal.models import State
from tests.journal.making import Clock, Desk, url


def lived(folder: Path, changes: int = 3) -> Desk:
    """Each change goes all the way: accepted, claimed, planned, ended, told."""
    context = Desk(url(folder))
    for _ in range(changes):
        live(context)
    return context


def live(context: Desk) -> int:
    """One more change, all the way."""
    number = context.accept("sales")
    entry = context.journal.checkpoint(context.claim(), plan={"wanted": number}, began=True)
    context.journal.told(context.journal.end(entry, State.DONE, {"text": "“done”, naïvely"}))
    return number


def tamper(folder: Path, *statements: str) -> None:
    """Behind Park's back."""
    with closing(sqlite3.connect(folder / "park.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def check(folder: Path, *heads: ChainLink) -> VerifiedChain:
    """Raise Broken."""
    with beside(url(folder)) as connection:
        return verify(connection, heads)


def head(folder: Path) -> ChainLink:
    return check(folder).head


def hashes(folder: Path) -> Sequence[str]:
    with closing(sqlite3.connect(folder / "park.sqlite3")) as connection:
        return [hash for (hash,) in connection.execute("SELECT hash FROM events ORDER BY id")]


BEFORE_THE_CHAIN = (
    "DROP INDEX ix_entries_unknown",
    "DROP TABLE prompts",
    "DROP TABLE sights",
    "DROP TABLE drifts",
    "DROP TABLE watch",
    "ALTER TABLE entries DROP COLUMN policy",
    "DROP TABLE destinations",
    "DROP TABLE chain",
    "ALTER TABLE events DROP COLUMN hash",
    f"UPDATE alembic_version SET version_num = '{down_revision}'",
)
"""What came with it and since is gone."""


def rewrite(folder: Path) -> None:
    """A whole new chain over altered events, head included: consistent in itself."""
    with closing(sqlite3.connect(folder / "park.sqlite3")) as connection, connection:
        connection.execute("UPDATE events SET by = 'U0000SOMEELSE' WHERE id = 1")
        for statement in BEFORE_THE_CHAIN:
            connection.execute(statement)
    Journal(url(folder), now=Clock()).close()


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root may do everything, so it is nobody for a while."""
    root = os.getuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
