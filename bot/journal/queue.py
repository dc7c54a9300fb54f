"""The queue of entries: which one can be claimed, and leases.

The statements at module level are built once, and the frequent ones are prepared (`bot.journal.prepared`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Exists,
    Label,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.errors import LeaseLost
from bot.journal.events import PARK, EventData, append_for_entry
from bot.journal.models import Entry, State
from bot.journal.prepared import Prepared, Query
from bot.journal.rows import UNREADABLE, entry_from_values
from bot.journal.tables import (
    UtcDateTime,
    chain,
    entries,
    events,
    footprints,
    lease_expired,
    not_notified,
    schedules,
    target_locks,
)
from bot.messages.request import Source

_NOW = bindparam("now", type_=UtcDateTime())


class Work(NamedTuple):
    """What there is to do, and when there will be something."""

    entry: int | None
    """The oldest entry that is due, unclaimed and not blocked: to be run, or ended and still to be reported."""
    occurrence: datetime | None
    """When the next occurrence of a schedule begins."""
    due: datetime | None = None
    """When the next lease expires or the next entry is due."""


def work(now: datetime, excluded_users: Collection[str] = ()) -> Query:
    """Finds what there is to do now and when there will be something, as one row of the fields of `Work`."""
    return _query(_WORK, now, excluded_users)


def find_claimable(connection: Connection, now: datetime, excluded_users: Collection[str] = ()) -> Work:
    """Returns what there is to do now; not when the next entry is due."""
    (row,) = _query(_CLAIMABLE, now, excluded_users).rows(connection)
    return Work(**row)


def _query(variants: "_Variants", now: datetime, excluded_users: Collection[str]) -> Query:
    if excluded_users:
        return variants.of_other_users.of(now=now, excluded=list(excluded_users))
    return variants.of_all.of(now=now)


def _is_due(due_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(due_at.is_(None), due_at <= _NOW)


def _blocked_by_footprint() -> Exists:
    """Condition that an entry with an overlapping footprint goes first: one that was started, or an earlier one.

    Ended entries have no rows in `footprints`, so they neither block nor are blocked. An earlier entry that is not due
    yet does not block. An end is not blocked by a change that could not be planned yet: that one waits for it.
    """
    own, others, other = footprints.alias("mine"), footprints.alias("theirs"), entries.alias("other")
    overlapping = and_(
        own.c.entry_id == entries.c.id,
        others.c.name == own.c.name,
        others.c.entry_id != own.c.entry_id,
        other.c.id == others.c.entry_id,
    )
    is_end = entries.c.request["source"].as_string() == Source.CLOCK.value
    waits_for_end = and_(is_end, other.c.plan.is_(None), other.c.lease_until.is_(None))
    other_started = and_(other.c.attempt > 0, other.c.state != State.SCHEDULED, ~waits_for_end)
    started = and_(entries.c.attempt > 0, entries.c.state != State.SCHEDULED)
    other_earlier = and_(~started, other.c.id < entries.c.id, _is_due(other.c.due_at))
    return exists().where(overlapping, or_(other_started, other_earlier))


def _blocked_by_target_lock() -> Exists:
    """Condition that the entry waits for a target lock that another entry still holds."""
    own, others = target_locks.alias("mine"), target_locks.alias("theirs")
    return exists().where(
        own.c.entry_id == entries.c.id,
        ~own.c.held,
        others.c.target == own.c.target,
        others.c.entry_id != own.c.entry_id,
        others.c.held,
    )


def _claimable() -> Select[int]:
    unclaimed = lease_expired(entries.c.lease_until, _NOW)
    not_blocked = and_(~_blocked_by_footprint(), ~_blocked_by_target_lock())
    due = select(entries.c.id).where(not_notified, unclaimed, _is_due(entries.c.due_at), not_blocked)
    return due.order_by(entries.c.id).limit(1)


def _next_due_time() -> Select[datetime | None]:
    moment = func.coalesce(entries.c.lease_until, entries.c.due_at, type_=entries.c.due_at.type)
    return select(func.min(moment)).where(not_notified, moment > _NOW)


class _Variants(NamedTuple):
    """A query about the entries of all users, and one that leaves some users out."""

    of_all: Prepared[Select[Any]]
    of_other_users: Prepared[Select[Any]]


def _with_claimable(*others: Label[Any]) -> _Variants:
    """Returns the queries of one row with the entry to claim and other columns."""
    next_occurrence = select(func.min(schedules.c.next_at)).where(schedules.c.next_at.is_not(None))
    columns = next_occurrence.scalar_subquery().label("occurrence"), *others
    excluded: BindParameter[str] = bindparam("excluded", expanding=True)
    of_others = _claimable().where(entries.c.request["user"].as_string().not_in(excluded))  # few wait at a time
    return _Variants(
        Prepared(select(_claimable().scalar_subquery().label("entry"), *columns)),
        Prepared(select(of_others.scalar_subquery().label("entry"), *columns), lists=("excluded",)),
    )


_CLAIMABLE = _with_claimable()
_WORK = _with_claimable(_next_due_time().scalar_subquery().label("due"))

_RELEASE = {
    "state": case((entries.c.state == State.RUNNING, State.WAITING), else_=entries.c.state),
    "owner": None,
    "lease_until": None,
}
_LATER_UNLESS_WOKEN = case(
    (entries.c.due_at.is_distinct_from(bindparam("claimed_due_at", type_=UtcDateTime())), entries.c.due_at),
    else_=bindparam("later", type_=UtcDateTime()),
)
"""A claimed entry whose due time is no longer that of the claim was woken meanwhile (`_make_due`), and stays due."""
_POSTPONE = {"state": State.SCHEDULED, "due_at": _LATER_UNLESS_WOKEN, "owner": None, "lease_until": None}
_CLAIM_VALUES = {
    "state": case((entries.c.state.in_([State.WAITING, State.SCHEDULED]), State.RUNNING), else_=entries.c.state),
    "attempt": entries.c.attempt + 1,
}
_CLAIM = Prepared(update(entries).where(entries.c.id == bindparam("entry_id")).values(_CLAIM_VALUES).returning(entries))
_IF_CLAIMED = update(entries).where(
    entries.c.id == bindparam("entry_id"),
    entries.c.owner == bindparam("claimed_by"),
    entries.c.attempt == bindparam("claimed_attempt"),
)
_IF_NOT_NOTIFIED = _IF_CLAIMED.where(not_notified)
IF_NOT_NOTIFIED = Prepared(_IF_NOT_NOTIFIED)
"""Update of a claimed entry whose outcome was not reported; as RELEASE and the IF ones, for `update_claimed`."""
RELEASE = Prepared(_IF_NOT_NOTIFIED.values(_RELEASE))
"""Also gives up the claim."""
POSTPONE = Prepared(_IF_NOT_NOTIFIED.values(_POSTPONE))
"""Gives up the claim of a scheduled entry until `later`; as the next, for `postpone`."""
POSTPONE_REPORT = Prepared(_IF_NOT_NOTIFIED.values(_RELEASE | {"due_at": _LATER_UNLESS_WOKEN}))
"""Gives up the claim until `later`, and keeps the place in the queue."""
IF_NOT_ENDED = Prepared(
    _IF_NOT_NOTIFIED.where(
        or_(entries.c.state.in_([State.RUNNING, State.UNKNOWN]), entries.c.state == bindparam("same_state"))
    )
)
"""Update of a claimed entry that has not ended, or has ended in the same state: an earlier commit was in doubt."""
IF_ENDED = Prepared(_IF_CLAIMED.where(entries.c.ended_at.is_not(None)))
"""Update of a claimed entry that has ended."""


def claim(connection: Connection, entry_id: int, owner: str, *, at: datetime, until: datetime) -> Entry:
    """Gives the entry a lease and counts the attempt; an ended entry keeps its state.

    Only the first claim is an event: an entry that waits for the PBX or Slack is claimed again and again.
    """
    (values,) = _CLAIM.rows(connection, {"entry_id": entry_id, "owner": owner, "lease_until": until})
    entry = entry_from_values(values)
    if entry.attempt == 1:
        append_for_entry(connection, entry_id, {"claimed": {"attempt": entry.attempt}}, by=owner, at=at)
    return entry


def update_claimed(
    connection: Connection,
    entry: Entry,
    values: dict[str, Any],
    statement: Prepared[Update] = IF_NOT_NOTIFIED,
    *,
    new_events: EventData,
    at: datetime,
) -> None:
    """Writes columns of a claimed entry and appends events.

    Raises:
        LeaseLost: the entry was claimed again since, or the condition of `statement` does not hold; on PostgreSQL
            perhaps only when the transaction ends, of which nothing is kept then.
    """
    claimed = {"entry_id": entry.id, "claimed_by": entry.owner, "claimed_attempt": entry.attempt}
    lost = LeaseLost(f"Change {entry.id} is no longer in the hands of {entry.owner}, attempt {entry.attempt}")
    if entry.owner is None:
        raise lost
    statement.send_if(connection, claimed | values, lost)
    append_for_entry(connection, entry.id, new_events, by=entry.owner, at=at)


def postpone(
    connection: Connection, entry: Entry, later: datetime, statement: Prepared[Update], *, at: datetime
) -> None:
    """Gives up the claim until `later`, or for now if the entry was woken since it was claimed.

    Args:
        statement: POSTPONE or POSTPONE_REPORT.

    Raises:
        LeaseLost: as for `update_claimed`.
    """
    update_claimed(connection, entry, {"claimed_due_at": entry.due_at, "later": later}, statement, new_events={}, at=at)


def retry_postponed(connection: Connection, now: datetime) -> None:
    """Makes every entry due that is past its time."""
    waits = or_(
        entries.c.state == State.SCHEDULED, and_(entries.c.lease_until.is_not(None), entries.c.ended_at.is_(None))
    )
    _make_due(connection, and_(waits, entries.c.run_at <= now), now)


def _make_due(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Makes entries due now that would be due later, or are claimed and may be postponed, and are not finished.

    What an attempt that is under way has met may be what has just changed: `postpone` then leaves the entry due.
    """
    later = and_(not_notified, which, or_(entries.c.due_at > now, entries.c.lease_until.is_not(None)))
    connection.execute(update(entries).where(later).values(due_at=now))


def last_entry(connection: Connection) -> int:
    """Returns the id of the entry that was accepted last; 0 if there is none."""
    return connection.scalar(select(func.max(entries.c.id))) or 0


def keep_due(connection: Connection, last_entry: int, *, seen: datetime, now: datetime, lease: timedelta) -> None:
    """Has what was due at `seen` be due at `now`, to which the clock was set back, and shortens leases to `lease`.

    The end of a temporary change whose time had come is given the present as its time, so that it is made.

    Args:
        last_entry: id of the last entry that was accepted before the clock was set back.
    """
    claimed = and_(not_notified, entries.c.lease_until > now + lease)
    connection.execute(update(entries).where(claimed).values(lease_until=now + lease))
    moved = and_(not_notified, entries.c.id <= last_entry, entries.c.run_at > now, entries.c.run_at <= seen)
    for entry_id in connection.scalars(select(entries.c.id).where(moved, entries.c.ended_at.is_(None))).all():
        connection.execute(update(entries).where(entries.c.id == entry_id).values(run_at=now))
        what = {"rescheduled": {"by": PARK, "run_at": now.isoformat()}}
        append_for_entry(connection, entry_id, what, by=PARK, at=now)
    _make_due(connection, and_(entries.c.id <= last_entry, entries.c.run_at <= now), now)


def time_of_last_event(connection: Connection) -> datetime | None:
    """Returns when the last event was recorded; None if there is none, or it can't be read."""
    last = select(events.c.at).where(events.c.id == select(chain.c.number).scalar_subquery())
    try:
        moment: datetime | None = connection.scalar(last)
    except UNREADABLE:
        return None
    return moment


def retry_untold(connection: Connection, now: datetime) -> None:
    """Makes every ended entry due whose outcome is still to be reported."""
    _make_due(connection, entries.c.ended_at.is_not(None), now)


_is_claimed = and_(not_notified, entries.c.lease_until.is_not(None))
_CLAIMED = Prepared(select(entries.c.id, entries.c.owner).where(_is_claimed))


def release_all(connection: Connection, *, at: datetime) -> None:
    """Releases every claim, for a process that knows that it is the only one."""
    released = _CLAIMED.rows(connection, {})
    if not released:
        return
    connection.execute(update(entries).where(_is_claimed).values(_RELEASE))
    for one in released:
        append_for_entry(connection, one["id"], {"released": {"owner": one["owner"]}}, by="restart", at=at)
