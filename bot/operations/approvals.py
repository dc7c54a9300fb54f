"""Operations for approvals and emergencies: ask, approve, refuse, emergency."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from bot.changes.repository import ChangeRepository, waits_for_approval
from bot.journal.models import Entry
from bot.messages.message import Fact
from bot.operations.arguments.types import CHANGE_OR_GROUP, LINE, REASON
from bot.operations.base import ChangeModifier, ControlOperation, JournalEffect
from bot.operations.context import OperationContext
from bot.operations.scheduling import AboutChange
from bot.texts import cards, decisions
from bot.texts.lines import NO_EMERGENCY, NOTHING_TO_APPROVE


class Ask(ChangeModifier):
    """Lets the change in its line wait for approval where the policy requires one."""

    operation_id = "ask"
    title = "Ask for approval"
    phrase = "ask {line}"
    also = ("ask for {line}", "request {line}")
    modifies = NOTHING_TO_APPROVE
    requirement = "a rule with approvers"
    help = (
        "Asks for approval of a change that you can't make yourself. The approvers decide in the thread. What you"
        " may do yourself is done right away."
    )
    examples = ("ask add 1001 to Sales",)

    def added(self) -> dict[str, Any]:
        return {"approval": True}


class ApprovalDecision(AboutChange, ControlOperation):
    """Decides an approval request; for its approvers, never for the requester."""

    requirement = "to be one of its approvers"
    button: ClassVar[str]
    """Label of the button that decides."""

    @classmethod
    def may_be_meant(cls, repository: ChangeRepository, entry: Entry) -> bool:
        return waits_for_approval(entry)


class Approve(ApprovalDecision):
    """Approves the plan that the card shows; a plan that changes needs a new approval."""

    operation_id = "approve"
    title = "Approve"
    phrase = "approve {number}"
    also = ("approve change {number}",)
    card_label = "Approved"
    button = cards.APPROVE
    needs_confirmation = True
    help = "Approves a change that somebody asked for. It is made as soon as enough approvers have agreed."
    examples = ("approve 42", "approve Sales")

    def effect(self, context: OperationContext) -> JournalEffect:
        entry = context.approvals.approvable_entry(self.change)
        if not context.approvals.are_sufficient(entry):
            return JournalEffect(title=decisions.partly_approved(self.change))
        return JournalEffect(
            title=decisions.approved(self.change), shifts=(self.reschedule(entry, context.repository.now()),)
        )


CHANGE_TO_REFUSE = replace(CHANGE_OR_GROUP, label="Change", hint="Its number is on its card.")
REFUSAL_REASON = replace(REASON, hint="The person who asked for the change will read it.")


class Refuse(ApprovalDecision):
    """Refuses an approval request; one approver is enough."""

    operation_id = "refuse"
    title = "Reject a change"
    phrase = "reject {number} [because {reason}]"
    also = ("reject|refuse change {number} [because {reason}]", "refuse {number} [because {reason}]")
    card_label = "Rejected"
    button = cards.REJECT
    help = "Rejects a change that somebody asked for, and tells them the reason."
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


EMERGENCY_LINE = replace(LINE, label="Change", hint="As you would type it: recall Sales to Night Desk for 2h")
EMERGENCY_REASON = replace(REASON, hint="It is posted right away to the channel that the policy names.")


class Emergency(ChangeModifier):
    """Lets the change in its line use a rule for emergencies."""

    operation_id = "emergency"
    title = "Emergency change"
    phrase = "emergency {line} because {reason}"
    modifies = NO_EMERGENCY
    advertised = True
    requirement = "a rule for emergencies"
    help = (
        "Makes a change right away under a rule for emergencies. The reason is posted to the channel that the"
        " policy names, and kept in the history."
    )
    examples = ("emergency recall Sales to Night Desk for 2h because the desk is empty",)

    line: Annotated[str, EMERGENCY_LINE]
    reason: Annotated[str, EMERGENCY_REASON]

    def added(self) -> dict[str, Any]:
        return {"emergency": self.reason}
