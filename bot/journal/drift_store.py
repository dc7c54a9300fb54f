"""Storage of drift detection: changes made outside Park, the baseline, and the progress of the scan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.journal import leases
from bot.journal.models import Entry, Json
from bot.journal.rows import entries_from_rows, read_rows
from bot.journal.tables import (
    baseline,
    chain,
    changed_targets,
    drifts,
    entries,
    events,
    not_notified,
    not_posted,
    row_values,
    scan_state,
    target_locks,
)

BATCH_SIZE = 500
"""Rows of the baseline written in one transaction at most: requests from Slack wait for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundDrift:
    """A change made outside Park, as it was found."""

    change: Json
    footprint: list[str]
    """The names and numbers that it is about, folded as in a request's footprint."""
    facts: list[Json]
    """Before and after in words."""
    recreated: bool
    """Whether the group was deleted, and one with the same name was created."""
    changed_by: str | None
    last_matched_at: datetime
    """When the PBX was read last without the change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift(FoundDrift):
    """A change made outside Park, as it is stored; `id` is the number in "drift 3"."""

    id: int
    found_at: datetime


def add_drifts(connection: Connection, found: Iterable[FoundDrift], *, at: datetime) -> None:
    """Stores drifts, to be posted at once."""
    if rows := [{**asdict(drift), "found_at": at, "post_at": at} for drift in found]:
        connection.execute(insert(drifts), rows)


def drift(connection: Connection, number: int) -> Drift | None:
    """Returns a drift by id; None if there is none."""
    row = connection.execute(select(drifts).where(drifts.c.id == number)).one_or_none()
    return None if row is None else _drift_from_row(row)


def drifts_to_post(connection: Connection, at: datetime) -> list[Drift]:
    """Returns the drifts that are due to be posted, the oldest first."""
    due = select(drifts).where(not_posted, drifts.c.post_at <= at).order_by(drifts.c.id)
    return [_drift_from_row(row) for row in connection.execute(due)]


def next_post_time(connection: Connection) -> datetime | None:
    """Returns when the next drift is due to be posted; None if there is none."""
    moment: datetime | None = connection.scalar(select(func.min(drifts.c.post_at)).where(not_posted))
    return moment


def record_posted(connection: Connection, number: int, *, at: datetime) -> None:
    """Records that the drift was posted to Slack."""
    connection.execute(update(drifts).where(drifts.c.id == number).values(posted_at=at))


def delay_posts(connection: Connection, until: datetime) -> None:
    """Delays all posts until a time."""
    connection.execute(update(drifts).where(not_posted, drifts.c.post_at < until).values(post_at=until))


def _drift_from_row(row: Row[Any]) -> Drift:
    values = row_values(row, drifts)
    del values["post_at"], values["posted_at"]
    return Drift(**values)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanState:
    """Progress of the drift scan, as the last scan left it."""

    due_at: datetime | None
    scanned_at: datetime | None
    """When the last complete scan began."""
    last_event: int | None
    """The last event that the baseline takes into account; None before the first scan."""
    list_offset: int
    """Where the next scan goes on in the list of groups."""
    all_listed: bool
    """Whether the list was read to its end once: a group that is not in the baseline is new then."""
    uncertain: dict[str, str]
    """Keys of targets of changes whose outcome is unknown -> until when (ISO 8601) they are not compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineRow:
    """The snapshot that a target is expected to match; None if it is unknown."""

    snapshot: Json | None
    members_read_at: datetime | None = None


def read_scan_state(connection: Connection) -> ScanState:
    """Returns the progress of the drift scan."""
    values = row_values(connection.execute(select(scan_state).where(scan_state.c.id == 1)).one(), scan_state)
    del values["id"]
    return ScanState(**values)


def update_scan(connection: Connection, owner: str, *, at: datetime, **values: Any) -> None:
    """Stores progress and renews the lease; raises LeaseLost if another process has claimed the scan."""
    leases.renew(connection, leases.SCAN, owner, at=at)
    if values:
        connection.execute(update(scan_state).values(**values))


def last_event(connection: Connection) -> int:
    """Returns the number of the last event."""
    return int(connection.scalars(select(chain.c.number)).one())


def last_pruned_event(connection: Connection) -> int:
    """Returns the number of the last event that was pruned; 0 if none was."""
    return int(connection.scalars(select(chain.c.pruned)).one())


def planned_entries_ended_after(connection: Connection, event: int, limit: int | None = None) -> list[Entry]:
    """Returns the entries with a plan that ended after the event, in the order in which they ended."""
    ended = (
        select(events.c.entry_id, func.max(events.c.id).label("last"))
        .where(events.c.what == "ended", events.c.id > event)
        .group_by(events.c.entry_id)
        .subquery()
    )
    planned = select(entries).join(ended, ended.c.entry_id == entries.c.id).where(entries.c.plan.is_not(None))
    rows, _ = read_rows(connection, planned.order_by(ended.c.last).limit(limit), entries.c.id)
    return entries_from_rows(rows)[0]


def locked_targets(connection: Connection) -> set[str]:
    """Returns the targets that entries have locked now, or that one may have written and has not ended.

    The end of a temporary change that failed has released its locks until the next attempt.
    """
    locked = select(target_locks.c.target).where(target_locks.c.held)
    begun = (
        select(changed_targets.c.target)
        .join(entries, entries.c.id == changed_targets.c.entry_id)
        .where(not_notified, entries.c.ended_at.is_(None), entries.c.began)
    )
    return {*connection.scalars(locked), *connection.scalars(begun)}


def read_baseline(connection: Connection) -> dict[str, BaselineRow]:
    """Returns the whole baseline by target key."""
    found = (row_values(row, baseline) for row in connection.execute(select(baseline)))
    return {values.pop("key"): BaselineRow(**values) for values in found}


ChangedRows: TypeAlias = Mapping[str, BaselineRow | None]
"""Rows of the baseline to be written, by target key; None is to be deleted."""


def changed_rows(old: Mapping[str, BaselineRow], new: Mapping[str, BaselineRow]) -> ChangedRows:
    """Returns the rows that turn the baseline `old` into `new`."""
    changed: dict[str, BaselineRow | None] = dict.fromkeys(old.keys() - new.keys())
    return changed | {key: row for key, row in new.items() if old.get(key) != row}


def batches(rows: ChangedRows) -> Iterator[ChangedRows]:
    """Yields the rows in parts that one short transaction can write."""
    keys = list(rows)
    for start in range(0, len(keys), BATCH_SIZE):
        yield {key: rows[key] for key in keys[start : start + BATCH_SIZE]}


def write_baseline(connection: Connection, rows: ChangedRows) -> None:
    """Writes rows of the baseline."""
    for batch in batches(rows):
        connection.execute(delete(baseline).where(baseline.c.key.in_(list(batch))))
    if present := [{"key": key, **asdict(row)} for key, row in rows.items() if row is not None]:
        connection.execute(insert(baseline), present)
