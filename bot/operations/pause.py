"""No change for a while, for whatever reason."""

from dataclasses import replace
from typing import Annotated

from bot.brake import PAUSED
from bot.desk import Desk
from bot.fields import REASON
from bot.message import Fact
from bot.operation import Effect, JournalOperation
from bot.policy import Permission

WHY = replace(REASON, hint="Whoever wants a change meanwhile reads it")


class Pause(JournalOperation):
    """Reads and previews go on; ends of temporary changes wait."""

    title = "Pause Park"
    phrase = "pause [because {reason}]"
    also = ("pause [for] {reason}",)
    permission = Permission.PAUSE
    did = "Paused"
    help = "Stops all changes until somebody resumes: questions and previews go on, and ends of temporary changes wait."
    examples = ("pause because the PBX is being updated", "pause")

    reason: Annotated[str, WHY] | None = None

    def effect(self, desk: Desk) -> Effect:
        reason = self.reason or "no reason was given"
        return Effect(
            title="Park is paused: nothing is changed until somebody resumes",
            facts=(Fact(label="Reason", value=reason),),
            flags={PAUSED: reason},
        )
