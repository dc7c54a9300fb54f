"""Where an extension is."""

from bot.desk import Desk
from bot.fields import Member
from bot.message import Message
from bot.operation import ReadOperation
from bot.policy import Permission


class Find(ReadOperation):
    """The PBX can't be asked which group a user is in: the members of the groups are read until it is found."""

    title = "Find somebody"
    phrase = "find {member}"
    also = (
        "where is|are {member}",
        "where's {member}",
        "which group is {member} in",
        "find|show extension {member}",
        "which group has {member}",
    )
    bare = r"[0-9]+|<@\w+>"
    permission = Permission.READ
    help = "Tells which park group somebody is in. The number alone is enough."
    examples = ("find 1001", "1001", "find Ana Ruiz")

    member: Member

    def read(self, desk: Desk) -> Message:
        (person,) = desk.people((self.member,))
        found = desk.homes.find(person.number)
        if found.group is not None:
            return Message(title=f"{person} is in {found.group.name}")
        if found.looked < found.total:
            return Message(
                title=f"{person} is in none of the {found.looked} groups I looked at",
                notes=(
                    f"There are {found.total}, and the PBX can only be asked one by one. Ask again to look further.",
                ),
            )
        return Message(title=f"{person} is in no park group that you may see")
