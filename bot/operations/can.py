"""Whether somebody might ask for something here."""

from bot.fields import Line
from bot.fields.since import SomeoneId
from bot.operation import Operation
from bot.policy import Permission


class Can(Operation):
    """Decided for that person as if they typed the line now, where this is asked; nothing is planned."""

    title = "May somebody?"
    phrase = "can {person} {line}"
    also = ("may {person} {line}",)
    permission = Permission.READ
    help = "Tells whether somebody may do that in this channel, and by which rule, or why not."
    examples = ("can me delete Sales",)

    person: SomeoneId
    line: Line
