"""A change asked for that others have to approve first."""

from bot.fields import Line
from bot.operation import Operation


class Ask(Operation):
    """Stands for the line in it: what that line did not say is that it may wait for approval."""

    title = "Ask for approval"
    phrase = "ask {line}"
    also = ("ask for {line}", "request {line}")
    permission = None
    advertised = False
    help = (
        "Asks for a change that you may not make by yourself: whoever the policy names approves or refuses it in the"
        " thread. What you may do anyway is done at once."
    )
    examples = ("ask add 1001 to Sales",)

    line: Line

    @classmethod
    def needs(cls) -> str:
        return "a rule with approvers"
