"""Members from one park group into another."""

from bot.changes import Change, Person
from bot.desk import Desk
from bot.errors import NOTHING, NotPossible
from bot.fields import FromGroup, Members, ToGroup
from bot.message import Offer
from bot.operation import ChangeOperation
from bot.operations.remove import Remove
from bot.plan import Plan, whom
from bot.policy import Permission
from bot.words import quote


class Move(ChangeOperation):
    """A removal and an addition in one request: both or neither."""

    title = "Move members"
    phrase = "move {members} [from {group}] to|into {to}"
    also = ("move {members} in {to}",)
    joins, leaves = "to", "group"
    permission = Permission.MEMBERS
    help = "Takes users out of the park group they are in and puts them into another; both happen or neither."
    examples = ("move 1001 to Support", "move 1001 from Sales to Support")

    members: Members
    to: ToGroup
    group: FromGroup | None = None

    def plan(self, desk: Desk) -> Plan:
        people = desk.people(self.members)
        target, before = desk.snapshot(desk.group(self.to))
        there = [one for one in people if one.number in before.numbers()]
        moving = [one for one in people if one not in there]
        leaving = self._leaving(desk, moving)
        left = {one.number for change in leaving for one in change.removed}
        self._refuse_who_is_nowhere(desk, [one for one in moving if one.number not in left])
        joining = Change(target=target, before=before, after=before.with_members((*(before.members or ()), *moving)))
        users = whom(moving or people)
        sources = ", ".join(change.target.title for change in leaving)
        return Plan(
            title=f"Moved {users} from {sources} to {target.title}",
            wish=f"Move {users} from {sources} to {target.title}",
            changes=(*leaving, joining),
            already=tuple(f"{one} already is in {target.title}." for one in there),
        )

    def _leaving(self, desk: Desk, moving: list[Person]) -> tuple[Change, ...]:
        if not moving:
            return ()
        return Remove(members=tuple(one.number for one in moving), group=self.group).plan(desk).changes

    def _refuse_who_is_nowhere(self, desk: Desk, nowhere: list[Person]) -> None:
        if not nowhere:
            return
        numbers = ", ".join(one.number for one in nowhere)
        add = self.timed(f"add {numbers} to {quote(self.to)}")
        reasons = tuple(f"{one} is not in {self.group or 'any park group that you may see'}." for one in nowhere)
        if len(nowhere) == len(desk.people(self.members)):
            raise NotPossible(f"{reasons[0]} {NOTHING}", notes=reasons[1:], offers=(Offer(label=add, line=add),))
        raise desk.all_or_nothing(nowhere, reasons, Offer(label=add, line=add))
