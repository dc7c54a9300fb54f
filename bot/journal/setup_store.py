"""Storage of snapshots of the whole set-up: each as the difference to the one before, and now and then a whole one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from bot.journal.models import Entry, Json, State
from bot.journal.rows import entries_from_rows, read_rows
from bot.journal.tables import drifts, entries, setup_snapshots

WHOLE_EVERY = 30
"""A snapshot of which that many are differences to each other is read with few rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSnapshot:
    """A snapshot with the differences that lead to it, the first of which is a whole one."""

    id: int
    taken_at: datetime
    taken_by: str
    differences: tuple[Json, ...]


def add_snapshot(connection: Connection, difference: Json, *, base: int | None, by: str, at: datetime) -> int:
    """Stores a snapshot and returns its number."""
    row = {"base": base, "taken_at": at, "taken_by": by, "difference": difference}
    return int(connection.execute(insert(setup_snapshots).values(row).returning(setup_snapshots.c.id)).scalar_one())


def latest_snapshot(connection: Connection, before: datetime | None = None) -> StoredSnapshot | None:
    """Returns the latest snapshot, or the latest one that was taken before a time or at it."""
    newest = select(setup_snapshots.c.id).order_by(setup_snapshots.c.taken_at.desc(), setup_snapshots.c.id.desc())
    if before is not None:
        newest = newest.where(setup_snapshots.c.taken_at <= before)
    return _read(connection, connection.scalar(newest.limit(1)))


def earliest_snapshot(connection: Connection, after: datetime) -> StoredSnapshot | None:
    """Returns the first snapshot that was taken after a time."""
    oldest = select(setup_snapshots.c.id).where(setup_snapshots.c.taken_at > after)
    return _read(connection, connection.scalar(oldest.order_by(setup_snapshots.c.taken_at).limit(1)))


def _read(connection: Connection, id: int | None) -> StoredSnapshot | None:
    if id is None:
        return None
    rows, wanted = [], id
    while wanted is not None:
        row = connection.execute(select(setup_snapshots).where(setup_snapshots.c.id == wanted)).one()
        rows.append(row)
        wanted = row.base
    differences = tuple(row.difference for row in reversed(rows))
    return StoredSnapshot(id=id, taken_at=rows[0].taken_at, taken_by=rows[0].by, differences=differences)


class SnapshotRow(NamedTuple):
    """What tells which snapshots stay."""

    id: int
    taken_at: datetime
    taken_by: str


class SnapshotDifference(NamedTuple):
    """A snapshot as the difference to another one; without a base it is a whole one."""

    id: int
    base: int | None
    difference: Json


def snapshot_rows(connection: Connection) -> list[SnapshotRow]:
    """Returns all snapshots in the order in which they were taken, without their content."""
    columns = (setup_snapshots.c.id, setup_snapshots.c.taken_at, setup_snapshots.c.taken_by)
    rows = connection.execute(select(*columns).order_by(setup_snapshots.c.taken_at, setup_snapshots.c.id))
    return [SnapshotRow(*row) for row in rows]


def read_difference(connection: Connection, id: int) -> SnapshotDifference:
    """Returns one snapshot as it is stored."""
    return SnapshotDifference(*connection.execute(_DIFFERENCES.where(setup_snapshots.c.id == id)).one())


def based_on(connection: Connection, id: int) -> list[SnapshotDifference]:
    """Returns the snapshots that are stored as the difference to this one."""
    return [SnapshotDifference(*row) for row in connection.execute(_DIFFERENCES.where(setup_snapshots.c.base == id))]


def rebase(connection: Connection, id: int, *, base: int | None, difference: Json) -> None:
    """Stores a snapshot as the difference to another one than before, or as a whole one."""
    values = {"base": base, "difference": difference}
    connection.execute(update(setup_snapshots).where(setup_snapshots.c.id == id).values(values))


def delete_snapshot(connection: Connection, id: int) -> None:
    """Deletes a snapshot, on which none is based any more."""
    connection.execute(delete(setup_snapshots).where(setup_snapshots.c.id == id))


_DIFFERENCES = select(setup_snapshots.c.id, setup_snapshots.c.base, setup_snapshots.c.difference)


def changes_between(connection: Connection, start: datetime, end: datetime) -> list[tuple[datetime, Json]]:
    """Returns the changes that took effect after `start` and not after `end`, by Park or outside it, oldest first."""
    made = select(entries).where(
        entries.c.state == State.DONE,
        entries.c.plan.is_not(None),
        entries.c.ended_at > start,
        entries.c.ended_at <= end,
    )
    rows, _ = read_rows(connection, made.order_by(entries.c.ended_at, entries.c.id), entries.c.id, {})
    found, _ = entries_from_rows(rows)
    ours = [(_ended_at(entry), change) for entry in found for change in _written(entry)]
    outside = select(drifts.c.found_at, drifts.c.change).where(drifts.c.found_at > start, drifts.c.found_at <= end)
    return sorted([*ours, *(tuple(row) for row in connection.execute(outside))], key=lambda one: one[0])


def _written(entry: Entry) -> Iterator[Json]:
    """Yields the changes on the PBX that the entry's plan holds, in their order."""
    for part in ("completes", "changes"):
        yield from (entry.plan or {}).get(part, ())


def _ended_at(entry: Entry) -> datetime:
    assert entry.ended_at is not None  # noqa: S101 - the query asks for it
    return entry.ended_at
