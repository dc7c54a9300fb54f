"""No to a change that somebody asked for."""

from dataclasses import replace
from typing import Annotated

from bot.desk import Desk
from bot.fields import CHANGE, REASON
from bot.message import Fact
from bot.operation import Effect
from bot.operations.second_opinion import SecondOpinion

WHICH = replace(CHANGE, label="Change", hint="Its number stands on its card")
WHY = replace(REASON, hint="Whoever asked for it reads it")


class Refuse(SecondOpinion):
    """One of those who may approve is enough."""

    title = "Refuse a change"
    phrase = "refuse change {number} [because {reason}]"
    did = "Refused"
    help = "Refuses a change that somebody asked for. Whoever asked is told, with the reason."
    examples = ("refuse change 42 because Sales is short of people", "refuse change 42")

    number: Annotated[int, WHICH]
    reason: Annotated[str, WHY] | None = None

    def effect(self, desk: Desk) -> Effect:
        entry = desk.approvals.open_to_asker(self.number)
        reason = (Fact(label="Reason", value=self.reason),) if self.reason else ()
        return Effect(
            title=f"Change {self.number} is refused",
            facts=(*reason, Fact(label="Asked by", value="", ids=(entry.request.user,))),
            shifts=(self.at(None, entry),),
        )
