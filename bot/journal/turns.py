"""Whose turn it is: overlapping footprints in the order of acceptance, the others side by side."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Exists, Select, and_, bindparam, exists, func, or_, select

from bot.journal.entry import State
from bot.journal.tables import UtcDateTime, entries, holds, targets

NOW = bindparam("now", type_=UtcDateTime())


def claimable(connection: Connection, now: datetime, but_not: Collection[str] = ()) -> int | None:
    """The oldest that is due, in nobody's hands and not blocked: to be carried out, or ended and still to be told.

    `but_not`: people whose requests are to wait.
    """
    if but_not:
        return connection.scalar(_CLAIMABLE_OF_OTHERS, {"now": now, "busy": list(but_not)})
    return connection.scalar(_CLAIMABLE, {"now": now})


def next_moment(connection: Connection, now: datetime) -> datetime | None:
    """When, after `now`, the next lease runs out or the next entry is due."""
    return connection.scalar(_NEXT_MOMENT, {"now": now})


def _claimable() -> Select[int]:
    free = or_(entries.c.lease_until.is_(None), entries.c.lease_until <= NOW)
    return (
        select(entries.c.id)
        .where(entries.c.told_at.is_(None), free, _is_due(entries.c.due_at), ~_blocked(), ~_aims_at_what_is_taken())
        .order_by(entries.c.id)
        .limit(1)
    )


def _next_moment() -> Select[datetime | None]:
    moment = func.coalesce(entries.c.lease_until, entries.c.due_at, type_=entries.c.due_at.type)
    return select(func.min(moment)).where(entries.c.told_at.is_(None), moment > NOW)


def _blocked() -> Exists:
    """An ended entry holds nothing: it blocks nobody, and nobody keeps it from being told."""
    mine, theirs, other = holds.alias("mine"), holds.alias("theirs"), entries.alias("other")
    overlapping = and_(
        mine.c.entry_id == entries.c.id,
        theirs.c.name == mine.c.name,
        theirs.c.entry_id != mine.c.entry_id,
        other.c.id == theirs.c.entry_id,
    )
    scheduled = other.c.state == State.SCHEDULED
    begun = and_(other.c.attempt > 0, ~scheduled)
    earlier = and_(~_begun(), other.c.id < entries.c.id, _is_due(other.c.due_at))
    return exists().where(overlapping, or_(begun, earlier))


def _aims_at_what_is_taken() -> Exists:
    """It was planned, and another change was at one of its targets: it is when that one has ended."""
    mine, theirs = targets.alias("mine"), targets.alias("theirs")
    return exists().where(
        mine.c.entry_id == entries.c.id,
        ~mine.c.taken,
        theirs.c.target == mine.c.target,
        theirs.c.entry_id != mine.c.entry_id,
        theirs.c.taken,
    )


def _begun() -> ColumnElement[bool]:
    """Carried on before those that came earlier: they wait for it."""
    return and_(entries.c.attempt > 0, entries.c.state != State.SCHEDULED)


def _is_due(due_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Of one not begun: what is for tomorrow keeps nobody waiting today, and takes its place when it is due."""
    return or_(due_at.is_(None), due_at <= NOW)


_CLAIMABLE, _NEXT_MOMENT = _claimable(), _next_moment()
"""Made once: to put them together takes longer than to run them."""
_CLAIMABLE_OF_OTHERS = _CLAIMABLE.where(
    entries.c.request["user"].as_string().not_in(bindparam("busy", expanding=True))
)  # no index: what waits is few
