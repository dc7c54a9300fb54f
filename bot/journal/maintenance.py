"""Daily: chain head to post, pruning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection, delete, exists, func, or_, select, union, update

from bot.journal.database import Database
from bot.journal.events import ChainLink, tell_of_itself
from bot.journal.models import State
from bot.journal.tables import chain, entries, events

CLAIM = timedelta(minutes=10)
"""After which whoever claimed it is taken for dead."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A head to post now, if any; and when to ask again."""

    head: ChainLink | None
    again: datetime


def next_day(at: datetime) -> datetime:
    """The midnight that ends its day, in UTC."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def claim(connection: Connection, *, at: datetime) -> Claimed:
    """Once a day, where anything happened since the last: for one caller only, until `CLAIM` is over."""
    row = connection.execute(select(chain).where(chain.c.id == 1).with_for_update()).one()
    if row.number == row.posted or at < next_day(row.posted_at):
        return Claimed(None, next_day(at))
    free = or_(chain.c.claimed_until.is_(None), chain.c.claimed_until <= at)
    taking = update(chain).where(chain.c.id == 1, chain.c.posted == row.posted, free)
    if connection.execute(taking.values(claimed_until=at + CLAIM)).rowcount:
        return Claimed(ChainLink(row.number, row.hash), next_day(at))
    return Claimed(None, row.claimed_until)


def give_back(connection: Connection) -> None:
    """It could not be posted."""
    connection.execute(update(chain).where(chain.c.id == 1).values(claimed_until=None))


def posted(connection: Connection, head: ChainLink, *, at: datetime) -> None:
    """It stands in Slack."""
    done = update(chain).where(chain.c.id == 1, chain.c.posted < head.number)
    connection.execute(done.values(posted=head.number, posted_at=at, claimed_until=None))


_Key: TypeAlias = tuple[Any, ...]
AT_ONCE = 1000
"""Rows in one commit: Slack's three seconds go on for everybody else."""


def prune(database: Database, *, before: datetime, at: datetime) -> None:
    """Events up to the first that is needed, then entries that nothing needs; raise JournalUnavailable."""
    with database.reading() as connection:
        last = _last_to_go(connection, before)
    while last is not None:
        with database.writing() as connection:
            if not _cut(connection, last, before=before, at=at):
                break
    _sweep(database, before)


def _last_to_go(connection: Connection, before: datetime) -> int | None:
    """None where there would be nothing to go but the journal's own events: a quiet journal stays quiet."""
    young = select(events.c.id).where(events.c.at >= before).order_by(events.c.id).limit(1)
    first = connection.scalar(young) or connection.scalars(select(chain.c.number)).one() + 1
    untold = select(entries.c.id).where(entries.c.told_at.is_(None))
    going_on = select(events.c.entry_id).where(events.c.id >= first, events.c.entry_id.is_not(None))
    needed = connection.scalar(select(func.min(events.c.id)).where(events.c.entry_id.in_(union(untold, going_on))))
    last = min(first, needed or first) - 1
    of_entries = select(events.c.id).where(events.c.id <= last, events.c.entry_id.is_not(None)).limit(1)
    return last if connection.scalar(of_entries) is not None else None


def _cut(connection: Connection, last: int, *, before: datetime, at: datetime) -> bool:
    """The next lot, and the event that tells of it; False: all is gone."""
    pruned = connection.scalars(select(chain.c.pruned).where(chain.c.id == 1).with_for_update()).one()
    through = min(last, pruned + AT_ONCE)
    if through <= pruned:
        return False
    hash = connection.scalars(select(events.c.hash).where(events.c.id == through)).one()
    connection.execute(delete(events).where(events.c.id <= through))
    connection.execute(update(chain).where(chain.c.id == 1).values(pruned=through, pruned_hash=hash))
    told = {"through": through, "hash": hash, "count": through - pruned, "before": before.isoformat()}
    tell_of_itself(connection, "pruned", told, at=at)
    return True


def _sweep(database: Database, before: datetime) -> None:
    later = entries.alias("later")
    storyless = ~exists().where(events.c.entry_id == entries.c.id) & ~exists().where(later.c.about == entries.c.id)
    with database.reading() as connection:
        old = set(connection.scalars(select(entries.c.id).where(entries.c.told_at < before, storyless)))
        gone = sorted(old - set(_last_changes(connection))) if old else []
    for start in range(0, len(gone), AT_ONCE):
        with database.writing() as connection:
            connection.execute(delete(entries).where(entries.c.id.in_(gone[start : start + AT_ONCE])))


def _last_changes(connection: Connection) -> Iterator[int]:
    """The last of each person in each place and of each target, which may yet be taken back; also of those as made."""
    columns = (entries.c.id, entries.c.request, entries.c.plan, entries.c.about)
    done = select(*columns).where(entries.c.state == State.DONE).order_by(entries.c.id.desc())
    seen, seen_as_made, followed = set[_Key](), set[_Key](), set[int]()
    for row in connection.execute(done, execution_options={"yield_per": AT_ONCE}):
        keys = {_place(row.request), *map(_target, (row.plan or {}).get("changes", ()))}
        as_made = row.about is None and row.id not in followed
        if not keys <= seen or (as_made and not keys <= seen_as_made):
            yield row.id
        seen |= keys
        seen_as_made |= keys if as_made else set()
        followed |= {row.about} - {None}


def _place(request: dict[str, Any]) -> _Key:
    return ("by", request["team"], request["user"], request["channel"])


def _target(change: dict[str, Any]) -> _Key:
    target = change["target"]
    return ("target", target["id"] or target["name"])
