"""Helpers for tests of the audit: journals with changes in them, and ways to tamper with them."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, delete, select, update

from bot.audit.verify import VerifiedChain, verify
from bot.journal.database import open_read_only
from bot.journal.events import GENESIS, ChainLink, append
from bot.journal.models import State
from bot.journal.tables import chain, events, row_values
from tests.journal.making import JournalHarness, sqlite_url


def journal_with_changes(folder: Path, changes: int = 3) -> JournalHarness:
    """Returns a journal with complete changes: accepted, claimed, planned, ended, reported."""
    harness = JournalHarness(sqlite_url(folder))
    for _ in range(changes):
        make_change(harness)
    return harness


def make_change(harness: JournalHarness) -> int:
    """Makes one complete change; returns its id."""
    number = harness.accept("sales")
    entry = harness.journal.checkpoint(harness.claim(), plan={"wanted": number}, began=True)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {"text": "“done”, naïvely"}))
    return number


def set_head_posted_at(harness: JournalHarness, at: datetime) -> None:
    """Sets when the last head was posted: in a new journal that is the wall-clock time."""
    with harness.journal.database.writing() as connection:
        connection.execute(update(chain).values(posted_at=at))


def tamper(folder: Path, *statements: str) -> None:
    """Executes SQL on the file, past the journal."""
    with closing(sqlite3.connect(folder / "park.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def check(folder: Path, *heads: ChainLink) -> VerifiedChain:
    """Verifies the journal; raises ChainBroken."""
    with open_read_only(sqlite_url(folder)) as connection:
        return verify(connection, heads)


def head(folder: Path) -> ChainLink:
    return check(folder).head


def hashes(folder: Path) -> Sequence[str]:
    with closing(sqlite3.connect(folder / "park.sqlite3")) as connection:
        return [hash for (hash,) in connection.execute("SELECT hash FROM events ORDER BY id")]


def rewrite(folder: Path) -> None:
    """Replaces all events by a consistent chain in which the first one is altered."""
    engine = create_engine(sqlite_url(folder))
    with engine.begin() as connection:
        rows = [row_values(row, events) for row in connection.execute(select(events).order_by(events.c.id))]
        for row in rows:
            del row["id"], row["hash"]
        rows[0]["by"] = "U0000SOMEELSE"
        connection.execute(delete(events))
        connection.execute(update(chain).values(number=0, hash=GENESIS))
        append(connection, rows)
    engine.dispose()


@contextmanager
def as_other_user() -> Iterator[None]:
    """Runs as the user nobody if the tests run as root, who has every permission."""
    root = os.getuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
