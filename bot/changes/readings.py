"""What was read of targets to plan a change: a write that follows at once needs no reading before it."""

from bot.changes.change import Change
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


class Readings:
    """The last reading of each target for one request."""

    def __init__(self, pbx: PbxClient) -> None:
        self._pbx = pbx
        self._last = dict[str, Reading]()

    def read(self, target: Target, *, members: bool = True) -> Snapshot | None:
        """Reads the target from the PBX, and remembers it; raises PBXError."""
        began = deadline_clock()
        snapshot = read(self._pbx, target, members=members)
        self._last[target.key] = Reading(snapshot, members=members and not target.is_server, began=began)
        return snapshot

    def take(self, change: Change, max_age: float) -> Reading | None:
        """Returns the last reading of the change's target if it still serves; once, as a write follows."""
        reading = self._last.pop(change.target.key, None)
        return reading if reading is not None and reading.serves(change, max_age) else None
