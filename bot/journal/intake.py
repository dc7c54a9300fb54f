"""How a request becomes an entry: once for each key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from bot.journal.entry import Accepted, Entry, FollowUp, Json, State
from bot.journal.story import Happened, tell
from bot.journal.tables import entries, holds
from bot.request import Request

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
