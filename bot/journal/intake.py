"""Request -> row, once per key; follow-ups of a change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.errors import Moved
from bot.journal.events import Happened, tell
from bot.journal.models import Accepted, Entry, FollowUp, Json, Reschedule, State
from bot.journal.tables import entries, flags, holds
from bot.messages.request import Request

_KNOWN = select(entries.c.id).where(entries.c.key == bindparam("sought"))
_ENTRY, _HOLDS = insert(entries).returning(entries.c.id), insert(holds)


def accepted(
    request: Request, asked: Sequence[Json], footprint: frozenset[str], *, at: datetime, run_at: datetime | None
) -> dict[str, Any]:
    """A row that waits for its turn; the response_url has a column of its own, so that it can be dropped."""
    return {
        **_row(request, asked, at),
        "response_url": request.response_url,
        "footprint": sorted(footprint),
        "state": State.WAITING,
        "run_at": run_at or at,
        "due_at": run_at,
    }


def scheduled(follow_up: FollowUp, of: Entry, *, at: datetime) -> dict[str, Any]:
    """A row that waits for its time, and touches what the change did that it follows."""
    row = accepted(follow_up.request, follow_up.asked, of.footprint, at=at, run_at=follow_up.due_at)
    return {
        **row,
        "state": State.SCHEDULED,
        "run_at": follow_up.run_at,
        "rule": of.rule,
        "policy": of.policy,
        "about": of.id,
    }


def refused(
    request: Request, asked: Sequence[Json], outcome: Json, *, policy: str | None, at: datetime
) -> dict[str, Any]:
    """A row that has ended and is told."""
    ended = {"state": State.REFUSED, "outcome": outcome, "run_at": at, "ended_at": at, "told_at": at, "policy": policy}
    return {**_row(request, asked, at), "footprint": [], **ended}


def _row(request: Request, asked: Sequence[Json], at: datetime) -> dict[str, Any]:
    public = request.model_dump(mode="json", exclude={"response_url"})
    return {
        "key": request.key,
        "request": public,
        "asked": list(asked),
        "accepted_at": at,
        "attempt": 0,
        "began": False,
    }


def said(row: dict[str, Any]) -> Json:
    """What the story keeps of it, should the row be pruned."""
    return {name: row[name] for name in ("request", "asked", "footprint")}


def add(connection: Connection, row: dict[str, Any], happened: Happened) -> Accepted:
    """The entry that has the row's key, or a new one."""
    known = connection.scalar(_KNOWN, {"sought": row["key"]})
    if known is not None:
        return Accepted(id=known, fresh=False)
    number = connection.execute(_ENTRY, row).scalar_one()
    if row["footprint"]:
        connection.execute(_HOLDS, [{"name": name, "entry_id": number} for name in row["footprint"]])
    tell(connection, number, happened, by=row["request"]["user"], at=row["accepted_at"])
    return Accepted(id=number, fresh=True)


def follow(connection: Connection, follow_up: FollowUp, ended: Entry, *, at: datetime) -> None:
    """Accepted once for each key, scheduled, and about the change that ended."""
    row = scheduled(follow_up, ended, at=at)
    add(connection, row, {"accepted": said(row), "scheduled": {"run_at": follow_up.run_at.isoformat()}})


def shift(connection: Connection, wanted: Reschedule, *, by: Entry, at: datetime) -> None:
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
