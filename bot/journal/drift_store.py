"""Drift found; state of the drift scan."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, or_, select, update

from bot.errors import LeaseLost
from bot.journal.models import Entry, Json, entry_of
from bot.journal.tables import chain, drifts, entries, events, sights, targets, unposted, watch


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundDrift:
    """A drift that has no number yet."""

    change: Json
    footprint: list[str]
    """As a request's: the folded names and the numbers that it is about, or the server."""
    facts: list[Json]
    """What was, and what is, in words."""
    anew: bool
    """Whether the group was deleted, and is another of the same name."""
    by: str | None
    since: datetime
    """When it was not so yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift(FoundDrift):
    """As it is in the journal."""

    id: int
    found_at: datetime


def add(connection: Connection, found: Iterable[FoundDrift], *, at: datetime) -> None:
    """To be posted at once."""
    if rows := [{**asdict(one), "found_at": at, "post_at": at} for one in found]:
        connection.execute(insert(drifts), rows)


def drift(connection: Connection, number: int) -> Drift | None:
    """None where there is none of that number."""
    row = connection.execute(select(drifts).where(drifts.c.id == number)).one_or_none()
    return None if row is None else _drift(dict(row._mapping))


def to_post(connection: Connection, at: datetime) -> list[Drift]:
    """Whatever is due, the oldest first."""
    due = select(drifts).where(unposted, drifts.c.post_at <= at).order_by(drifts.c.id)
    return [_drift(dict(row._mapping)) for row in connection.execute(due)]


def next_post(connection: Connection) -> datetime | None:
    """When something is to be posted next."""
    moment: datetime | None = connection.scalar(select(func.min(drifts.c.post_at)).where(unposted))
    return moment


def posted(connection: Connection, number: int, *, at: datetime) -> None:
    """It stands in Slack."""
    connection.execute(update(drifts).where(drifts.c.id == number).values(posted_at=at))


def put_off(connection: Connection, until: datetime) -> None:
    """Nothing can be posted before that."""
    connection.execute(update(drifts).where(unposted, drifts.c.post_at < until).values(post_at=until))


def _drift(row: Json) -> Drift:
    del row["post_at"], row["posted_at"]
    return Drift(**row)


CLAIM = timedelta(minutes=10)
"""After which whoever has the watch is taken for dead: longer than a look, or a post in Slack, takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanState:
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
class BaselineRow:
    """What a target is taken to look like; None: that is not known."""

    seen: Json | None
    read_at: datetime | None = None
    """When members were read last."""


def watch_of(connection: Connection) -> ScanState:
    """As it is now."""
    row = connection.execute(select(watch).where(watch.c.id == 1)).one()._mapping
    return ScanState(**{name: value for name, value in row.items() if name != "id"})


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


def sights_of(connection: Connection) -> dict[str, BaselineRow]:
    """All, by key."""
    return {row.key: BaselineRow(seen=row.seen, read_at=row.read_at) for row in connection.execute(select(sights))}


def put_sights(connection: Connection, known: dict[str, BaselineRow], new: dict[str, BaselineRow]) -> None:
    """Write what is `new` in the place of what is `known`, as far as they differ."""
    other = [key for key, sight in new.items() if known.get(key) != sight]
    gone = [*(known.keys() - new.keys()), *other]
    for start in range(0, len(gone), 500):  # both databases take as many parameters
        connection.execute(delete(sights).where(sights.c.key.in_(gone[start : start + 500])))
    if other:
        rows = [{"key": key, "seen": new[key].seen, "read_at": new[key].read_at} for key in other]
        connection.execute(insert(sights), rows)
