"""An operation that Park does not have: all that a new verb needs."""

from bot.changes.change import Change
from bot.changes.plan import Plan, mention_list
from bot.operations.arguments.targets import Members
from bot.operations.arguments.types import GroupName
from bot.operations.base import ChangeOperation
from bot.operations.context import OperationContext
from bot.policy.model import Permission


class Empty(ChangeOperation):
    """Written as it would stand in a module of bot/operations."""

    operation_id = "empty"
    title = "Empty a group"
    phrase = "empty {group} [except|besides {members}]"
    also = ("clear out {group}",)
    permission = Permission.MEMBERS
    help = "Takes everybody out of a park group, but for those who are named."
    examples = ("empty Sales except 1002", "empty Sales")
    needs_confirmation = True
    button = "Empty"

    group: GroupName
    members: Members | None = None

    def plan(self, context: OperationContext) -> Plan:
        target, before = context.snapshot(context.group(self.group))
        kept = context.people(self.members or ())
        change = Change(target=target, before=before, after=before.with_members(kept))
        return Plan(
            title=f"Emptied {target.title}",
            preview_title=f"Empty {target.title}",
            changes=(change,),
            irreversible=(f"the memberships of {mention_list(change.removed)}.",) if change.removed else (),
            already=(f"Nobody else is in {target.title}.",) if change.is_noop else (),
        )
