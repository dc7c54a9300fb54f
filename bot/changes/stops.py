"""Why a change stopped on its way."""

from bot.changes.change import Change
from bot.changes.snapshot import Snapshot
from bot.errors import NotPossible, ParkError, Rejected


class Shifted(ParkError):
    """The target no longer equals `before`; nothing of the change stands."""

    def __init__(self, change: Change, now: Snapshot | None) -> None:
        super().__init__("the target has moved")
        self.change, self.now = change, now


class Unsettled(ParkError):
    """Its effect does not show; `answered`: the PBX had said yes; `now` is the last reading, if one was `read`."""

    def __init__(self, change: Change, now: Snapshot | None, *, read: bool, answered: bool) -> None:
        super().__init__("the outcome is unknown")
        self.change, self.now, self.read, self.answered = change, now, read, answered


class Undone(ParkError):
    """The PBX, or one of its limits, said no on the way; `clean` tells whether nothing of the change stands."""

    def __init__(self, cause: Rejected | NotPossible, *, clean: bool) -> None:
        super().__init__(str(cause))
        self.cause, self.clean = cause, clean
