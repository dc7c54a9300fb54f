"""Members out of their park group."""

from collections import defaultdict
from collections.abc import Sequence

from bot.changes import Change, Person
from bot.desk import Desk
from bot.errors import NOTHING, NotFound
from bot.fields import GroupName, Members
from bot.operation import ChangeOperation
from bot.pbx.models import ParkGroup
from bot.plan import Plan, whom
from bot.policy import Permission


class Remove(ChangeOperation):
    """Never deletes a group, whatever its name."""

    title = "Remove members"
    phrase = "remove {members} [from {group}]"
    also = (
        "take {members} out of {group}",
        "take {members} out",
        "take|kick {members} from {group}",
        "remove {members} out of {group}",
    )
    leaves = "group"
    permission = Permission.MEMBERS
    help = "Takes users out of a park group. Without the group they are taken out of the one they are in."
    examples = ("remove 1001 from Sales", "remove 1001")

    members: Members
    group: GroupName | None = None

    def plan(self, desk: Desk) -> Plan:
        people = desk.people(self.members)
        homes: dict[str, list[Person]] = defaultdict(list)
        groups: dict[str, ParkGroup] = {}
        for one in people:
            if group := desk.group(self.group) if self.group else _home(desk, one):
                groups[group.id] = group
                homes[group.id].append(one)
        changes = [_without(desk, groups[id], leaving) for id, leaving in homes.items()]
        gone = [one for change in changes for one in change.removed]
        leaving = {one.number for one in gone}
        return Plan(
            title=_title("Removed", gone or people, changes),
            wish=_title("Remove", gone or people, changes),
            changes=tuple(changes),
            already=tuple(
                f"{one} is not in {self.group or 'any park group that you may see'}."
                for one in people
                if one.number not in leaving
            ),
        )


def _home(desk: Desk, person: Person) -> ParkGroup | None:
    found = desk.homes.find_now(person.number)
    if found.group is None and found.looked < found.total:
        raise NotFound(
            f"{person} is in none of the {found.looked} of {found.total} groups I looked at: name the group. {NOTHING}",
            lines=(f"remove {person.number} from <group>",),
        )
    return found.group


def _without(desk: Desk, group: ParkGroup, leaving: list[Person]) -> Change:
    target, before = desk.snapshot(group)
    numbers = {one.number for one in leaving}
    after = before.with_members(member for member in before.members or () if member.number not in numbers)
    return Change(target=target, before=before, after=after)


def _title(verb: str, people: Sequence[Person], changes: Sequence[Change]) -> str:
    groups = ", ".join(change.target.title for change in changes)
    return f"{verb} {whom(people)} from {groups}" if groups else f"{verb} {whom(people)}"
