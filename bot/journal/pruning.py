"""Pruning: deletes old events and entries in batches, and keeps what is still needed provable.

Events are pruned from the start of the chain. Those of an entry that is still needed stay, each with the hash of the
event before it (`previous`); a digest of all that stay is in the event that records the pruning, so that the chain
covers them.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, select, update

from bot.journal.database import Database
from bot.journal.events import PARK, append
from bot.journal.models import ScheduleState, State
from bot.journal.rows import UNREADABLE, read_rows
from bot.journal.tables import chain, changed_targets, entries, events, schedules, set_aside

BATCH_SIZE = 1000
"""Rows read, or deleted, in one transaction: requests from Slack, which allows 3 s, wait for it."""
PAUSE = 0.02
"""Seconds between two batches, in which others write."""
_FIRST_ABOVE_ALL = 2**62


def prune(database: Database, *, before: datetime, at: datetime, should_stop: Callable[[], bool]) -> None:
    """Deletes events from before a time, and then the entries that nothing needs any more.

    An entry is needed, with all of its events, if it is unfinished, if something happened to it since, if "undo" may
    refer to it, or if an entry refers to it that is needed itself; so is a schedule until it ends, with its latest
    occurrence.

    Raises:
        JournalUnavailable: what was deleted until then stays deleted.
    """
    if not _is_due(database, before):
        return
    survey = _survey(database, before, should_stop)
    batches = (_prune_kept, _prune_next)
    for prune_batch in batches:
        while not should_stop():
            with database.writing() as connection:
                if not prune_batch(connection, survey.needed, before=before, at=at):
                    break
            time.sleep(PAUSE)
    _delete_entries(database, survey.deletable, should_stop)


def kept_digest(rows: Iterable[Any]) -> str:
    """Returns the digest of events that stay, from `id`, `previous` and `hash` of each, in their order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.id}:{row.previous}:{row.hash}\n".encode())
    return digest.hexdigest()


def read_kept(connection: Connection, pruned: int) -> Sequence[Any]:
    """Returns `id`, `entry_id`, `previous` and `hash` of the events that stayed when those around them were pruned."""
    kept = select(events.c.id, events.c.entry_id, events.c.previous, events.c.hash).where(events.c.id <= pruned)
    return connection.execute(kept.order_by(events.c.id)).all()


def _is_due(database: Database, before: datetime) -> bool:
    with database.reading() as connection:
        pruned = connection.scalars(select(chain.c.pruned).where(chain.c.id == 1)).one()
        first = connection.execute(
            select(events.c.at).where(events.c.id > pruned).order_by(events.c.id).limit(1)
        ).first()
        kept = connection.scalar(select(events.c.id).where(events.c.id <= pruned).limit(1))
    return kept is not None or (first is not None and first.at < before)


class _Survey(NamedTuple):
    needed: Collection[int]
    """Ids of the entries that stay."""
    deletable: Sequence[int]
    """Ids of the old entries that do not."""


def _survey(database: Database, before: datetime, should_stop: Callable[[], bool]) -> _Survey:
    """Reads all entries, the newest first, each batch in a transaction of its own."""
    with database.reading() as connection:
        needed = set(connection.scalars(select(set_aside.c.entry_id)))
        standing = select(schedules.c.number, schedules.c.latest).where(schedules.c.state != ScheduleState.ENDED)
        needed |= {number for row in connection.execute(standing) for number in row if number is not None}
    deletable, undoable = list[int](), _UndoableChanges()
    for rows, unreadable in _read_entries(database, should_stop):
        needed |= set(unreadable)
        for row in rows:
            may_be_undone = row.state == State.DONE and undoable.includes(row)
            if may_be_undone or row.notified_at is None or row.notified_at >= before:
                needed.add(row.id)
            if row.id not in needed:
                deletable.append(row.id)
            elif row.about is not None:
                needed.add(row.about)  # an earlier one, which is read later
    return _Survey(needed, deletable)


def _read_entries(
    database: Database, should_stop: Callable[[], bool]
) -> Iterator[tuple[Sequence[Row[Any]], Sequence[int]]]:
    """Yields batches of rows, and the ids of the unreadable ones among them."""
    columns = (entries.c.id, entries.c.state, entries.c.about, entries.c.notified_at, entries.c.request, entries.c.plan)
    query = select(*columns).where(entries.c.id < bindparam("lowest")).order_by(entries.c.id.desc()).limit(BATCH_SIZE)
    lowest = _FIRST_ABOVE_ALL
    while not should_stop():
        with database.reading() as connection:
            rows, unreadable = read_rows(connection, query, entries.c.id, {"lowest": lowest})
        if not rows and not unreadable:
            return
        yield rows, unreadable
        lowest = min([row.id for row in rows] + unreadable)


_Key: TypeAlias = tuple[Any, ...]


class _UndoableChanges:
    """The changes that "undo" may refer to: the last of each user in each channel, and of each target.

    Counted twice: among all changes, and among those that neither undo another change nor were followed by one.
    """

    def __init__(self) -> None:
        self._seen, self._seen_original, self._followed = set[_Key](), set[_Key](), set[int]()

    def includes(self, row: Row[Any]) -> bool:
        """Returns whether "undo" may refer to a change; to be called for each change, the newest first."""
        try:
            keys = {_user_key(row.request), *map(_target_key, (row.plan or {}).get("changes", ()))}
        except UNREADABLE:
            return True
        original = row.about is None and row.id not in self._followed
        found = not keys <= self._seen or (original and not keys <= self._seen_original)
        self._seen |= keys
        self._seen_original |= keys if original else set()
        self._followed |= {row.about} - {None}
        return found


def _user_key(request: dict[str, Any]) -> _Key:
    return ("by", request["team"], request["user"], request["channel"])


def _target_key(change: dict[str, Any]) -> _Key:
    target = change["target"]
    return ("target", target["id"] or target["name"])


def _prune_next(connection: Connection, needed: Collection[int], *, before: datetime, at: datetime) -> bool:
    """Prunes the next events of the chain; returns False if none is left.

    The journal's own events go only with others: each pruning adds another such event.
    """
    row = connection.execute(select(chain.c.pruned, chain.c.pruned_hash).where(chain.c.id == 1).with_for_update()).one()
    columns = select(events.c.id, events.c.entry_id, events.c.at, events.c.hash)
    found = connection.execute(columns.where(events.c.id > row.pruned).order_by(events.c.id).limit(BATCH_SIZE)).all()
    old = list(found[: next((number for number, one in enumerate(found) if one.at >= before), len(found))])
    needed = _needed_of(connection, old, needed, before)
    going = [one.id for one in old if one.entry_id not in needed]
    if not any(one.entry_id is not None and one.entry_id not in needed for one in old) and len(old) < BATCH_SIZE:
        return False
    hashes = [row.pruned_hash, *(one.hash for one in old)]
    staying = [
        {"event": one.id, "before": previous}
        for one, (previous, _) in zip(old, pairwise(hashes), strict=True)
        if one.entry_id in needed
    ]
    if staying:
        connection.execute(_KEEP, staying)
    _record(connection, going, through=old[-1].id, hash=old[-1].hash, before=before, at=at)
    return True


_KEEP = update(events).where(events.c.id == bindparam("event")).values(previous=bindparam("before"))


def _needed_of(
    connection: Connection, old: Sequence[Any], needed: Collection[int], before: datetime
) -> Collection[int]:
    """Returns which entries of these events are needed: also those to which something happened since the survey."""
    ids = {one.entry_id for one in old} - {None}
    continued = select(events.c.entry_id).where(events.c.entry_id.in_(ids), events.c.at >= before).distinct()
    unfinished = select(entries.c.id).where(entries.c.id.in_(ids), entries.c.notified_at.is_(None))
    return {*ids.intersection(needed), *connection.scalars(continued), *connection.scalars(unfinished)}


def _prune_kept(connection: Connection, needed: Collection[int], *, before: datetime, at: datetime) -> bool:
    """Deletes events that stayed earlier and whose entries are no longer needed; returns False if there are none."""
    row = connection.execute(select(chain.c.pruned, chain.c.pruned_hash).where(chain.c.id == 1).with_for_update()).one()
    kept = [one for one in read_kept(connection, row.pruned) if one.entry_id not in needed][:BATCH_SIZE]
    still_needed = _needed_of(connection, kept, needed, before)
    going = [one.id for one in kept if one.entry_id not in still_needed]
    if going:
        _record(connection, going, through=row.pruned, hash=row.pruned_hash, before=before, at=at)
    return bool(going)


def _record(
    connection: Connection, going: Sequence[int], *, through: int, hash: str, before: datetime, at: datetime
) -> None:
    """Deletes events, and appends the event about that."""
    connection.execute(delete(events).where(events.c.id.in_(going)))
    connection.execute(update(chain).where(chain.c.id == 1).values(pruned=through, pruned_hash=hash))
    kept = read_kept(connection, through)
    data = {"through": through, "hash": hash, "count": len(going), "before": before.isoformat()}
    data |= {"kept": len(kept), "kept_digest": kept_digest(kept)} if kept else {}
    append(connection, [{"entry_id": None, "at": at, "what": "pruned", "by": PARK, "data": data}])


def _delete_entries(database: Database, ids: Sequence[int], should_stop: Callable[[], bool]) -> None:
    """Deletes entries without events, unless another entry has come to refer to one meanwhile."""
    later = entries.alias("later")
    has_events = exists().where(events.c.entry_id == entries.c.id)
    is_referred_to = exists().where(later.c.about == entries.c.id)
    deletable = ~has_events, ~is_referred_to
    for start in range(0, len(ids), BATCH_SIZE):
        if should_stop():
            return
        with database.writing() as connection:
            going = and_(*deletable, entries.c.id.in_(ids[start : start + BATCH_SIZE]))
            going_ids = select(entries.c.id).where(going)
            connection.execute(delete(schedules).where(schedules.c.number.in_(going_ids)))
            connection.execute(delete(changed_targets).where(changed_targets.c.entry_id.in_(going_ids)))
            connection.execute(delete(entries).where(going))
        time.sleep(PAUSE)
