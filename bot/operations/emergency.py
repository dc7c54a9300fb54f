"""A change made at once for a stated reason."""

from dataclasses import replace
from typing import Annotated

from bot.fields import LINE, REASON
from bot.operation import Operation

URGENT_LINE = replace(LINE, label="Change", hint="As you would type it, as in recall Sales to Night Desk for 2h")
WHY = replace(REASON, hint="The channel that the policy names is told at once")


class Emergency(Operation):
    """Stands for the line in it: what that line did not say is why it can't wait for whoever may do it."""

    title = "Emergency change"
    phrase = "emergency {line} because {reason}"
    permission = None
    advertised = False
    help = (
        "Makes a change at once that you may make in an emergency only: the reason goes to the channel that the policy"
        " names, and into the history."
    )
    examples = ("emergency recall Sales to Night Desk for 2h because the desk is empty",)

    line: Annotated[str, URGENT_LINE]
    reason: Annotated[str, WHY]

    @classmethod
    def needs(cls) -> str:
        return "a rule for emergencies"
