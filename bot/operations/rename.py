"""Another name for a park group."""

from bot.changes import Change
from bot.desk import Desk
from bot.fields import GroupName, NewGroupName
from bot.operation import ChangeOperation
from bot.operations.create import refuse_taken
from bot.plan import Plan
from bot.policy import Permission


class Rename(ChangeOperation):
    """Members and recall target stay."""

    title = "Rename a group"
    phrase = "rename {group} to {name}"
    also = ("rename {group} into|as {name}", "change name of {group} to {name}")
    permission = Permission.GROUPS
    may_end = False
    help = "Gives a park group another name; its members and its recall target stay."
    examples = ("rename Support to Support EMEA",)

    group: GroupName
    name: NewGroupName

    def plan(self, desk: Desk) -> Plan:
        group = desk.group(self.group)
        target, before = desk.snapshot(group, members=False)
        refuse_taken(desk, self.name, but=group.id)
        change = Change(target=target, before=before, after=before.setting(name=self.name))
        return Plan(
            title=f"Renamed {target.title} to {self.name}",
            wish=f"Rename {target.title} to {self.name}",
            changes=(change,),
            already=(f"It already is called {self.name}.",) if change.already else (),
        )
