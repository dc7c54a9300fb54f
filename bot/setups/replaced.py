"""Changes that were made on a PBX which was replaced since: their groups have other ids on the new one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.changes.change import Change
from bot.changes.snapshot import Snapshot
from bot.messages.text import fold
from bot.pbx.models import ParkGroup, RingGroup

FEWEST_KNOWN = 2
"""A single group that is gone was deleted; only where several are, none being left, is it another PBX."""


@dataclass(frozen=True, slots=True)
class KnownObjects:
    """What was known of a PBX at a time: the names of groups by id, and name and number of ring groups by id."""

    groups: Mapping[str, str]
    ring_groups: Mapping[str, tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Replacement:
    """Which objects of the old PBX are which of the new one."""

    groups: Mapping[str, str]
    """Ids on the new PBX by folded name."""
    old_groups: Mapping[str, str]
    """Ids on the old one by folded name."""
    ring_groups: Mapping[str, str]
    """Ids on the new PBX by those on the old one."""

    def matched(self, change: Change) -> Change:
        """Returns the change with the ids of the new PBX; what has no match there keeps its old id."""
        return _with_ids(change, self.groups, self.ring_groups)

    def as_before(self, change: Change) -> Change:
        """Returns the change of the new PBX with the ids of the old one; what has no match there keeps its id."""
        return _with_ids(change, self.old_groups, {new: old for old, new in self.ring_groups.items()})


def group_names(change: Change) -> frozenset[str]:
    """Returns the folded names that the group of a change has had: after it, before it, and when it was planned."""
    return frozenset(map(fold, _names(change)))


def names_of(changes: Iterable[Change]) -> frozenset[str]:
    """Returns the folded names of the groups of changes."""
    return frozenset(name for change in changes for name in group_names(change))


def _names(change: Change) -> list[str]:
    sides = (change.after, change.before)
    return [name for name in (*(side.settings.get("name") for side in sides if side), change.target.name) if name]


def _with_ids(change: Change, groups: Mapping[str, str], ring_groups: Mapping[str, str]) -> Change:
    id = next((groups[name] for name in map(fold, _names(change)) if name in groups), None)
    target = change.target
    if not target.is_server and id is not None:
        target = target.model_copy(update={"id": id})
    sides = {
        "before": _with_ring_group(change.before, ring_groups),
        "after": _with_ring_group(change.after, ring_groups),
    }
    return change.model_copy(update={"target": target, **sides})


def _with_ring_group(snapshot: Snapshot | None, ids: Mapping[str, str]) -> Snapshot | None:
    old: Any = snapshot.settings.get("ring_group_id") if snapshot else None
    return snapshot.with_settings(ring_group_id=ids[old]) if snapshot and old in ids else snapshot


def find_replacement(
    known: KnownObjects, groups: Iterable[ParkGroup], ring_groups: Iterable[RingGroup]
) -> Replacement | None:
    """Returns how to match what is known of another PBX; None if this is the one that is known.

    Args:
        known: what Park has seen or changed.
    """
    present = list(groups)
    if len(known.groups) < FEWEST_KNOWN or not {one.id for one in present}.isdisjoint(known.groups):
        return None
    found = list(ring_groups)
    by_name = {one.extension_number: one.id for one in found if one.extension_number}
    by_name |= {fold(one.name): one.id for one in found}
    matched = {
        old: by_name.get(fold(name)) or by_name.get(number or "") for old, (name, number) in known.ring_groups.items()
    }
    return Replacement(
        {fold(one.name): one.id for one in present},
        {fold(name): id for id, name in known.groups.items()},
        {old: new for old, new in matched.items() if new},
    )
