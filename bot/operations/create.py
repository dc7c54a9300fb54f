"""A new park group."""

from bot.changes import Change, Snapshot, Target
from bot.desk import Desk
from bot.errors import NotPossible
from bot.fields import NewGroupName, Recall, RecallTarget
from bot.message import Offer
from bot.operation import ChangeOperation
from bot.pbx.models import RecallTo
from bot.plan import Plan
from bot.policy import Permission
from bot.words import quote


class Create(ChangeOperation):
    """Without a recall target, unanswered calls go back to the user who parked them."""

    title = "Create a group"
    phrase = "create {name} [recall to {recall}]"
    also = (
        "create|make|new [a|the] [new] [park] group [called|named] {name} [recall to {recall}]",
        "create {name} with recall to {recall}",
        "create {name} recalls to {recall}",
    )
    permission = Permission.GROUPS
    may_end = False
    help = "Creates an empty park group. Unless you say otherwise, its unanswered calls go back to whoever parked them."
    examples = ("create Support recall to ring group Night Desk", "create Support")

    name: NewGroupName
    recall: RecallTarget | None = None

    def plan(self, desk: Desk) -> Plan:
        refuse_taken(desk, self.name)
        recall = self.recall or Recall(to=RecallTo.USER)
        after = Snapshot(settings={"name": self.name, **desk.recall_settings(recall)}, members=())
        return Plan(
            title=f"Created the park group {self.name}",
            wish=f"Create the park group {self.name}",
            changes=(Change(target=Target(name=self.name), before=None, after=after),),
        )


def refuse_taken(desk: Desk, name: str, *, but: str | None = None) -> None:
    """Names are unique in a tenant; `but` is the id of the group that may have it."""
    taken = desk.taken(name)
    if taken is not None and taken.id != but:
        show = f"group {quote(taken.name)}"
        raise NotPossible(
            f"There already is a park group {taken.name}. Nothing was changed.", offers=(Offer(label=show, line=show),)
        )
