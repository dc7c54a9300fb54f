"""Pruning of snapshots: after a time only the first one of each week stays, and those that people have asked for."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.journal import leases, setup_store
from bot.journal.database import Database
from bot.journal.models import Json
from bot.journal.setup_store import SnapshotRow
from bot.setups.past import DAILY, PARTS, patched

BATCH_SIZE = 50
"""Snapshots that are deleted in one transaction at most: requests from Slack wait for it."""


def prune_snapshots(database: Database, owner: str, *, before: datetime, at: datetime) -> int:
    """Deletes what is too many among the snapshots from before a time, and returns how many those were.

    A snapshot that is the base of a later one is merged into it first, so that the later one stays the same. One
    process does it at a time.

    Raises:
        JournalUnavailable: what was deleted until then stays deleted.
    """
    with database.reading() as connection:  # nearly always there is nothing to do, which needs neither lock nor commit
        if not superfluous(setup_store.snapshot_rows(connection), before):
            return 0
    number = 0
    while True:
        with database.writing() as connection:
            if not leases.claim(connection, leases.SNAPSHOTS, owner, at=at):
                return number
            going = superfluous(setup_store.snapshot_rows(connection), before)[:BATCH_SIZE]
            for id in going:
                own = setup_store.read_difference(connection, id)
                for later in setup_store.based_on(connection, id):
                    merged = merge(own.difference, later.difference, whole=own.base is None)
                    setup_store.rebase(connection, later.id, base=own.base, difference=merged)
                setup_store.delete_snapshot(connection, id)
            if len(going) < BATCH_SIZE:
                leases.release(connection, leases.SNAPSHOTS, owner)
                return number + len(going)
        number += len(going)


def superfluous(rows: Sequence[SnapshotRow], before: datetime) -> list[int]:
    """Returns the ids of the snapshots that may go, oldest first.

    Args:
        rows: all snapshots in the order in which they were taken; the last one always stays.
    """
    weeks, going = set[datetime](), list[int]()
    for row in rows[:-1]:
        if row.taken_at >= before:
            break
        week = _week(row.taken_at)
        if row.taken_by == DAILY and week in weeks:
            going.append(row.id)
        weeks.add(week)
    return going


def _week(at: datetime) -> datetime:
    """Returns the Monday, in UTC, of the week of an instant."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=at.weekday())


def merge(first: Json, second: Json, *, whole: bool) -> Json:
    """Returns the one difference that two in a row lead to.

    Args:
        whole: whether the first one is a whole set-up, so that the result is one too.
    """
    if whole:
        return patched((first, second))
    merged: Json = {key: value for key, value in {**first, **second}.items() if key not in PARTS}
    for part in PARTS:
        if both := _joined(one.get(part, {}) for one in (first, second)):
            merged[part] = both
    return merged


def _joined(differences: Iterable[Json]) -> Json:
    return {key: value for one in differences for key, value in one.items()}
