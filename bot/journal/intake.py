"""New entries: requests and follow-ups become rows, once per key; rescheduling and flags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.errors import StalePlan
from bot.journal.events import EventData, append_for_entry, checkpoint_events
from bot.journal.models import Accepted, Entry, FollowUp, Json, Reschedule, State
from bot.journal.prepared import Prepared, Query
from bot.journal.queue import retry_postponed
from bot.journal.tables import entries, flags, footprints
from bot.messages.request import Request

_FIND_KEY = Prepared(select(entries.c.id).where(entries.c.key == bindparam("wanted_key")))
_INSERT_ENTRY, _INSERT_FOOTPRINT = Prepared(insert(entries).returning(entries.c.id)), Prepared(insert(footprints))
_DELETE_FOOTPRINT = Prepared(delete(footprints).where(footprints.c.entry_id == bindparam("of_entry")))


def waiting_row(
    request: Request, operations: Sequence[Json], footprint: frozenset[str], *, at: datetime, run_at: datetime | None
) -> dict[str, Any]:
    """Returns the row of an accepted request; the response_url has its own column, so that it can be deleted."""
    return {
        **_row(request, operations, at),
        "response_url": request.response_url,
        "footprint": sorted(footprint),
        "state": State.WAITING,
        "run_at": run_at or at - request.age,
        "due_at": run_at,
    }


def refused_row(
    request: Request, operations: Sequence[Json], outcome: Json, *, policy: str | None, at: datetime
) -> dict[str, Any]:
    """Returns the row of a request that was refused, with nothing left to do."""
    ended = {"outcome": outcome, "run_at": at, "ended_at": at, "notified_at": at, "policy": policy}
    return {**_row(request, operations, at), "footprint": [], "state": State.REFUSED, **ended}


def _row(request: Request, operations: Sequence[Json], at: datetime) -> dict[str, Any]:
    public = request.model_dump(mode="json", exclude={"response_url"})
    return {
        "key": request.key,
        "request": public,
        "operations": list(operations),
        "accepted_at": at,
        "attempt": 0,
        "began": False,
        "failure_told": False,
    }


def request_data(row: dict[str, Any]) -> Json:
    """Returns what the first event records of a row, so that history survives the deletion of the row."""
    return {"request": row["request"], "asked": row["operations"], "footprint": row["footprint"]}


def find_key(key: str) -> Query:
    """Returns what `add` reads first."""
    return _FIND_KEY.of(wanted_key=key)


def add(connection: Connection, row: dict[str, Any], new_events: EventData) -> Accepted:
    """Inserts the row and appends its events, unless an entry has the same key."""
    known = next((one["id"] for one in find_key(row["key"]).rows(connection)), None)
    if known is not None:
        return Accepted(id=known, fresh=False)
    entry_id: int = _INSERT_ENTRY.scalar(connection, row)
    _INSERT_FOOTPRINT.send_each(connection, ({"name": name, "entry_id": entry_id} for name in row["footprint"]))
    append_for_entry(connection, entry_id, new_events, by=row["request"]["user"], at=row["accepted_at"])
    return Accepted(id=entry_id, fresh=True)


def add_follow_up(connection: Connection, follow_up: FollowUp, ended: Entry, *, at: datetime) -> None:
    """Adds a scheduled entry about the change that ended, with its footprint, rule and policy."""
    row = waiting_row(follow_up.request, follow_up.operations, ended.footprint, at=at, run_at=follow_up.due_at)
    row |= {"state": State.SCHEDULED, "run_at": follow_up.run_at}
    row |= {"rule": ended.rule, "policy": ended.policy, "about": ended.id}
    add(connection, row, {"accepted": request_data(row), "scheduled": {"run_at": follow_up.run_at.isoformat()}})


def reschedule(connection: Connection, wanted: Reschedule, *, by: Entry, at: datetime) -> None:
    """Moves or cancels a scheduled entry.

    Raises:
        Moved: the entry was started, or its time was changed since it was read.
    """
    unchanged = (
        entries.c.id == wanted.id,
        entries.c.state == State.SCHEDULED,
        entries.c.run_at == wanted.expected_run_at,
    )
    if wanted.run_at is None:
        values = {"state": State.CANCELLED, "ended_at": at, "notified_at": at, "response_url": None}
        what, data = "cancelled", dict[str, Any](by=by.id)
        free_footprint(connection, wanted.id)
    else:
        values = {"run_at": wanted.run_at, "due_at": wanted.due_at or wanted.run_at}
        values |= {"failing_since": None, "failure": None, "failure_told": False}
        what, data = "rescheduled", {"by": by.id, "run_at": wanted.run_at.isoformat()}
    if connection.execute(update(entries).where(*unchanged).values(values)).rowcount != 1:
        raise StalePlan(f"Change {wanted.id} has begun, or was given another time, meanwhile. Nothing was done.")
    append_for_entry(connection, wanted.id, {what: data}, by=by.request.user, at=at)


def move_card(connection: Connection, number: int, old: Json | None, new: Json, *, at: datetime) -> None:
    """Stores where an entry's card is now, unless it was moved since it was read."""
    stored = connection.scalar(select(entries.c.card).where(entries.c.id == number).with_for_update())
    if stored == old:
        connection.execute(update(entries).where(entries.c.id == number).values(card=new))
        append_for_entry(connection, number, checkpoint_events({"card": new}), by="redraw", at=at)


def free_footprint(connection: Connection, entry_id: int) -> None:
    """Stops the entry from blocking others whose footprints overlap with its own."""
    _DELETE_FOOTPRINT.send(connection, {"of_entry": entry_id})


def set_flag(connection: Connection, name: str, text: str | None, *, by: Entry, at: datetime) -> None:
    """Sets a flag for the whole bot; deletes it if `text` is None."""
    connection.execute(delete(flags).where(flags.c.name == name))
    if text is not None:
        connection.execute(insert(flags).values(name=name, text=text, by=by.request.user, at=at))
    else:
        retry_postponed(connection, at)  # such as the ends that waited for the pause to end
    append_for_entry(connection, by.id, {"flagged": {"name": name, "text": text}}, by=by.request.user, at=at)
