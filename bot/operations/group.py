"""One park group."""

from bot.changes.diff import settings
from bot.desk import Desk
from bot.fields import GroupName
from bot.message import Fact, FormOffer, Message
from bot.operation import ChangeOperation, ReadOperation
from bot.policy import Permission


class Group(ReadOperation):
    """Its settings and members; a bare name asks for it too."""

    title = "Show a group"
    phrase = "group {group}"
    also = (
        "show|list|open {group}",
        "who is in {group}",
        "who's in {group}",
        "members of {group}",
        "show members of {group}",
    )
    bare = ".+"
    permission = Permission.READ
    help = "Shows a park group: where its unanswered parked calls go, and who is in it. The name alone is enough."
    examples = ("group Sales", "Sales")

    group: GroupName

    def read(self, desk: Desk) -> Message:
        target, snapshot = desk.snapshot(desk.group(self.group))
        members = snapshot.members or ()
        return Message(
            title=f"Park group {target.title}",
            facts=(
                *(fact for fact in settings(snapshot, desk.ring_group_name) if fact.label != "Name"),
                Fact(label="Members", value=str(len(members)) if members else "none yet"),
            ),
            items=tuple(map(str, members)),
            forms=_forms(desk, target.title),
        )


def _forms(desk: Desk, group: str) -> tuple[FormOffer, ...]:
    """What this person may do with it, each in a form that holds the group already; not what would be lost with it."""
    from bot.operations import OPERATIONS  # the list holds this operation too

    offered = (one for one in OPERATIONS if issubclass(one, ChangeOperation) and one.of_a_group() and not one.asks)
    return tuple(
        FormOffer(label=one.title, operation=one.key(), arguments={"group": group})
        for one in offered
        if one.permission is not None and desk.may(one.permission, group)
    )
