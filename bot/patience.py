"""How long things are waited for."""

from dataclasses import dataclass
from datetime import timedelta

from bot.changes.apply import SETTLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long things are waited for."""

    grace: timedelta = timedelta(minutes=2)
    """A change not begun this long after its time is handed back: nobody expects it any more."""
    again: timedelta = timedelta(seconds=2)
    """Before a PBX that did not answer is asked again."""
    attempts: int = 300
    """After which a change that was begun is set aside as unknown: some ten minutes of a PBX that is away."""
    paused: timedelta = timedelta(seconds=30)
    """Before an end that came in a pause is looked at again."""
    word: int = 6
    """The attempt after which the thread hears that an end is late: some two minutes of a PBX that is away."""
    slow: timedelta = timedelta(seconds=10)
    """After this the asker has looked away: the confirmation mentions them."""
    looks: tuple[float, ...] = SETTLE
    """Seconds between the looks at the PBX for what was written, or may have been."""

    def pause(self, attempt: int) -> timedelta:
        """Between two tries of an end, which nothing but the PBX keeps waiting: longer and longer, to five minutes."""
        return min(self.again * (1 << min(attempt, 16)), timedelta(minutes=5))
