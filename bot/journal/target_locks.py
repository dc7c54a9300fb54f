"""Locks on PBX objects that planned entries change: one entry holds that of an object, others wait for it."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.journal.prepared import Prepared, Query
from bot.journal.tables import target_locks

_HELD_LOCK = Prepared(
    select(target_locks.c.target)
    .where(
        target_locks.c.target.in_(bindparam("targets", expanding=True)),
        target_locks.c.entry_id != bindparam("of_entry"),
        target_locks.c.held,
    )
    .limit(1),
    lists=("targets",),
)
_INSERT_LOCK = Prepared(insert(target_locks))
_DELETE_LOCKS = Prepared(delete(target_locks).where(target_locks.c.entry_id == bindparam("of_entry")))


def lock_of_another(entry_id: int, targets: Collection[str]) -> Query:
    """Returns what `lock` reads first: whether another entry holds one of these locks."""
    return _HELD_LOCK.of(of_entry=entry_id, targets=sorted(targets))


def lock(connection: Connection, entry_id: int, targets: Collection[str]) -> bool:
    """Locks all targets, or registers as waiting for them and returns False if another entry holds one.

    Deadlocks are impossible: an entry that waits holds no lock.
    """
    free = not lock_of_another(entry_id, targets).rows(connection)
    unlock(connection, entry_id)
    rows = ({"target": target, "entry_id": entry_id, "held": free} for target in sorted(targets))
    _INSERT_LOCK.send_each(connection, rows)
    return free


def unlock(connection: Connection, entry_id: int) -> None:
    """Deletes the target locks that the entry holds or waits for."""
    _DELETE_LOCKS.send(connection, {"of_entry": entry_id})
