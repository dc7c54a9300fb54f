"""Leases: how a worker takes an entry, keeps it, and loses it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, select, update

from bot.errors import LeaseLost
from bot.journal.entry import Entry, State
from bot.journal.rows import entry_of
from bot.journal.story import Happened, tell
from bot.journal.tables import entries

HANDED_BACK = {
    "state": case((entries.c.state == State.RUNNING, State.WAITING), else_=entries.c.state),
    "owner": None,
    "lease_until": None,
}


def take(connection: Connection, number: int, owner: str, *, at: datetime, until: datetime) -> Entry:
    """Claim it; an ended one stays ended."""
    values = {
        "state": case((entries.c.state.in_([State.WAITING, State.SCHEDULED]), State.RUNNING), else_=entries.c.state),
        "owner": owner,
        "lease_until": until,
        "attempt": entries.c.attempt + 1,
    }
    claimed = update(entries).where(entries.c.id == number).values(values).returning(entries)
    entry = entry_of(connection.execute(claimed).one())
    tell(connection, number, {"claimed": {"attempt": entry.attempt}}, by=owner, at=at)
    return entry


def change(
    connection: Connection,
    entry: Entry,
    values: dict[str, Any],
    *only: ColumnElement[bool],
    happened: Happened,
    at: datetime,
) -> Entry:
    """Write for the owner and the attempt that hold it; raise LeaseLost if those are others by now."""
    held = and_(entries.c.id == entry.id, entries.c.owner == entry.owner, entries.c.attempt == entry.attempt)
    row = connection.execute(update(entries).where(held, *only).values(values).returning(entries)).one_or_none()
    if row is None or entry.owner is None:  # comparing with None finds what nobody has claimed
        raise LeaseLost(f"Change {entry.id} is no longer in the hands of {entry.owner}, attempt {entry.attempt}")
    tell(connection, entry.id, happened, by=entry.owner, at=at)
    return entry_of(row)


def void_all(connection: Connection, *, at: datetime) -> None:
    """Give back what a dead process held."""
    held = and_(entries.c.told_at.is_(None), entries.c.lease_until.is_not(None))
    released = connection.execute(select(entries.c.id, entries.c.owner).where(held)).all()
    connection.execute(update(entries).where(held).values(HANDED_BACK))
    for number, owner in released:
        tell(connection, number, {"released": {"owner": owner}}, by="restart", at=at)
