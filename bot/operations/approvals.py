"""Operations for approvals and emergencies: ask, approve, refuse, emergency."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from bot.changes.plan import waits_for_approval
from bot.changes.repository import ChangeRepository
from bot.journal.models import Entry
from bot.messages.message import Fact
from bot.operations.arguments.types import CHANGE_OR_GROUP, LINE, REASON
from bot.operations.base import ChangeModifier, ControlOperation, JournalEffect
from bot.operations.context import OperationContext
from bot.operations.operation_text import OperationText
from bot.operations.scheduling import AboutChange
from bot.texts import cards, decisions


class Ask(ChangeModifier):
    """Lets the change in its line wait for approval where the policy requires one."""

    operation_id = "ask"
    phrase = "ask {line}"
    also = ("ask for {line}", "request {line}")
    requirement = "a rule with approvers"
    examples = ("ask add 1001 to Sales",)

    def added(self) -> dict[str, Any]:
        return {"approval": True}


class ApprovalDecision(AboutChange, ControlOperation):
    """Decides an approval request; for its approvers, never for the requester."""

    requirement = "to be one of its approvers"
    button: ClassVar[OperationText] = OperationText("button")
    """Label of the button that decides."""

    @classmethod
    def may_be_meant(cls, repository: ChangeRepository, entry: Entry) -> bool:
        return waits_for_approval(entry)


class Approve(ApprovalDecision):
    """Approves the plan that the card shows; a plan that changes needs a new approval."""

    operation_id = "approve"
    phrase = "approve {number}"
    also = ("approve change {number}",)
    needs_confirmation = True
    examples = ("approve 42", "approve Sales")

    def effect(self, context: OperationContext) -> JournalEffect:
        entry = context.approvals.approvable_entry(self.change)
        if not context.approvals.are_sufficient(entry):
            return JournalEffect(title=decisions.partly_approved(self.change))
        return JournalEffect(
            title=decisions.approved(self.change), shifts=(self.reschedule(entry, context.repository.now()),)
        )


CHANGE_TO_REFUSE = replace(CHANGE_OR_GROUP, name="change to reject")
REFUSAL_REASON = replace(REASON, name="reason to reject")


class Refuse(ApprovalDecision):
    """Refuses an approval request; one approver is enough."""

    operation_id = "refuse"
    phrase = "reject {number} [because {reason}]"
    also = ("reject|refuse change {number} [because {reason}]", "refuse {number} [because {reason}]")
    examples = ("reject 42 because Sales is short of people", "reject Sales")

    number: Annotated[int | str, CHANGE_TO_REFUSE]
    reason: Annotated[str, REFUSAL_REASON] | None = None

    def effect(self, context: OperationContext) -> JournalEffect:
        entry = context.approvals.approvable_entry(self.change)
        reason = (Fact(label=cards.REASON, value=self.reason),) if self.reason else ()
        return JournalEffect(
            title=decisions.rejected(self.change),
            facts=(*reason, Fact(label=cards.ASKED_BY, value="", ids=(entry.request.user,))),
            shifts=(self.reschedule(entry, None),),
        )


EMERGENCY_LINE = replace(LINE, name="emergency line")
EMERGENCY_REASON = replace(REASON, name="emergency reason")


class Emergency(ChangeModifier):
    """Lets the change in its line use a rule for emergencies."""

    operation_id = "emergency"
    phrase = "emergency {line} because {reason}"
    advertised = True
    requirement = "a rule for emergencies"
    examples = ("emergency recall Sales to Night Desk for 2h because the desk is empty",)

    line: Annotated[str, EMERGENCY_LINE]
    reason: Annotated[str, EMERGENCY_REASON]

    def added(self) -> dict[str, Any]:
        return {"emergency": self.reason}
