"""Changes that need approval: requests it, and checks what was given before the change runs."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from bot.changes.change import Change
from bot.changes.plan import Plan, new_approval_request
from bot.errors import NotPossible, SlackFailure
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.messages.message import Posted
from bot.messages.request import Source
from bot.operations.catalog import load
from bot.operations.schedule import has_relative_end, relative_duration
from bot.planning.planner import AuthorizedPlan, Planner
from bot.policy.field_types import is_user_group
from bot.policy.model import Approvers
from bot.setups.replaced import names_of
from bot.texts import approvals as texts
from bot.worker import confirmations
from bot.worker.card_copies import CardCopies
from bot.worker.lease import journal_fields
from bot.worker.notifier import Notifier
from bot.worker.outcome import Outcome, plan_of
from bot.worker.proposals import schedule_and_notify

MAX_REMINDED = 5
"""Approvers who are reminded in a direct message."""


class ApprovalFlow:
    """Runs a change only as it was approved: a plan that differs by then is sent to its approvers again."""

    def __init__(self, journal: Journal, planner: Planner, notifier: Notifier) -> None:
        self.journal, self.planner, self.notifier = journal, planner, notifier

    def expired(self, entry: Entry, plan: Plan) -> Outcome | None:
        """Returns the outcome of a change whose approval period is over; None while it may still run."""
        if plan.approval is None or entry.run_at < plan.approval.until:
            return None
        begun = plan.times is not None and plan.times.starts is not None and plan.times.starts <= self.journal.now()
        again = self.planner.times.repeating_line(entry.request, load(entry.operations[0]), plan.times, at_once=begun)
        return Outcome(State.EXPIRED, confirmations.approval_expired(plan, again))

    def remind(self, entry: Entry, plan: Plan) -> None:
        """Reminds the approvers of a request that is still undecided: in its thread, and each of a few directly.

        Whoever was asked first may be away, or not be in the conversation; Slack's failures don't delay the expiry.
        """
        posted = Posted.model_validate(entry.card)
        if plan.approval is not None:
            until = plan.approval.expiry_text()
            message = confirmations.approval_reminder(plan, until)
            waiting = replace(entry, state=State.SCHEDULED)
            copies = tuple(self._copies_for(waiting, plan.approval.asked, posted))
            with suppress(SlackFailure):
                self.notifier.messenger.reply_in_thread(entry.request, posted, message, mention=False)
            posted = posted.model_copy(update={"copies": (*posted.copies, *copies)})
        self.journal.schedule(entry, entry.run_at, card=posted.model_dump(mode="json"))

    def _copies_for(self, entry: Entry, asked: Sequence[Approvers], posted: Posted) -> Iterator[Posted]:
        """Yields copies of the card in direct messages to approvers, without those who asked or have approved."""
        decided = {one.request.user for one in self.journal.entries_about(entry.id)}
        users = dict.fromkeys(user for one in asked for user in self._users_of(one))
        copies = CardCopies(self.journal, self.notifier.messenger)
        for user in [one for one in users if one not in {*decided, entry.request.user}][:MAX_REMINDED]:
            if (copy := copies.show(user, entry, root=posted)) is not None:
                yield copy

    def _users_of(self, approvers: Approvers) -> Iterator[str]:
        for id in approvers.ids:
            yield from (self.planner.users.members_of(id) or ()) if is_user_group(id) else (id,)

    def approved(self, entry: Entry, planned: AuthorizedPlan) -> AuthorizedPlan | None:
        """Returns the plan once it needs no more approvals; None if they are still to be requested."""
        before = plan_of(entry)
        if not planned.grant.approvers or planned.plan.is_noop:
            return planned
        if entry.request.source is Source.SCHEDULE and self._is_covered(entry, planned):
            return planned
        if (
            before is None
            or before.approval is None
            or not planned.context.is_as_shown(planned.plan, before.digest(), entry.id)
        ):
            return None
        if not self.planner.approvals(None).are_sufficient(entry, planned.grant.approvers):
            return None
        approval = before.approval.model_copy(update={"given": True})
        return replace(planned, plan=planned.plan.model_copy(update={"approval": approval}))

    def _is_covered(self, entry: Entry, planned: AuthorizedPlan) -> bool:
        """Whether the approval of a schedule covers an occurrence: it sets nothing but what was shown."""
        if entry.request.schedule is None:
            return False
        plan, made = planned.plan, plan_of(self.journal.get(entry.request.schedule))
        if made is None or made.approval is None or not made.approval.given:
            return False
        shown = planned.context.present(made.undone, entry.request.schedule, names_of(plan.undone))
        return set(map(_wanted, plan.undone)) <= set(map(_wanted, shown))

    def request(self, entry: Entry, planned: AuthorizedPlan) -> None:
        """Shows the change to its approvers and stores it until they have decided.

        The card is posted before the commit: a crash in between posts it twice and loses nothing.

        Raises:
            NotPossible: No approver can see the conversation.
        """
        approvers = planned.grant.approvers
        if entry.request.card_channel is None and not all(one.channel for one in approvers):
            raise NotPossible(
                texts.NOBODY_HERE,
                notes=(texts.ASK_ELSEWHERE,),
            )
        approval = new_approval_request(
            approvers,
            planned.plan.times,
            now=self.journal.now(),
            after=self.journal.newest(),
            zone=planned.context.zone,
            fixed=not has_relative_end(planned.operation),
        )
        plan = planned.plan.model_copy(update={"approval": approval})
        confirmation = confirmations.awaiting_approval(
            plan,
            planned.context.ring_group_name,
            duration=relative_duration(planned.operation),
            again=entry.plan is not None,
        )
        fields = journal_fields(replace(planned, plan=plan)) | {"outcome": confirmation.model_dump(mode="json")}
        posted = self.notifier.request_approval(replace(entry, **fields, state=State.SCHEDULED, run_at=approval.until))
        card = posted.model_dump(mode="json")
        schedule_and_notify(self.journal, entry, approval.until, approval.remind_at, **fields, card=card)
        if entry.card is not None:  # an approval given meanwhile may have drawn the card with the older plan
            self.notifier.redraw_card(entry.id)


def _wanted(change: Change) -> tuple[str, str]:
    """The target of a change, and what it is to be afterwards: the settings that change, and who joins or leaves."""
    before, after = (side.compared() if side else {} for side in (change.before, change.after))
    settings = {key: value for key, value in after.items() if before.get(key) != value}
    members = [sorted(person.number for person in side) for side in (change.added, change.removed)]
    return change.target.key, repr((sorted(settings.items()), members))
