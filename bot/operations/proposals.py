"""The operation that declines what a workflow proposes; the click that accepts it is the change itself."""

from typing import Annotated

from bot.changes.repository import ChangeRepository
from bot.journal.models import Entry
from bot.messages.message import Fact, Offer
from bot.operations.approvals import REFUSAL_REASON
from bot.operations.arguments.types import ChangeNumber
from bot.operations.base import ControlOperation, JournalEffect
from bot.operations.context import OperationContext
from bot.operations.scheduling import AboutChange
from bot.texts import workflows as texts


class Decline(AboutChange, ControlOperation):
    """Declines a workflow's proposal; for those who could make the change that it proposes."""

    operation_id = "decline"
    phrase = "decline {number} [because {reason}]"
    also = ("decline proposal {number} [because {reason}]",)
    advertised = False
    requirement = "what the proposed change needs"
    examples = ("decline 42", "decline 42 because Sales is short of people")

    number: ChangeNumber
    reason: Annotated[str, REFUSAL_REASON] | None = None

    @classmethod
    def may_be_meant(cls, repository: ChangeRepository, entry: Entry) -> bool:
        return False

    def effect(self, context: OperationContext) -> JournalEffect:
        proposal = context.repository.open_proposal(self.change)
        reason = (Fact(label=texts.REASON, value=self.reason),) if self.reason else ()
        return JournalEffect(
            title=texts.declined(self.change),
            facts=reason,
            shifts=(self.reschedule(proposal, context.repository.now()),),
        )


def proposal_buttons(number: int, line: str) -> tuple[Offer, ...]:
    """The buttons of a proposal; the first makes the change as whoever clicks."""
    return (
        Offer(label=texts.DO_IT, line=line, style="primary", proposal=number, meant=number),
        Offer(label=texts.DECLINE, line=Decline(number=number).text()),
    )
