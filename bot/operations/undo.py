"""A change taken back: only what it moved itself, and nothing in silence that was moved since."""

from typing import Self

from bot.desk import Desk
from bot.operations.of_a_change import OfAChange
from bot.operations.takes_back import TakesBack, losses, notes
from bot.plan import Plan


class Undo(OfAChange, TakesBack):
    """What the button under a change asks for."""

    title = "Undo a change"
    phrase = "undo change {number} [{anyway}]"
    also = ("end change {number} [now]",)
    help = (
        "Takes back what a change did, and nothing else. If that was changed again since, it shows what was, what the"
        " change made of it and what is there now, and asks."
    )
    examples = ("undo change 42",)
    button = "Undo"

    @property
    def what(self) -> str:
        return f"change {self.number}"

    def in_any_case(self) -> Self:
        return type(self)(number=self.number, anyway=True)

    def plan(self, desk: Desk) -> Plan:
        done = desk.past.done(self.number)
        changes = tuple(self.back(desk, change) for change in reversed(desk.past.whole(done)))
        return Plan(
            title=f"Taken back: {done.title}",
            wish=f"Take back change {self.number}, “{done.title}”",
            changes=changes,
            notes=tuple(note for change in changes for note in notes(change)),
            already=(f"Change {self.number} is taken back already.",) if all(one.already for one in changes) else (),
            loses=tuple(loss for change in changes for loss in losses(change)),
            about=self.number,
        )
