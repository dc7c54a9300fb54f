"""What follows from a change, in the commit that ends it: its own end is scheduled, or another's gets another time."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from bot.errors import Moved
from bot.journal import intake
from bot.journal.entry import Entry, FollowUp, Shift, State
from bot.journal.story import tell
from bot.journal.tables import entries, flags, holds


def follow(connection: Connection, follow_up: FollowUp, ended: Entry, *, at: datetime) -> None:
    """Accepted once for each key, scheduled, and about the change that ended."""
    row = intake.scheduled(follow_up, ended, at=at)
    intake.add(connection, row, {"accepted": intake.said(row), "scheduled": {"run_at": follow_up.run_at.isoformat()}})


def shift(connection: Connection, wanted: Shift, *, by: Entry, at: datetime) -> None:
    """Compare and set: what has begun, or stands at another time by now, is left alone, and Moved is raised."""
    stands = (entries.c.id == wanted.id, entries.c.state == State.SCHEDULED, entries.c.run_at == wanted.seen)
    if wanted.run_at is None:
        values = {"state": State.CANCELLED, "ended_at": at, "told_at": at, "response_url": None}
        what, data = "cancelled", dict[str, Any](by=by.id)
        connection.execute(delete(holds).where(holds.c.entry_id == wanted.id))
    else:
        values = {"run_at": wanted.run_at, "due_at": wanted.due_at or wanted.run_at}
        what, data = "rescheduled", {"by": by.id, "run_at": wanted.run_at.isoformat()}
    if connection.execute(update(entries).where(*stands).values(values)).rowcount != 1:
        raise Moved(f"Change {wanted.id} has begun, or was given another time, meanwhile. Nothing was done.")
    tell(connection, wanted.id, {what: data}, by=by.request.user, at=at)


def put(connection: Connection, name: str, text: str | None, *, by: Entry, at: datetime) -> None:
    """A flag that holds for all of Park, or none of that name any more."""
    connection.execute(delete(flags).where(flags.c.name == name))
    if text is not None:
        connection.execute(insert(flags).values(name=name, text=text, by=by.request.user, at=at))
    tell(connection, by.id, {"flagged": {"name": name, "text": text}}, by=by.request.user, at=at)
