"""A change in the place of a temporary one."""

from bot.fields import ChangeNumber, Line
from bot.operation import Operation


class Replace(Operation):
    """Stands for the line in it: what that line did not say is that the temporary change may go."""

    title = "Replace"
    phrase = "replace change {number} with {line}"
    permission = None
    advertised = False
    help = (
        "Makes a change in the place of a temporary one on the same setting: the other's end is called off, and when"
        " this one ends, or is taken back, it goes to how it was before both."
    )
    examples = ("replace change 42 with recall Sales to Day Desk for 2h",)

    number: ChangeNumber
    line: Line

    @classmethod
    def needs(cls) -> str:
        return "what the line needs"
