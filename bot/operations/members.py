"""Members of park groups: add, remove, move."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot.changes.change import Change
from bot.changes.plan import Plan, mention_list
from bot.changes.snapshot import Person, Snapshot, Target
from bot.errors import NotFound, NotPossible
from bot.messages.message import Offer
from bot.messages.text import quote
from bot.operations.arguments.targets import Members
from bot.operations.arguments.types import FromGroup, GroupName, ToGroup
from bot.operations.base import ChangeOperation
from bot.operations.context import OperationContext
from bot.pbx.models import ParkGroup
from bot.policy.model import Permission
from bot.runtime.threads import side_by_side
from bot.texts import changes as texts
from bot.texts import impossible, wording


class Remove(ChangeOperation):
    """Removes users from a group, or from the group that each is in."""

    operation_id = "remove"
    phrase = "remove {members} [from {group}]"
    also = (
        "take|kick {members} out of {group}",
        "take|kick {members} out",
        "take|kick out {members} [of|from {group}]",
        "take|kick|drop|pull {members} from {group}",
        "remove {members} out of {group}",
    )
    left_group_field = "group"
    permission = Permission.MEMBERS
    examples = ("remove 1001 from Sales", "remove 1001")

    members: Members
    group: GroupName | None = None

    def plan(self, context: OperationContext) -> Plan:
        if self.group:
            group = context.group(self.group)
            people, found = side_by_side(lambda: context.people(self.members), lambda: context.snapshot(group))
            changes = [_removal(*found, people)]
        else:
            people = context.people(self.members)
            changes = [_removal(*context.snapshot(group), leaving) for group, leaving in _by_group(context, people)]
        removed = [one for change in changes for one in change.removed]
        leaving = {one.number for one in removed}
        return Plan(
            title=texts.removed(mention_list(removed or people), _titles(changes)),
            preview_title=texts.remove(mention_list(removed or people), _titles(changes)),
            changes=tuple(changes),
            already=tuple(texts.not_in(str(one), self.group) for one in people if one.number not in leaving),
        )


def _by_group(context: OperationContext, people: Sequence[Person]) -> Iterable[tuple[ParkGroup, list[Person]]]:
    """The groups that people are in, and who is in each of them."""
    found = defaultdict[str, list[Person]](list)
    groups = dict[str, ParkGroup]()
    for one in people:
        if group := _current_group(context, one):
            groups[group.id] = group
            found[group.id].append(one)
    return [(groups[id], members) for id, members in found.items()]


def _current_group(context: OperationContext, person: Person) -> ParkGroup | None:
    found = context.memberships.find_current(person.number)
    if found.group is None and found.searched < found.total:
        raise NotFound(
            impossible.not_searched_enough(str(person), found.searched, found.total),
            lines=(f"remove {person.number} from <group>",),
        )
    return found.group


def _removal(target: Target, before: Snapshot, leaving: Sequence[Person]) -> Change:
    numbers = {one.number for one in leaving}
    after = before.with_members(member for member in before.members or () if member.number not in numbers)
    return Change(target=target, before=before, after=after)


def _titles(changes: Sequence[Change]) -> list[str]:
    return [change.target.title for change in changes]


class Move(ChangeOperation):
    """Moves users to another group: a removal and an addition, of which both or neither happen."""

    operation_id = "move"
    phrase = "move {members} [from {group}] to|into {to}"
    also = ("move {members} in {to}",)
    joined_group_field = "to"
    left_group_field = "group"
    permission = Permission.MEMBERS
    examples = ("move 1001 to Support", "move 1001 from Sales to Support")

    members: Members
    to: ToGroup
    group: FromGroup | None = None

    def plan(self, context: OperationContext) -> Plan:
        to = context.group(self.to)
        people, (target, before) = side_by_side(lambda: context.people(self.members), lambda: context.snapshot(to))
        existing = [one for one in people if one.number in before.numbers()]
        moving = [one for one in people if one not in existing]
        leaving = self._leaving(context, moving)
        left = {one.number for change in leaving for one in change.removed}
        self._refuse_nonmembers(context, [one for one in moving if one.number not in left])
        joining = Change(target=target, before=before, after=before.with_members((*(before.members or ()), *moving)))
        users = mention_list(moving or people)
        sources = _titles(leaving)
        return Plan(
            title=texts.moved(users, sources, target.title),
            preview_title=texts.move(users, sources, target.title),
            changes=(*leaving, joining),
            already=tuple(texts.already_in(str(one), target.title) for one in existing),
        )

    def _leaving(self, context: OperationContext, moving: list[Person]) -> tuple[Change, ...]:
        if not moving:
            return ()
        return Remove(members=tuple(one.number for one in moving), group=self.group).plan(context).changes

    def _refuse_nonmembers(self, context: OperationContext, nonmembers: list[Person]) -> None:
        if not nonmembers:
            return
        numbers = ", ".join(one.number for one in nonmembers)
        add = self.with_times(f"add {numbers} to {quote(self.to)}")
        reasons = tuple(texts.not_in(str(one), self.group) for one in nonmembers)
        if len(nonmembers) == len(context.people(self.members)):
            raise NotPossible(
                f"{reasons[0]} {wording.NOTHING_CHANGED}", notes=reasons[1:], offers=(Offer(label=add, line=add),)
            )
        raise context.not_all_possible(nonmembers, reasons, Offer(label=add, line=add))


class Add(ChangeOperation):
    """Adds users one by one in the requested order, which is the hunt order of group pickup."""

    operation_id = "add"
    phrase = "add {members} to|into|in {group}"
    also = ("put {members} [back] in|into|to {group}",)
    joined_group_field = "group"
    permission = Permission.MEMBERS
    examples = ("add 1001 to Sales", "add 1001, 1002 and 1005-1010 to Sales", 'add "Ana Ruiz" to Sales')

    members: Members
    group: GroupName

    def plan(self, context: OperationContext) -> Plan:
        group = context.group(self.group)
        people, (target, before) = side_by_side(lambda: context.people(self.members), lambda: context.snapshot(group))
        new = [one for one in people if one.number not in before.numbers()]
        self._refuse_members_elsewhere(context, new)
        after = before.with_members((*(before.members or ()), *new))
        return Plan(
            title=texts.added(mention_list(new or people), target.title),
            preview_title=texts.add(mention_list(new or people), target.title),
            changes=(Change(target=target, before=before, after=after),),
            already=tuple(texts.already_in(str(one), target.title) for one in people if one not in new),
        )

    def _refuse_members_elsewhere(self, context: OperationContext, new: list[Person]) -> None:
        """Refuses users whose other group is cached; the PBX rejects the rest when the change is applied."""
        elsewhere = context.memberships.cached_groups(new)
        if not elsewhere:
            return
        numbers = tuple(one.number for one in elsewhere)
        move = Move(members=numbers, to=self.group, starts=self.starts, ends=self.ends)
        reasons = tuple(impossible.in_other_group(str(one), str(group)) for one, group in elsewhere.items())
        raise context.not_all_possible(elsewhere, reasons, Offer(label=move.text(), line=move.text()))
