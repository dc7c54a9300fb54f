"""Plan again, collect approvals, back up prompts, apply."""

import logging
from dataclasses import replace

from bot.changes.apply import apply_all, untouched, wait_for_stragglers
from bot.changes.change import Change, Conflict, RolledBack, Unverified
from bot.changes.plan import Plan, new_approval_request
from bot.changes.snapshot import Snapshot
from bot.errors import NOTHING, Moved, NotPossible, PBXError, Rejected, SignInFailed
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.journal.storage import PromptStore
from bot.messages.message import Message, Offer
from bot.messages.request import Request, Source
from bot.operations.base import ChangeOperation
from bot.operations.catalog import load
from bot.operations.members import Move
from bot.operations.schedule import floats, lasts
from bot.pbx.models import ParkServer
from bot.planning import preview as plan_preview
from bot.planning.context import RequestContext
from bot.planning.planner import AuthorizedPlan, Planner
from bot.times.model import End
from bot.worker import confirmations as confirmation
from bot.worker.lease import LeaseGuard, RetryPolicy, recorded
from bot.worker.notifier import Notifier
from bot.worker.outcome import Outcome


def explain_rejection(
    operation: ChangeOperation, plan: Plan, cause: Rejected | NotPossible, context: RequestContext
) -> Message:
    """The PBX's own words, and what is likely behind them: a user can be in one park group only."""
    said = Message(title=str(cause) if isinstance(cause, NotPossible) else f"The PBX refused: {cause}")
    joining = [(change, one) for change in plan.changes for one in change.added if not change.target.is_server]
    if not joining or plan.changes[0].before is None:
        return said
    try:
        return (
            _elsewhere(joining[0][0].target.title, [one.number for _, one in joining], context, operation.ends) or said
        )
    except PBXError:
        return said


def _elsewhere(group: str, numbers: list[str], context: RequestContext, ends: End | None) -> Message | None:
    found = {
        number: home.name
        for number in numbers
        if (home := context.memberships.find_now(number).group) and home.name != group
    }
    if not found:
        return None
    names = ", ".join(f"{number} is in {home}" for number, home in found.items())
    move = Move(members=tuple(found), to=group, ends=ends)
    return Message(
        title=f"{names}; a user can be in one park group only.",
        offers=(Offer(label=move.text(), line=move.text(), style="primary"),),
    )


log = logging.getLogger(__name__)


class PromptBackup:
    """Raises JournalUnavailable."""

    def __init__(self, prompts: PromptStore) -> None:
        self._prompts = prompts

    def saved(self, planned: AuthorizedPlan) -> AuthorizedPlan:
        """With a reference to the prompt that an update of other settings might cost."""
        reference = None
        for change in planned.plan.changes:
            if change.target.is_server and not change.with_prompt and not change.already:
                reference = self._present(change, planned.context)
        for file in planned.context.prompt_files.noted.values():
            self._prompts.keep(file)
        return replace(planned, plan=planned.plan.model_copy(update={"saved": reference}))

    def _present(self, change: Change, context: RequestContext) -> str | None:
        """None where there is none, or it can't be had: no reason not to change what was asked for."""
        shown = ParkServer.model_validate(change.before.settings if change.before else {})
        try:
            prompt, why = context.prompt_files.present(context.pbx, shown)
        except PBXError as fault:
            prompt, why = None, str(fault)
        if why:
            log.warning("the prompt in use could not be saved: %s", why)
        kept = context.prompt_files.noted.get(prompt.sha256 or "") if prompt else None
        return kept.reference if kept else None


class Executor:
    """Whatever dies, the next attempt begins where this one was; raises what the PBX, Slack and the journal raise."""

    def __init__(self, planner: Planner, retry_policy: RetryPolicy) -> None:
        self.planner, self.retry_policy, self._prompt_backup = planner, retry_policy, PromptBackup(planner.prompts)

    def planned(self, entry: Entry) -> AuthorizedPlan:
        """What it would do now; the times that it was scheduled with are not read again from what was typed."""
        plan, readings = Plan.model_validate(entry.plan) if entry.plan else None, changes_of(entry)
        anew = plan is None or (plan.waits and floats(readings[0]))
        planned = self.planner.plan(
            entry.request,
            readings,
            None if anew or plan is None else plan.times,
            due=plan is not None and not plan.waits and plan.times is not None,
        )
        if plan is None or plan.approval is None:  # what others approve they are shown again, where it has moved
            refuse_what_was_not_shown(entry.request, planned)
        return self._prompt_backup.saved(planned)

    def begin(self, lease_guard: LeaseGuard, planned: AuthorizedPlan) -> Outcome:
        """From the beginning."""
        lease_guard.record(planned)
        return self._apply(lease_guard, planned.operation, planned.plan, planned.context)

    def resume(self, lease_guard: LeaseGuard, plan: Plan, *, late: bool) -> Outcome:
        """An earlier attempt may have written: go on, unless it had not and nobody expects it any more."""
        operation = changes_of(lease_guard.entry)[0]
        if late and untouched(self.planner.pbx, plan.changes):
            why = "It was interrupted before it began."
            return Outcome(State.EXPIRED, confirmation.handed_back(operation.text(), why))
        return self._apply(lease_guard, operation, plan, self.planner.context(lease_guard.entry.request, operation))

    def _apply(
        self, lease_guard: LeaseGuard, operation: ChangeOperation, plan: Plan, context: RequestContext
    ) -> Outcome:
        line, names, began = operation.text(), context.ring_group_name, lease_guard.entry.began
        try:
            readings = self._write(plan, lease_guard)
        except Conflict as stop:
            state = State.UNKNOWN if began else State.REFUSED
            said = confirmation.moved(plan, stop, line, names, began=began)
            return Outcome(state, said.noting(lease_guard.reordered(plan)))
        except RolledBack as stop:
            why = explain_rejection(operation, plan, stop.cause, context)
            state = State.FAILED if stop.clean else State.UNKNOWN
            said = confirmation.refused_by_pbx(plan, why, clean=stop.clean)
            return Outcome(state, said.noting(lease_guard.reordered(plan)))
        except Unverified as stop:
            return Outcome(State.UNKNOWN, confirmation.not_seen(plan, stop, line, names))
        except SignInFailed as fault:
            if began or lease_guard.calls > 1:
                raise
            return Outcome(State.FAILED, confirmation.handed_back(line, f"Park can't sign in: {fault}"))
        slow = (
            lease_guard.journal.now() - max(lease_guard.entry.accepted_at, lease_guard.entry.run_at)
            > self.retry_policy.slow
        )
        waited = slow or plan.approval is not None
        state = State.ALREADY if all(change.already for change in plan.changes) else State.DONE
        if state is State.ALREADY and lease_guard.entry.request.source is Source.CLOCK:
            return Outcome(state, confirmation.ended_already(plan))
        return Outcome(state, confirmation.done(plan, readings, names, slow=waited))

    def _write(self, plan: Plan, lease_guard: LeaseGuard) -> list[Snapshot | None]:
        pbx, began, pauses = self.planner.pbx, lease_guard.entry.began, self.retry_policy.looks
        content = self.planner.prompts.content
        try:
            if began:
                wait_for_stragglers(pbx, plan.changes, pauses)
            seen = apply_all(pbx, plan.changes, began=began, before_write=lease_guard, pauses=pauses, content=content)
        except BaseException:
            self.planner.forget(plan.changes)
            raise
        self.planner.learn(plan.changes, seen)
        return seen


def refuse_what_was_not_shown(request: Request, planned: AuthorizedPlan) -> None:
    """A click applies what was shown with its button, or shows anew what has moved since; raise Moved."""
    if request.expects is None or request.expects == planned.plan.digest():
        return
    again = plan_preview.preview(planned.plan, planned.operation, planned.context.ring_group_name)
    moved = Moved("The PBX is no longer as you were shown. Nothing was changed; this is what it would be now:")
    moved.message = replace(again, title=f"{moved} {again.title}")
    raise moved


def changes_of(entry: Entry) -> list[ChangeOperation]:
    """The readings of the line; one, once it is planned."""
    return [one for one in map(load, entry.asked) if isinstance(one, ChangeOperation)]


class ApprovalFlow:
    """What was approved is what is made: whatever moved since goes back to be approved."""

    def __init__(self, journal: Journal, planner: Planner, notifier: Notifier) -> None:
        self.journal, self.planner, self.notifier = journal, planner, notifier

    def lapsed(self, entry: Entry, plan: Plan) -> Outcome | None:
        """None while it may still be made."""
        if plan.approval is None or entry.run_at < plan.approval.until:
            return None
        return Outcome(State.EXPIRED, confirmation.lapsed(plan, entry.request.line))

    def approved(self, entry: Entry, planned: AuthorizedPlan) -> AuthorizedPlan | None:
        """With the approvals on record, where it needs none or has them all; None: they are to be asked for."""
        before = Plan.model_validate(entry.plan) if entry.plan else None
        if not planned.granted.approvers or all(change.already for change in planned.plan.changes):
            return planned
        if before is None or before.approval is None or before.digest() != planned.plan.digest():
            return None
        if not self.planner.approvals(None).suffice(entry, planned.granted.approvers):
            return None
        approval = before.approval.model_copy(update={"given": True})
        return replace(planned, plan=planned.plan.model_copy(update={"approval": approval}))

    def ask(self, entry: Entry, planned: AuthorizedPlan) -> None:
        """Shown first: a kill in between shows it twice, and loses nothing. Raise NotPossible where nobody sees it."""
        now, approvers = self.journal.now(), planned.granted.approvers
        place = entry.request.channel or entry.request.post_to
        if place is None and not all(one.channel for one in approvers):
            raise NotPossible(
                f"Nobody who may approve that can see this conversation. {NOTHING}",
                notes=("Ask in a channel that they are in, or in a thread there.",),
            )
        approval = new_approval_request(
            approvers, planned.plan.times, now=now, zone=planned.context.zone, fixed=not floats(planned.operation)
        )
        plan = planned.plan.model_copy(update={"approval": approval})
        said = confirmation.asked(
            plan, planned.context.ring_group_name, lasts=lasts(planned.operation), again=entry.plan is not None
        )
        known = recorded(replace(planned, plan=plan)) | {"outcome": said.model_dump(mode="json")}
        waiting = replace(entry, **known, state=State.SCHEDULED, run_at=approval.until)
        card = self.notifier.ask(waiting)
        self.journal.schedule(entry, approval.until, **known, card=card.model_dump(mode="json"))
        if entry.card is not None:  # whoever drew it meanwhile, for an approval, had the older plan
            self.notifier.draw(entry.id)
