"""Another end for a temporary change."""

from dataclasses import replace
from typing import Annotated

from bot.desk import Desk
from bot.fields.when import END, Elapsed, End
from bot.operation import Effect, JournalOperation
from bot.operations.of_a_change import OfAChange
from bot.times import notice, the_only

UNTIL = replace(END, label="")


class Extend(OfAChange, JournalOperation):
    """By how long, counted from the end that it has; or until when."""

    title = "Extend"
    phrase = "extend change {number} {ends}"
    also = ("extend change {number} by|to {ends}", "end change {number} {ends}")
    did = "Extended"
    help = "Gives a temporary change another end: later by some time, or at a time that you name."
    examples = ("extend change 42 for 1h", "extend change 42 until 20:00")

    ends: Annotated[End, UNTIL]

    def effect(self, desk: Desk) -> Effect:
        end, now = desk.past.end_of(self.number), desk.past.now()
        when, zone = self.ends.when, desk.zone
        until = end.run_at + when.elapsed if isinstance(when, Elapsed) else the_only(self, "ends", self.ends, now, zone)
        return self.retimed(
            desk,
            end,
            f"Change {self.number} ends at another time",
            until,
            max(now, notice(now, until)),
            lasts=until - desk.past.begun(self.number),
        )
