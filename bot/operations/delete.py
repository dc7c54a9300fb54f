"""The end of a park group."""

from bot.changes import Change
from bot.desk import Desk
from bot.fields import GroupName
from bot.operation import ChangeOperation
from bot.plan import Plan
from bot.policy import Permission


class Delete(ChangeOperation):
    """Has no synonym, and asks first."""

    title = "Delete a group"
    phrase = "delete {group}"
    permission = Permission.GROUPS
    may_end = False
    help = (
        "Deletes a park group after showing what will be lost: its settings and its members. The users themselves stay."
    )
    examples = ("delete Support EMEA",)
    asks = True
    button = "Delete"

    group: GroupName

    def plan(self, desk: Desk) -> Plan:
        target, before = desk.snapshot(desk.group(self.group))
        return Plan(
            title=f"Deleted the park group {target.title}",
            wish=f"Delete the park group {target.title}",
            changes=(Change(target=target, before=before, after=None),),
            loses=(f"the group's settings and {_count(len(before.members or ()))}; the users themselves stay.",),
        )


def _count(members: int) -> str:
    return (
        f"its {members} memberships"
        if members > 1
        else "its one membership"
        if members
        else "no membership, for it has none"
    )
