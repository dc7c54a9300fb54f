"""A scheduled change called off."""

from bot.desk import Desk, waits
from bot.journal import Shift
from bot.operation import Effect, JournalOperation
from bot.operations.of_a_change import OfAChange


class Cancel(OfAChange, JournalOperation):
    """Before it begins."""

    title = "Cancel"
    phrase = "cancel change {number}"
    did = "Called off"
    help = "Calls off a change that is waiting for its time. One that was made already is taken back with undo."
    examples = ("cancel change 42",)

    def effect(self, desk: Desk) -> Effect:
        if waits(entry := desk.past.entry(self.number)):
            called_off = Shift(id=entry.id, seen=entry.run_at, run_at=None)
            return Effect(title=f"Change {self.number} is no longer asked for", shifts=(called_off,))
        start, times = desk.past.start_of(self.number), desk.past.times(self.number)
        lasts = times.ends - start.run_at if times.ends else None
        return self.retimed(desk, start, f"Change {self.number} is called off", lasts=lasts)
