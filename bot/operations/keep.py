"""A temporary change made to stay."""

from bot.desk import Desk
from bot.operation import Effect, JournalOperation
from bot.operations.of_a_change import OfAChange


class Keep(OfAChange, JournalOperation):
    """Its end is called off."""

    title = "Keep"
    phrase = "keep change {number}"
    did = "Kept"
    help = "Makes a temporary change stay: its end is called off."
    examples = ("keep change 42",)

    def effect(self, desk: Desk) -> Effect:
        return self.retimed(desk, desk.past.end_of(self.number), f"Change {self.number} stays", lasts=None)
