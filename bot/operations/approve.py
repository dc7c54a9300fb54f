"""Yes to a change that somebody asked for."""

from bot.desk import Desk
from bot.operation import Effect
from bot.operations.second_opinion import SecondOpinion


class Approve(SecondOpinion):
    """To what the card shows: of the change that is made, before and after are those that were approved."""

    title = "Approve"
    phrase = "approve change {number}"
    did = "Approved"
    asks = True
    help = "Approves a change that somebody asked for. It is made once enough of those who may have approved it."
    examples = ("approve change 42",)

    def effect(self, desk: Desk) -> Effect:
        entry = desk.approvals.open_to_asker(self.number)
        if not desk.approvals.suffice(entry):
            return Effect(title=f"Change {self.number} is approved, and needs others to approve it too")
        return Effect(title=f"Change {self.number} is approved", shifts=(self.at(desk.past.now(), entry),))
