"""Changes that were made on a PBX which was replaced since: their groups have other ids on the new one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.changes.change import Change
from bot.changes.snapshot import Snapshot
from bot.messages.text import fold
from bot.pbx.models import ParkGroup, RingGroup

FEWEST_KNOWN = 2
"""A single group that is gone was deleted; only where several are, none being left, is it another PBX."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """The objects of the new PBX by name, and the names of the ring groups of the old one by id."""

    groups: Mapping[str, str]
    """Ids by folded name."""
    ring_groups: Mapping[str, str]
    """Ids by folded name, and by number."""
    old_ring_groups: Mapping[str, tuple[str, str | None]]
    """Name and number by id."""

    def matched(self, change: Change) -> Change:
        """Returns the change with the ids of the new PBX; what has no match there keeps its old id."""
        after = change.after or change.before
        names = [side.settings.get("name") for side in (after, change.before) if side] + [change.target.name]
        id = next((self.groups[name] for name in map(fold, filter(None, names)) if name in self.groups), None)
        target = change.target if change.target.is_server or id is None else change.target.model_copy(update={"id": id})
        sides = {"before": self._matched(change.before), "after": self._matched(change.after)}
        return change.model_copy(update={"target": target, **sides})

    def _matched(self, snapshot: Snapshot | None) -> Snapshot | None:
        old: Any = snapshot.settings.get("ring_group_id") if snapshot else None
        if snapshot is None or not old or old not in self.old_ring_groups:
            return snapshot
        name, number = self.old_ring_groups[old]
        new = self.ring_groups.get(fold(name)) or self.ring_groups.get(number or "")
        return snapshot.with_settings(ring_group_id=new) if new else snapshot


def find_replacement(
    known: Collection[str],
    old_ring_groups: Mapping[str, tuple[str, str | None]],
    groups: Iterable[ParkGroup],
    ring_groups: Iterable[RingGroup],
) -> Replacement | None:
    """Returns how to match what is known of another PBX; None if this is the one that is known.

    Args:
        known: ids of the groups that Park has seen or changed.
        old_ring_groups: name and number of the ring groups that were seen, by id.
    """
    present = list(groups)
    if len(known) < FEWEST_KNOWN or not {one.id for one in present}.isdisjoint(known):
        return None
    found = list(ring_groups)
    by_name = {one.extension_number: one.id for one in found if one.extension_number}
    by_name |= {fold(one.name): one.id for one in found}
    return Replacement({fold(one.name): one.id for one in present}, by_name, old_ring_groups)
