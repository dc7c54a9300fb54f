"""A scheduled change made at once."""

from bot.desk import Desk
from bot.operation import Effect, JournalOperation
from bot.operations.of_a_change import OfAChange


class Now(OfAChange, JournalOperation):
    """What it ends with stays as it was: a time that was named, or as long as was said."""

    title = "Do it now"
    phrase = "do change {number} now"
    also = ("do change {number}", "change {number} now")
    did = "Begun early"
    help = "Makes a change that is waiting for its time at once."
    examples = ("do change 42 now",)

    def effect(self, desk: Desk) -> Effect:
        start, now = desk.past.start_of(self.number), desk.past.now()
        times = desk.past.times(self.number)
        lasts = times.ends - now if times.ends else None
        return self.retimed(desk, start, f"Change {self.number} begins now", now, lasts=lasts)
