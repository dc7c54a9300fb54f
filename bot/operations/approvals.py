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
from bot.texts import cards


class Ask(ChangeModifier):
    """Lets the change in its line wait for approval where the policy requires one."""

    operation_id = "ask"
    title = "Ask for approval"
    phrase = "ask {line}"
    also = ("ask for {line}", "request {line}")
    modifies = "others could approve"
    requirement = "a rule with approvers"
    help = (
        "Asks for a change that you may not make by yourself: whoever the policy names approves or refuses it in the"
        " thread. What you may do anyway is done at once."
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
    help = "Approves a change that somebody asked for. It is made once enough of those who may have approved it."
    examples = ("approve 42", "approve Sales")

    def effect(self, context: OperationContext) -> JournalEffect:
        entry = context.approvals.approvable_entry(self.change)
        if not context.approvals.are_sufficient(entry):
            return JournalEffect(title=f"Change {self.change} is approved, and needs others to approve it too")
        return JournalEffect(
            title=f"Change {self.change} is approved", shifts=(self.reschedule(entry, context.repository.now()),)
        )


CHANGE_TO_REFUSE = replace(CHANGE_OR_GROUP, label="Change", hint="Its number stands on its card")
REFUSAL_REASON = replace(REASON, hint="Whoever asked for it reads it")


class Refuse(ApprovalDecision):
    """Refuses an approval request; one approver is enough."""

    operation_id = "refuse"
    title = "Refuse a change"
    phrase = "reject {number} [because {reason}]"
    also = ("reject|refuse change {number} [because {reason}]", "refuse {number} [because {reason}]")
    card_label = "Rejected"
    button = cards.REJECT
    help = "Refuses a change that somebody asked for. Whoever asked is told, with the reason."
    examples = ("reject 42 because Sales is short of people", "reject Sales")

    number: Annotated[int | str, CHANGE_TO_REFUSE]
    reason: Annotated[str, REFUSAL_REASON] | None = None

    def effect(self, context: OperationContext) -> JournalEffect:
        entry = context.approvals.approvable_entry(self.change)
        reason = (Fact(label="Reason", value=self.reason),) if self.reason else ()
        return JournalEffect(
            title=f"Change {self.change} is refused",
            facts=(*reason, Fact(label="Asked by", value="", ids=(entry.request.user,))),
            shifts=(self.reschedule(entry, None),),
        )


EMERGENCY_LINE = replace(LINE, label="Change", hint="As you would type it, as in recall Sales to Night Desk for 2h")
EMERGENCY_REASON = replace(REASON, hint="The channel that the policy names is told at once")


class Emergency(ChangeModifier):
    """Lets the change in its line use a rule for emergencies."""

    operation_id = "emergency"
    title = "Emergency change"
    phrase = "emergency {line} because {reason}"
    modifies = "could be made in an emergency"
    advertised = True
    requirement = "a rule for emergencies"
    help = (
        "Makes a change at once that you may make in an emergency only: the reason goes to the channel that the policy"
        " names, and into the history."
    )
    examples = ("emergency recall Sales to Night Desk for 2h because the desk is empty",)

    line: Annotated[str, EMERGENCY_LINE]
    reason: Annotated[str, EMERGENCY_REASON]

    def added(self) -> dict[str, Any]:
        return {"emergency": self.reason}
