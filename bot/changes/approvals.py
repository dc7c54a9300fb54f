"""Approvals given to changes, judged by the current policy and accounts."""

from collections.abc import Callable, Collection, Sequence

from bot.changes.plan import ApprovalRequest, Plan, waits_for_approval
from bot.changes.repository import ChangeRepository
from bot.errors import NotAllowed, NotPossible, SlackUnavailable
from bot.journal.models import Entry, State
from bot.messages.request import Request
from bot.policy.model import Approvers, Principal
from bot.texts import approvals, delivery

APPROVE = "approve"
"""Id of the operation that gives an approval."""


class Approvals:
    """Decides about approvals by the current policy and user groups: a button that was drawn earlier gives no right."""

    def __init__(
        self,
        repository: ChangeRepository,
        required: Callable[[Entry], tuple[Approvers, ...]],
        principal_of: Callable[[Request], Principal],
        user: Principal | None,
    ) -> None:
        """Binds the decisions to one user.

        Args:
            required: returns the approvers that a change needs; raises NotAllowed if its requester lost the right.
            principal_of: returns the principal who sent a request; raises NotAllowed.
            user: the user who approves or asks; None where nobody does.
        """
        self._repository, self._required, self._principal_of, self._user = repository, required, principal_of, user

    def approvable_entry(self, number: int) -> Entry:
        """Returns a waiting change that the user may approve; raises NotFound, NotPossible or NotAllowed."""
        entry = self._repository.waiting_for_approval(number)
        if entry.run_at <= self._repository.now():
            raise NotPossible(approvals.expired(number))
        if self._user is None or self._user.user == entry.request.user:
            raise NotAllowed(approvals.NEVER_ONES_OWN)
        if not _is_approver(self._user, self._required_now(entry), entry):
            if self._user.user_groups is None:  # what Slack can't say now is not a "no"
                raise SlackUnavailable(delivery.UNKNOWN_USER_GROUPS)
            raise NotAllowed(approvals.no_approver(number))
        if self._user.user in {one.request.user for one in self._given(entry)}:
            raise NotPossible(approvals.approved_before(number))
        return entry

    def may_approve(self, entry: Entry) -> bool:
        """Returns whether the user is one of the change's approvers, and it can still be approved."""
        try:
            return self._user is not None and _is_approver(self._user, self._required_now(entry), entry)
        except NotPossible:
            return False

    def may_know(self, entry: Entry) -> bool:
        """Returns whether the user was asked to approve the change, or may approve it now."""
        approval = Plan.model_validate(entry.plan).approval if entry.plan else None
        if approval is None or self._user is None:
            return False
        return self.was_asked(entry) or (waits_for_approval(entry) and self.may_approve(entry))

    def was_asked(self, entry: Entry) -> bool:
        """Returns whether the user was one of the change's approvers when it was asked for."""
        approval = Plan.model_validate(entry.plan).approval if entry.plan else None
        return approval is not None and self._user is not None and _is_approver(self._user, approval.asked, entry)

    def are_sufficient(self, entry: Entry, needed: Sequence[Approvers] | None = None) -> bool:
        """Returns whether the approvals given satisfy `needed`.

        Without `needed`, returns whether they would satisfy the current policy together with the user's.
        """
        given = [principal for one in self._given(entry) if (principal := self._active(one.request))]
        if needed is None and self._user is not None:
            given, needed = [*given, self._user], self._required_now(entry)
        return all(_approval_count(given, one, entry) >= one.count for one in needed or ())

    def _active(self, request: Request) -> Principal | None:
        """Returns who sent a request; None if Slack does not know them any more, or their account is deactivated."""
        try:
            return self._principal_of(request)
        except NotAllowed:
            return None

    def _required_now(self, entry: Entry) -> tuple[Approvers, ...]:
        try:
            return self._required(entry)
        except NotAllowed as refusal:
            raise NotPossible(approvals.asker_lost_right(entry.id)) from refusal

    def _given(self, entry: Entry) -> list[Entry]:
        """Returns the approvals of the current plan; those given before it was planned again don't count."""
        approval = Plan.model_validate(entry.plan).approval
        return [
            one
            for one in self._repository.follow_ups(entry.id)
            if one.operations[0]["operation"] == APPROVE
            and one.state is State.DONE
            and approval is not None
            and _is_given_to(approval, one)
        ]


def _is_given_to(request: ApprovalRequest, approval: Entry) -> bool:
    """Returns whether an approval was accepted after a request; the clock may have been set back in between."""
    return approval.accepted_at >= request.since if request.after is None else approval.id > request.after


def _is_approver(user: Principal, required: Collection[Approvers], entry: Entry) -> bool:
    return any(one.include(user, entry.request.user) for one in required)


def _approval_count(given: Sequence[Principal], approvers: Approvers, entry: Entry) -> int:
    return len({one.user for one in given if approvers.include(one, entry.request.user)})
