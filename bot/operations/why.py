"""Which rule allowed a change."""

from typing import Annotated

from bot.desk import Desk
from bot.errors import NOTHING, NotFound
from bot.fields import CHANGE
from bot.message import Fact, Message
from bot.operation import ReadOperation
from bot.plan import Plan
from bot.policy import Permission


class Why(ReadOperation):
    """For who may look at every group that the change is about."""

    title = "Why a change"
    phrase = "why change {number}"
    also = ("why {number}", "why was change {number} allowed")
    permission = Permission.READ
    help = "Tells which rule allowed a change, and whether the policy has been changed since."
    examples = ("why change 42",)

    number: Annotated[int, CHANGE]

    def read(self, desk: Desk) -> Message:
        entry = desk.past.entry(self.number)
        plan = Plan.model_validate(entry.plan) if entry.plan else None
        names = [name for change in plan.changes for name in change.names] if plan else []
        mine = entry.request.user == desk.viewer.user
        if not (mine or plan) or not all(map(desk.may_see, names)):
            raise NotFound(f"There is no change {self.number} that you may see. {NOTHING}")
        by = f"allowed by “{entry.rule}”" if entry.rule else "allowed by no rule"
        return Message(
            title=f"Change {self.number} was {by}",
            facts=(
                Fact(label="Asked", value=entry.request.line),
                Fact(label="By", value="", ids=(entry.request.user,)),
                *((Fact(label="In", value="", ids=(entry.request.channel,)),) if entry.request.channel else ()),
                *((Fact(label="Policy", value=self._policy(desk, entry.policy)),) if entry.policy else ()),
            ),
        )

    def _policy(self, desk: Desk, then: str) -> str:
        return f"{then}, " + ("the same as now" if then == desk.policy else f"changed since: it is {desk.policy} now")
