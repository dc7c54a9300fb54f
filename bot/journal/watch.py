"""The watch for drift: one replica at a time has it, and it knows which changes were made since the last look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, or_, select, update

from bot.errors import LeaseLost
from bot.journal.entry import Entry, Json
from bot.journal.rows import entry_of
from bot.journal.tables import chain, entries, events, sights, targets, watch

CLAIM = timedelta(minutes=10)
"""After which whoever has the watch is taken for dead: longer than a look, or a post in Slack, takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """As the last look left it."""

    owner: str | None
    lease_until: datetime | None
    due_at: datetime | None
    looked_at: datetime | None
    mark: int | None
    """The last event that the sights know of; None: there was no look yet."""
    skip: int
    end: bool
    doubts: dict[str, str]
    """Targets of changes whose outcome is unknown, and until when that is so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What a target is taken to look like; None: that is not known."""

    seen: Json | None
    read_at: datetime | None = None
    """When members were read last."""


def watch_of(connection: Connection) -> Watch:
    """As it is now."""
    row = connection.execute(select(watch).where(watch.c.id == 1)).one()._mapping
    return Watch(**{name: value for name, value in row.items() if name != "id"})


def take(connection: Connection, owner: str, *, at: datetime, alone: bool) -> bool:
    """For one caller only, until `CLAIM` is over; `alone`: nobody else can have it."""
    free = or_(watch.c.lease_until.is_(None), watch.c.lease_until <= at, watch.c.owner == owner, literal(alone))
    taking = update(watch).where(watch.c.id == 1, free)
    return bool(connection.execute(taking.values(owner=owner, lease_until=at + CLAIM)).rowcount)


def keep(connection: Connection, owner: str, *, at: datetime, **known: Any) -> None:
    """What is known now, and a lease that begins anew; raise LeaseLost where another has taken it."""
    values = {"lease_until": at + CLAIM, **known}
    if not connection.execute(update(watch).where(watch.c.owner == owner).values(**values)).rowcount:
        raise LeaseLost("another replica looks for drift now")


def leave(connection: Connection, owner: str) -> None:
    """Let others have it."""
    connection.execute(update(watch).where(watch.c.owner == owner).values(owner=None, lease_until=None))


def head(connection: Connection) -> int:
    """The last event there is."""
    return int(connection.scalars(select(chain.c.number)).one())


def pruned(connection: Connection) -> int:
    """The last event that is no longer there."""
    return int(connection.scalars(select(chain.c.pruned)).one())


def ended_since(connection: Connection, mark: int) -> list[Entry]:
    """Whatever was planned, and ended after that event: in the order in which it did."""
    ended = (
        select(events.c.entry_id, func.max(events.c.id).label("last"))
        .where(events.c.what == "ended", events.c.id > mark)
        .group_by(events.c.entry_id)
        .subquery()
    )
    planned = select(entries).join(ended, ended.c.entry_id == entries.c.id).where(entries.c.plan.is_not(None))
    return [entry_of(row) for row in connection.execute(planned.order_by(ended.c.last))]


def under_way(connection: Connection) -> set[str]:
    """The targets that changes are at now."""
    return set(connection.scalars(select(targets.c.target).where(targets.c.taken)))


def sights_of(connection: Connection) -> dict[str, Sight]:
    """All, by key."""
    return {row.key: Sight(seen=row.seen, read_at=row.read_at) for row in connection.execute(select(sights))}


def put_sights(connection: Connection, known: dict[str, Sight], new: dict[str, Sight]) -> None:
    """Write what is `new` in the place of what is `known`, as far as they differ."""
    other = [key for key, sight in new.items() if known.get(key) != sight]
    gone = [*(known.keys() - new.keys()), *other]
    for start in range(0, len(gone), 500):  # both databases take as many parameters
        connection.execute(delete(sights).where(sights.c.key.in_(gone[start : start + 500])))
    if other:
        rows = [{"key": key, "seen": new[key].seen, "read_at": new[key].read_at} for key in other]
        connection.execute(insert(sights), rows)
