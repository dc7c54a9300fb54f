"""Members into a park group."""

from bot.changes import Change, Person
from bot.desk import Desk
from bot.fields import GroupName, Members
from bot.message import Offer
from bot.operation import ChangeOperation
from bot.operations.move import Move
from bot.plan import Plan, whom
from bot.policy import Permission


class Add(ChangeOperation):
    """Added one by one in the order asked for: *58 hunts in that order."""

    title = "Add members"
    phrase = "add {members} to|into|in {group}"
    also = ("put {members} in|into|to {group}",)
    joins = "group"
    permission = Permission.MEMBERS
    help = (
        "Puts users into a park group, in that order: by extension, range, name in quotes or @mention."
        " A user can be in one park group only."
    )
    examples = ("add 1001 to Sales", "add 1001, 1002 and 1005-1010 to Sales", 'add "Ana Ruiz" to Sales')

    members: Members
    group: GroupName

    def plan(self, desk: Desk) -> Plan:
        people = desk.people(self.members)
        target, before = desk.snapshot(desk.group(self.group))
        new = [one for one in people if one.number not in before.numbers()]
        self._refuse_who_is_elsewhere(desk, new)
        after = before.with_members((*(before.members or ()), *new))
        return Plan(
            title=f"Added {whom(new or people)} to {target.title}",
            wish=f"Add {whom(new or people)} to {target.title}",
            changes=(Change(target=target, before=before, after=after),),
            already=tuple(f"{one} already is in {target.title}." for one in people if one not in new),
        )

    def _refuse_who_is_elsewhere(self, desk: Desk, new: list[Person]) -> None:
        """Only what is known without asking group by group; the PBX refuses the rest, which is explained then."""
        elsewhere = desk.homes.known(new)
        if not elsewhere:
            return
        numbers = tuple(one.number for one in elsewhere)
        move = Move(members=numbers, to=self.group, starts=self.starts, ends=self.ends)
        reasons = tuple(
            f"{one} is in {group}; a user can be in one park group only." for one, group in elsewhere.items()
        )
        raise desk.all_or_nothing(elsewhere, reasons, Offer(label=move.text(), line=move.text()))
