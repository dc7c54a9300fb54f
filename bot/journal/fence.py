"""Leases: how a worker takes an entry, keeps it, and loses it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, case, or_, select, update

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
_TAKEN = {
    "state": case((entries.c.state.in_([State.WAITING, State.SCHEDULED]), State.RUNNING), else_=entries.c.state),
    "attempt": entries.c.attempt + 1,
}
_TAKE = update(entries).where(entries.c.id == bindparam("number")).values(_TAKEN).returning(entries)
_HELD = update(entries).where(
    entries.c.id == bindparam("number"),
    entries.c.owner == bindparam("holder"),
    entries.c.attempt == bindparam("taken_up"),
)
UNTOLD = _HELD.where(entries.c.told_at.is_(None))
"""To write, as the three below, what is held; here, while nobody was told of it."""
GIVEN_BACK = UNTOLD.values(HANDED_BACK)
"""With it, it is in nobody's hands."""
UNENDED = UNTOLD.where(or_(entries.c.state.in_([State.RUNNING, State.UNSETTLED]), entries.c.state == bindparam("same")))
"""While it has not ended; or has, the `same` way: a commit was in doubt."""
ENDED = _HELD.where(entries.c.ended_at.is_not(None))
"""Once it has."""


def take(connection: Connection, number: int, owner: str, *, at: datetime, until: datetime) -> Entry:
    """Claim it; an ended one stays ended."""
    claimed = {"number": number, "owner": owner, "lease_until": until}
    entry = entry_of(connection.execute(_TAKE, claimed).one())
    tell(connection, number, {"claimed": {"attempt": entry.attempt}}, by=owner, at=at)
    return entry


def change(
    connection: Connection,
    entry: Entry,
    values: dict[str, Any],
    only: Update = UNTOLD,
    *,
    happened: Happened,
    at: datetime,
) -> None:
    """Write for the owner and the attempt that hold it; raise LeaseLost if those are others by now.

    What is held nobody else writes: it need not be read back.
    """
    held = {"number": entry.id, "holder": entry.owner, "taken_up": entry.attempt}
    if connection.execute(only, held | values).rowcount != 1 or entry.owner is None:
        raise LeaseLost(f"Change {entry.id} is no longer in the hands of {entry.owner}, attempt {entry.attempt}")
    tell(connection, entry.id, happened, by=entry.owner, at=at)


def void_all(connection: Connection, *, at: datetime) -> None:
    """Give back what a dead process held."""
    held = and_(entries.c.told_at.is_(None), entries.c.lease_until.is_not(None))
    released = connection.execute(select(entries.c.id, entries.c.owner).where(held)).all()
    connection.execute(update(entries).where(held).values(HANDED_BACK))
    for number, owner in released:
        tell(connection, number, {"released": {"owner": owner}}, by="restart", at=at)
