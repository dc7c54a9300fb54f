"""The list of park groups."""

from bot.changes.diff import recall
from bot.desk import Desk
from bot.fields import Search
from bot.message import Message
from bot.names import fold
from bot.operation import ReadOperation
from bot.policy import Permission


class Groups(ReadOperation):
    """All of them, or those with a part of a name in theirs."""

    title = "List groups"
    phrase = "groups [{search}]"
    also = (
        "list|show groups [{search}]",
        "list|show [the] park groups",
        "list",
        "list|show all groups",
        "which groups",
    )
    permission = Permission.READ
    help = "Lists the park groups and where their unanswered parked calls go. A part of a name narrows the list."
    examples = ("groups sal",)

    search: Search | None = None

    def read(self, desk: Desk) -> Message:
        every = desk.pbx.groups(search=self.search) if self.search else desk.directory.all_groups()
        wanted = fold(self.search or "")
        found = sorted(
            (one for one in every if desk.may_see(one.name) and wanted in fold(one.name)),
            key=lambda one: fold(one.name),
        )
        title = f"{len(found)} park group{'' if len(found) == 1 else 's'}" + (
            f" with “{self.search}” in the name" if self.search else ""
        )
        counts = {one.id: desk.directory.member_count(one.id) for one in found}
        return Message(
            title=title,
            items=tuple(
                f"{one.name}: recall to {recall(one.shown(), desk.ring_group_name)}{_members(counts[one.id])}"
                for one in found
            ),
            lines=("group <name>",) if found else (),
        )


def _members(count: int | None) -> str:
    return "" if count is None else f", {count} member{'' if count == 1 else 's'}"
