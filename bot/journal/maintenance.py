"""Daily maintenance: which chain head is to be posted, and pruning of old events and entries."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, delete, exists, func, select, union, update

from bot.journal.database import Database
from bot.journal.events import PARK, ChainLink, append
from bot.journal.models import State
from bot.journal.tables import chain, entries, events, lease_expired, not_notified

HEAD_LEASE = timedelta(minutes=10)
"""How long one process may take to post a head; then another one tries."""
BATCH_SIZE = 1000
"""Rows deleted in one transaction: requests from Slack, which allows 3 s, wait for it."""


class HeadClaim(NamedTuple):
    """The head to post now, or None; and when to try again."""

    head: ChainLink | None
    retry_at: datetime


def next_midnight(at: datetime) -> datetime:
    """Returns the next midnight in UTC."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def claim_head(connection: Connection, *, at: datetime) -> HeadClaim:
    """Leases the posting of the head to the caller, if there are new events and none was posted today."""
    row = connection.execute(select(chain).where(chain.c.id == 1).with_for_update()).one()
    if row.number == row.posted or at < next_midnight(row.posted_at):
        return HeadClaim(None, next_midnight(at))
    free = lease_expired(chain.c.lease_until, at)
    claiming = update(chain).where(chain.c.id == 1, chain.c.posted == row.posted, free)
    if connection.execute(claiming.values(lease_until=at + HEAD_LEASE)).rowcount:
        return HeadClaim(ChainLink(row.number, row.hash), next_midnight(at))
    return HeadClaim(None, row.lease_until)


def release_head(connection: Connection) -> None:
    """Gives up the lease, after a head could not be posted."""
    connection.execute(update(chain).where(chain.c.id == 1).values(lease_until=None))


def record_posted_head(connection: Connection, head: ChainLink, *, at: datetime) -> None:
    """Records that the head was posted to Slack, and gives up the lease."""
    earlier = update(chain).where(chain.c.id == 1, chain.c.posted < head.number)
    connection.execute(earlier.values(posted=head.number, posted_at=at, lease_until=None))


def prune(database: Database, *, before: datetime, at: datetime) -> None:
    """Deletes events from before a time, and then the entries that nothing needs any more.

    Events are deleted from the start of the chain only, up to the first event of an entry that is unfinished or has
    later events.

    Raises:
        JournalUnavailable: what was deleted until then stays deleted.
    """
    with database.reading() as connection:
        last = _last_prunable_event(connection, before)
    while last is not None:
        with database.writing() as connection:
            if not _prune_batch(connection, last, before=before, at=at):
                break
    _delete_entries(database, before)


def _last_prunable_event(connection: Connection, before: datetime) -> int | None:
    """Returns None also if only the journal's own events could go: pruning those would add another such event."""
    recent = select(events.c.id).where(events.c.at >= before).order_by(events.c.id).limit(1)
    first_recent = connection.scalar(recent) or connection.scalars(select(chain.c.number)).one() + 1
    unfinished = select(entries.c.id).where(not_notified)
    continued = select(events.c.entry_id).where(events.c.id >= first_recent, events.c.entry_id.is_not(None))
    of_needed = events.c.entry_id.in_(union(unfinished, continued))
    first_needed = connection.scalar(select(func.min(events.c.id)).where(of_needed))
    last = min(first_recent, first_needed or first_recent) - 1
    of_entries = select(events.c.id).where(events.c.id <= last, events.c.entry_id.is_not(None)).limit(1)
    return last if connection.scalar(of_entries) is not None else None


def _prune_batch(connection: Connection, last: int, *, before: datetime, at: datetime) -> bool:
    """Deletes the next events and appends an event about that; returns False if none is left."""
    pruned = connection.scalars(select(chain.c.pruned).where(chain.c.id == 1).with_for_update()).one()
    through = min(last, pruned + BATCH_SIZE)
    if through <= pruned:
        return False
    hash = connection.scalars(select(events.c.hash).where(events.c.id == through)).one()
    connection.execute(delete(events).where(events.c.id <= through))
    connection.execute(update(chain).where(chain.c.id == 1).values(pruned=through, pruned_hash=hash))
    data = {"through": through, "hash": hash, "count": through - pruned, "before": before.isoformat()}
    append(connection, [{"entry_id": None, "at": at, "what": "pruned", "by": PARK, "data": data}])
    return True


def _delete_entries(database: Database, before: datetime) -> None:
    """Deletes finished entries without events that no other entry and no undo refers to."""
    later = entries.alias("later")
    has_events = exists().where(events.c.entry_id == entries.c.id)
    is_referred_to = exists().where(later.c.about == entries.c.id)
    deletable = select(entries.c.id).where(entries.c.notified_at < before, ~has_events, ~is_referred_to)
    with database.reading() as connection:
        old = set(connection.scalars(deletable))
        ids = sorted(old - set(_undoable_changes(connection))) if old else []
    for start in range(0, len(ids), BATCH_SIZE):
        with database.writing() as connection:
            connection.execute(delete(entries).where(entries.c.id.in_(ids[start : start + BATCH_SIZE])))


_Key: TypeAlias = tuple[Any, ...]


def _undoable_changes(connection: Connection) -> Iterator[int]:
    """Yields the changes that "undo" may refer to: the last of each user in each channel, and of each target.

    Counted twice: among all changes, and among those that neither undo another change nor were followed by one.
    """
    columns = (entries.c.id, entries.c.request, entries.c.plan, entries.c.about)
    done = select(*columns).where(entries.c.state == State.DONE).order_by(entries.c.id.desc())
    seen, seen_original, followed = set[_Key](), set[_Key](), set[int]()
    for row in connection.execute(done, execution_options={"yield_per": BATCH_SIZE}):
        keys = {_user_key(row.request), *map(_target_key, (row.plan or {}).get("changes", ()))}
        original = row.about is None and row.id not in followed
        if not keys <= seen or (original and not keys <= seen_original):
            yield row.id
        seen |= keys
        seen_original |= keys if original else set()
        followed |= {row.about} - {None}


def _user_key(request: dict[str, Any]) -> _Key:
    return ("by", request["team"], request["user"], request["channel"])


def _target_key(change: dict[str, Any]) -> _Key:
    target = change["target"]
    return ("target", target["id"] or target["name"])
