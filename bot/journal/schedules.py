"""Recurring schedules: their rows, and their occurrences, which become entries when they are due."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, collate, func, insert, select, update

from bot.journal.events import PARK, append_for_entry
from bot.journal.intake import add, request_data, waiting_row
from bot.journal.models import Json, ScheduleState, ScheduleUpdate, StoredSchedule
from bot.journal.prepared import Prepared
from bot.journal.tables import UtcDateTime, entries, row_values, schedules
from bot.messages.request import Request, Source

BATCH_SIZE = 50
"""Occurrences that become entries in one transaction at most: requests from Slack wait for it."""
RECORDED = ("state", "recurrence", "operation", "request")
"""Columns that the events of a schedule record, and that `audit verify` compares."""
_LAST_CHARACTER = chr(0x10FFFF)
_STANDING = schedules.c.state != ScheduleState.ENDED

_IS_DUE = schedules.c.next_at <= bindparam("now", type_=UtcDateTime())
_DUE = (
    select(schedules, entries.c.footprint, entries.c.rule, entries.c.policy)
    .join(entries, entries.c.id == schedules.c.number)
    .where(_IS_DUE)
    .order_by(schedules.c.next_at, schedules.c.number)
    .limit(BATCH_SIZE)
)
_NEXT_AT = Prepared(select(func.min(schedules.c.next_at)).where(schedules.c.next_at.is_not(None)))
_TAKE = (
    update(schedules)
    .where(schedules.c.number == bindparam("of"), schedules.c.next_at == bindparam("expected", type_=UtcDateTime()))
    .values(next_at=None, waits_for=None, begun=schedules.c.begun + 1)
)
_MOVE = (
    update(schedules)
    .where(schedules.c.number == bindparam("of"), schedules.c.next_at == bindparam("expected", type_=UtcDateTime()))
    .values(next_at=bindparam("then", type_=UtcDateTime()))
)
_SET_LATEST = update(schedules).where(schedules.c.number == bindparam("of")).values(latest=bindparam("entry"))


def begin_due(connection: Connection, now: datetime) -> bool:
    """Turns occurrences that are due into entries; returns whether there may be more.

    Whoever takes `next_at` away accepts the entry in the same commit, so each occurrence is accepted once.
    """
    rows = connection.execute(_DUE, {"now": now}).all()
    for row in rows:
        number, next_at = row._mapping[schedules.c.number], row.next_at
        if connection.execute(_TAKE, {"of": number, "expected": next_at}).rowcount == 1:
            entry = _accept(connection, number, row, at=now)
            connection.execute(_SET_LATEST, {"of": number, "entry": entry})
    return len(rows) == BATCH_SIZE


def _accept(connection: Connection, number: int, row: Row[Any], *, at: datetime) -> int:
    holder = Request.model_validate(row._mapping[schedules.c.request])
    key = f"{occurrence_prefix(holder.team, number)}{row.begun + 1}"
    update = {"key": key, "source": Source.SCHEDULE, "schedule": number, "asked_at": row.next_at}
    request, footprint = holder.model_copy(update=update), frozenset(row.footprint)
    new = waiting_row(request, [row._mapping[schedules.c.operation]], footprint, at=at, run_at=row.next_at)
    new |= {"rule": row.rule, "policy": row.policy}
    return add(connection, new, {"accepted": request_data(new), "scheduled": {"run_at": row.next_at.isoformat()}}).id


def occurrence_prefix(team: str, number: int) -> str:
    """Returns what the keys of all occurrences of a schedule begin with."""
    return f"{team}:schedule {number}, occurrence "


def move_next(connection: Connection, number: int, *, expected: datetime, next_at: datetime) -> bool:
    """Stores when a schedule recurs next; returns False if that has changed since it was read."""
    values = {"of": number, "expected": expected, "then": next_at}
    return connection.execute(_MOVE, values).rowcount == 1


def next_time(connection: Connection) -> datetime | None:
    """Returns when the next occurrence of any schedule is due."""
    moment: datetime | None = _NEXT_AT.scalar(connection, {})
    return moment


def store(connection: Connection, wanted: ScheduleUpdate, *, by: str = PARK, at: datetime) -> None:
    """Stores a new schedule, or new values of one, with an event of what people decided."""
    values = dict(wanted.values)
    if wanted.is_new:
        connection.execute(insert(schedules).values(number=wanted.number, begun=0, **values))
    else:
        if "next_at" in values and "state" not in values:
            is_active = schedules.c.state == ScheduleState.ACTIVE
            values["next_at"] = case((is_active, bindparam("then", values["next_at"], UtcDateTime())), else_=None)
        connection.execute(update(schedules).where(schedules.c.number == wanted.number).values(values))
    recorded = {name: value for name, value in wanted.values.items() if name in RECORDED}
    if recorded:
        append_for_entry(connection, wanted.number, {"schedule": recorded}, by=by, at=at)


def read(connection: Connection, number: int) -> StoredSchedule | None:
    """Returns a schedule; None if there is none of this number."""
    row = connection.execute(select(schedules).where(schedules.c.number == number)).one_or_none()
    return None if row is None else _from_row(row)


def read_standing(connection: Connection, numbers: Collection[int] | None = None) -> list[StoredSchedule]:
    """Returns the schedules that are active or paused, the next one first, or those of them with these numbers."""
    query = select(schedules).where(_STANDING).order_by(schedules.c.next_at.nulls_last(), schedules.c.number)
    if numbers is not None:
        query = query.where(schedules.c.number.in_(numbers))
    return [_from_row(row) for row in connection.execute(query)]


def read_beginning(connection: Connection, until: datetime, limit: int) -> list[StoredSchedule]:
    """Returns the schedules whose next occurrence begins until an instant, the next one first."""
    query = select(schedules).where(_STANDING, schedules.c.next_at <= until)
    found = connection.execute(query.order_by(schedules.c.next_at, schedules.c.number).limit(limit))
    return [_from_row(row) for row in found]


def read_parts(connection: Connection) -> list[tuple[int, frozenset[tuple[str, str]]]]:
    """Returns number and parts of each schedule that is active or paused, in the order of their making."""
    query = select(schedules.c.number, schedules.c.parts).where(_STANDING).order_by(schedules.c.number)
    return [(number, _as_parts(parts)) for number, parts in connection.execute(query)]


def read_waiting_for(connection: Connection, number: int) -> list[int]:
    """Returns the schedules whose next occurrence waits for the end of a change."""
    return list(connection.scalars(select(schedules.c.number).where(schedules.c.waits_for == number)))


def occurrences_query(team: str, number: int, collation: str) -> Any:
    """Returns the query for the entries of a schedule's occurrences, the newest first.

    Args:
        collation: that of the index of the keys.
    """
    prefix, key = occurrence_prefix(team, number), collate(entries.c.key, collation)
    query = select(entries).where(key >= prefix, key < prefix + _LAST_CHARACTER)
    return query.order_by(entries.c.id.desc())


def _as_parts(stored: list[list[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((key, part) for key, part in stored)


def _from_row(row: Row[Any]) -> StoredSchedule:
    values: Json = row_values(row, schedules)
    request, parts = Request.model_validate(values.pop("request")), _as_parts(values.pop("parts"))
    return StoredSchedule(request=request, parts=parts, **values)
