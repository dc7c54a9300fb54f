"""The drift baseline: what each target on the PBX is expected to look like, with Park's own changes applied."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.changes.change import Change, apply_to_snapshot
from bot.changes.plan import Plan
from bot.changes.snapshot import Snapshot, Target
from bot.journal.drift_store import BaselineRow
from bot.journal.models import Entry, State

UNCERTAIN_FOR = timedelta(minutes=10)
"""How long a write with an unknown outcome may still reach the PBX."""
PENDING = "new: "
"""Prefix of the key of a group that Park created and that no list has shown yet, so that its id is unknown."""
Baseline: TypeAlias = dict[str, BaselineRow]
"""Rows by target key: the id of a group, the server's key, or `PENDING` and a name."""


def key_of(target: Target) -> str:
    """Returns the target's key in the baseline."""
    return target.key if target.id or target.is_server else f"{PENDING}{target.name}"


def snapshot_of(row: BaselineRow | None) -> Snapshot | None:
    """Returns the expected snapshot; None if it is unknown."""
    return None if row is None or row.snapshot is None else Snapshot.model_validate(row.snapshot)


def changes_of(entries: Iterable[Entry]) -> Iterator[tuple[Change, State]]:
    """Yields the planned changes of the entries, each with the state that its entry ended in."""
    for entry in entries:
        for change in Plan.model_validate(entry.plan).written:
            yield change, entry.state


def apply_change(baseline: Baseline, change: Change, *, certain: bool) -> str:
    """Updates the baseline by one of Park's own changes.

    Args:
        certain: whether the change was made for sure; otherwise its target's snapshot is unknown from now on.

    Returns:
        The key that the target has after the change.
    """
    key = _find_key(baseline, change.target) if change.before else key_of(change.target)
    old = baseline.pop(key, None)
    after = apply_to_snapshot(snapshot_of(old), change)
    new_key = key if change.target.id is None else key_of(change.target)
    if after is not None or (old and not certain):
        snapshot = after.model_dump(mode="json") if after and certain else None
        baseline[new_key] = BaselineRow(snapshot=snapshot, members_read_at=old.members_read_at if old else None)
    return new_key


def forget_uncertain(baseline: Baseline, uncertain: dict[str, str], at: datetime) -> dict[str, str]:
    """Marks the snapshots of uncertain targets as unknown.

    Args:
        uncertain: target keys -> until when (ISO 8601).

    Returns:
        Those that are still uncertain at the time `at`.
    """
    current = {key: until for key, until in uncertain.items() if datetime.fromisoformat(until) > at}
    for key in current.keys() & baseline.keys():
        baseline[key] = BaselineRow(snapshot=None, members_read_at=baseline[key].members_read_at)
    return current


def _find_key(baseline: Baseline, target: Target) -> str:
    """Finds a target by id, or by name if Park created it and no list has shown it since."""
    key, pending_key = key_of(target), key_of(Target(name=target.name))
    if key in baseline or target.is_server:
        return key
    if pending_key in baseline:
        return pending_key
    same_name = (
        other
        for other, row in baseline.items()
        if (snapshot := snapshot_of(row)) and snapshot.settings.get("name") == target.name
    )
    return key if target.id else next(same_name, key)
