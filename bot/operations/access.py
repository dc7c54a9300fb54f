"""Questions about the policy: access, can, who can, why."""

from typing import Annotated

from bot.messages.message import Fact, Message
from bot.operations.arguments.times import SomeoneId
from bot.operations.arguments.types import CHANGE, Line
from bot.operations.base import Operation, ReadOperation
from bot.operations.context import OperationContext
from bot.policy.model import OWN_CHANGE, Permission
from bot.texts import answers, cards


class ShowAccess(Operation):
    """Shows what the requester may do, and by which rules. Requires no permission."""

    operation_id = "access"
    phrase = "access"
    also = ("my access|rights|permissions", "rights", "permissions", "what may|can i do", "what am i allowed to do")
    permission = None
    examples = ("access",)


class Can(Operation):
    """Tells whether a user may run a line in this channel now; plans nothing."""

    operation_id = "can"
    phrase = "can {person} {line}"
    also = ("may {person} {line}", "is {person} allowed to {line}", "am {person} allowed to {line}")
    permission = Permission.READ
    advertised = False
    examples = ("can me delete Sales",)

    person: SomeoneId
    line: Line


class WhoCan(Operation):
    """Lists whom the rules allow to run a line."""

    operation_id = "who_can"
    phrase = "who can {line}"
    also = ("who may {line}", "who is allowed to {line}", "who could {line}")
    permission = Permission.READ
    advertised = False
    examples = ("who can delete Sales",)

    line: Line


class Why(ReadOperation):
    """Shows which rule allowed a change; requires the read permission on all its groups."""

    operation_id = "why"
    phrase = "why {number}"
    also = ("why change {number}", "why was [change] {number} allowed|made|done", "who allowed [change] {number}")
    permission = Permission.READ
    advertised = False
    examples = ("why 42",)

    number: Annotated[int, CHANGE]

    def about(self) -> int | None:
        return self.number

    def read(self, context: OperationContext) -> Message:
        entry = context.repository.entry(self.number)
        return Message(
            title=answers.allowed_by(self.number, (entry.rule or "").replace(OWN_CHANGE, answers.OWN_CHANGE)),
            facts=(
                Fact(label=answers.ASKED, value=entry.request.line),
                Fact(label=cards.BY, value="", ids=(entry.request.user,)),
                *((Fact(label=answers.IN, value="", ids=(entry.request.channel,)),) if entry.request.channel else ()),
                *(
                    (Fact(label=answers.POLICY, value=answers.policy_since(entry.policy, context.policy)),)
                    if entry.policy
                    else ()
                ),
            ),
        )
