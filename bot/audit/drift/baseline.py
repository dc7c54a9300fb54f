"""What the PBX is expected to look like."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.changes.change import Change, made_of
from bot.changes.plan import Plan
from bot.changes.snapshot import Snapshot, Target
from bot.journal.drift_store import BaselineRow
from bot.journal.models import Entry, State

DOUBT = timedelta(minutes=10)
"""For which what was sent, and never answered, may still arrive."""
Sights: TypeAlias = dict[str, BaselineRow]


def key_of(target: Target) -> str:
    """As the sights have it: a group that was made, and not listed yet, has no id there."""
    return target.key if target.id or target.is_server else f"new: {target.name}"


def snapshot(sight: BaselineRow | None) -> Snapshot | None:
    """None where it isn't known."""
    return None if sight is None or sight.seen is None else Snapshot.model_validate(sight.seen)


def changes(entries: Iterable[Entry]) -> Iterator[tuple[Change, State]]:
    """Each with how it ended."""
    for entry in entries:
        for change in Plan.model_validate(entry.plan).changes:
            yield change, entry.state


def note(sights: Sights, change: Change, *, sure: bool) -> str:
    """What is expected after it: nothing certain, where its outcome is unknown; the key that it is found by then."""
    key = _find(sights, change.target) if change.before else key_of(change.target)
    old = sights.pop(key, None)
    after = made_of(snapshot(old), change)
    new = key if change.target.id is None else key_of(change.target)
    if after is not None or (old and not sure):
        seen = after.model_dump(mode="json") if after and sure else None
        sights[new] = BaselineRow(seen=seen, read_at=old.read_at if old else None)
    return new


def doubted(sights: Sights, doubts: dict[str, str], at: datetime) -> dict[str, str]:
    """Those that go on; what they are about is not known."""
    going_on = {key: until for key, until in doubts.items() if datetime.fromisoformat(until) > at}
    for key in going_on.keys() & sights.keys():
        sights[key] = BaselineRow(seen=None, read_at=sights[key].read_at)
    return going_on


def _find(sights: Sights, target: Target) -> str:
    """By id, or by name: of one that was made, and not listed since, Park knows nothing else."""
    key, new = key_of(target), key_of(Target(name=target.name))
    if key in sights or target.is_server:
        return key
    if new in sights:
        return new
    named = (
        one for one, sight in sights.items() if (seen := snapshot(sight)) and seen.settings.get("name") == target.name
    )
    return key if target.id else next(named, key)
