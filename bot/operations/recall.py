"""Where a park group's unanswered calls go."""

from typing import Any

from bot.changes import Change
from bot.desk import Desk
from bot.fields import GroupName, RecallTarget
from bot.operation import ChangeOperation
from bot.operations.covers import recall_notes, recall_shown
from bot.plan import Plan
from bot.policy import Permission


class RecallGroup(ChangeOperation):
    """The person on call types this one in a hurry."""

    title = "Change recall"
    phrase = "recall {group} to {recall}"
    also = (
        "send {group} recalls|recall|calls to {recall}",
        "set {group} recall|recalls to {recall}",
        "set recall of|for {group} to {recall}",
        "recall of|for {group} to {recall}",
        "{group} recall|recalls to {recall}",
        "change {group} recall to {recall}",
        "group {group} recall to {recall}",
    )
    permission = Permission.RECALL
    help = (
        "Sends the calls parked in a group that nobody picked up to the user who parked them (user), to a ring group,"
        " or to the user first and then to a ring group."
    )
    examples = ("recall Sales to Night Desk", "recall Sales to user", "recall Sales to user then Night Desk")

    group: GroupName
    recall: RecallTarget

    @classmethod
    def present(cls, desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
        if "group" not in known:
            return {}
        target, now = desk.snapshot(desk.group(known["group"]), members=False)
        return {"group": target.title, "recall": recall_shown(desk, now.settings)}

    def plan(self, desk: Desk) -> Plan:
        target, before = desk.snapshot(desk.group(self.group), members=False)
        after = before.setting(**desk.recall_settings(self.recall, before))
        change = Change(target=target, before=before, after=after)
        return Plan(
            title=f"Recalls of {target.title} changed",
            wish=f"Change the recalls of {target.title}",
            changes=(change,),
            notes=recall_notes(desk, change),
            already=(f"The recalls of {target.title} already are like that.",) if change.already else (),
        )
