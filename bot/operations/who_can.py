"""Who may do something, and where."""

from bot.fields import Line
from bot.operation import Operation
from bot.policy import Permission


class WhoCan(Operation):
    """By the rules: who is in their user groups and channels is Slack's to tell."""

    title = "Who may?"
    phrase = "who can {line}"
    also = ("who may {line}", "who is allowed to {line}")
    permission = Permission.READ
    help = "Tells everybody whom a rule lets do that, and in which channels."
    examples = ("who can delete Sales",)

    line: Line
