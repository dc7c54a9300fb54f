"""What was read of targets to plan a change: a write that follows at once needs no reading before it."""

from bot.changes.change import Change, snapshots_equal
from bot.changes.snapshot import Snapshot, Target
from bot.changes.target_io import read
from bot.pbx.client import PbxClient
from bot.pbx.transport import deadline_clock


class Reading:
    """One reading of a target; None for a group that does not exist."""

    def __init__(self, snapshot: Snapshot | None, *, members: bool, began: float) -> None:
        self.snapshot, self.members, self._began = snapshot, members, began

    def serves(self, change: Change, max_age: float) -> bool:
        """Whether it began at most `max_age` seconds ago, and holds all that the change concerns."""
        complete = self.members == change.includes_members and not change.includes_prompt
        return complete and deadline_clock() - self._began <= max_age

    def is_before(self, change: Change) -> bool:
        """Whether it shows what the change was planned from, so that nothing is asked before it is written.

        Before a group is created the PBX may be asked for its ring group.
        """
        return self.snapshot is not None and not change.is_noop and snapshots_equal(self.snapshot, change.before)


class Readings:
    """The last reading of each target for one request."""

    def __init__(self, pbx: PbxClient) -> None:
        self._pbx = pbx
        self._last = dict[str, Reading]()
        self._ahead = dict[str, Snapshot]()

    def read_group_ahead(self, id: str) -> Snapshot | None:
        """Reads a group, with its members, that `read` then returns once without another request; raises PBXError."""
        target = Target(id=id, name=id)
        if target.key not in self._ahead and (found := self.read(target)) is not None:
            self._ahead[target.key] = found
        return self._ahead.get(target.key)

    def is_read_ahead(self, id: str) -> bool:
        """Returns whether `read` returns what was read of a group before."""
        return id in self._ahead

    def read(self, target: Target, *, members: bool = True) -> Snapshot | None:
        """Reads the target from the PBX, unless it was read ahead, and remembers it; raises PBXError."""
        ahead = self._ahead.pop(target.key, None)
        if ahead is not None and members:
            return ahead
        began = deadline_clock()
        snapshot = read(self._pbx, target, members=members)
        self._last[target.key] = Reading(snapshot, members=members and not target.is_server, began=began)
        return snapshot

    def take(self, change: Change, max_age: float) -> Reading | None:
        """Returns the last reading of the change's target if it still serves; once, as a write follows."""
        reading = self._last.pop(change.target.key, None)
        return reading if reading is not None and reading.serves(change, max_age) else None
