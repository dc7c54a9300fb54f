"""What deciding about somebody else's request does: approvals, rejections, and declining what a workflow proposes."""

from bot.changes.repository import ChangeRepository
from bot.errors import StalePlan
from bot.messages.request import Request
from bot.operations.approvals import ApprovalDecision
from bot.operations.base import JournalEffect
from bot.operations.catalog import load
from bot.operations.proposals import Decline
from bot.planning.authorizer import Authorizer
from bot.planning.context import RequestContext
from bot.policy.model import Principal
from bot.texts import approvals


def decision_effect(
    request: Request,
    operation: ApprovalDecision | Decline,
    context: RequestContext,
    principal: Principal | None,
    authorizer: Authorizer,
) -> JournalEffect:
    """Computes the effect of a decision on the journal.

    Approvals are authorized by `Approvals`; a proposal may be declined by whoever could make the proposed change.

    Raises:
        Refused: It is not allowed, or there is nothing to decide any more.
    """
    repository: ChangeRepository = context.repository
    if isinstance(operation, Decline):
        proposed = load(repository.open_proposal(operation.change).operations[0])
        authorizer.possible_readings(principal, [proposed])
        return operation.effect(context)
    effect = operation.effect(context)
    if request.expects not in (None, repository.plan(operation.change).digest()):
        raise StalePlan(approvals.SHOWN_ANEW)
    return effect
