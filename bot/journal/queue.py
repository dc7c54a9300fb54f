"""Which entry is next; leases; target locks; backlog."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.errors import LeaseLost
from bot.journal.events import Happened, tell
from bot.journal.models import Entry, State, entry_of
from bot.journal.tables import UtcDateTime, chain, entries, holds, targets

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
UNENDED = UNTOLD.where(or_(entries.c.state.in_([State.RUNNING, State.UNKNOWN]), entries.c.state == bindparam("same")))
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


_ASKED_FOR = targets.c.target.in_(bindparam("wanted", expanding=True))
_HELD_TARGETS = select(targets.c.target).where(_ASKED_FOR, targets.c.taken).limit(1)
_TARGETS, _LET_GO = insert(targets), delete(targets).where(targets.c.entry_id == bindparam("number"))


def take_targets(connection: Connection, number: int, wanted: Collection[str]) -> bool:
    """All of them; or none, and wait: whoever waits has nothing, so that no two wait for each other."""
    let_go(connection, number)
    free = connection.scalar(_HELD_TARGETS, {"wanted": list(wanted)}) is None
    if wanted:
        rows = [{"target": target, "entry_id": number, "taken": free} for target in sorted(wanted)]
        connection.execute(_TARGETS, rows)
    return free


def let_go(connection: Connection, number: int) -> None:
    """Of what it had, or waited for."""
    connection.execute(_LET_GO, {"number": number})


TO_BE_TOLD = "to be told"
STATES = (*(state.value for state in State if not state.ended), TO_BE_TOLD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """`depth` has each of STATES; `oldest` is how long the one that waits longest has been due."""

    depth: dict[str, int]
    oldest: timedelta


def backlog(connection: Connection, now: datetime) -> Backlog:
    """One query of what is not done and told, by an index: however long the journal, it looks at nothing else."""
    count, since = func.count(), func.min(entries.c.run_at)
    waiting = select(entries.c.state, count, since).where(entries.c.told_at.is_(None)).group_by(entries.c.state)
    depth, oldest = dict.fromkeys(STATES, 0), now
    for state, number, run_at in connection.execute(waiting):
        depth[TO_BE_TOLD if state.ended else state.value] += number
        oldest = oldest if state.ended else min(oldest, run_at)
    return Backlog(depth=depth, oldest=now - oldest)


def try_to_write(connection: Connection) -> None:
    """What a commit needs, but for the disk: a turn, the right to write, and the tables. Nothing is left of it."""
    connection.execute(update(chain).where(chain.c.id == 1).values(posted=chain.c.posted))
    connection.rollback()
