"""Plans a claimed change and applies it to the PBX."""

import logging
from dataclasses import replace
from functools import partial

from bot.changes.apply import all_unchanged, apply_all, wait_for_delayed_writes
from bot.changes.apply_stages import Stopped, apply_stages
from bot.changes.change import Change, Conflict, RolledBack, Unverified
from bot.changes.diff import RingGroupName
from bot.changes.plan import Plan, Schedule
from bot.changes.readings import Reading
from bot.changes.snapshot import Snapshot
from bot.changes.target_io import is_gone
from bot.errors import NotPossible, PBXError, Refused, Rejected, SignInFailed, StalePlan, said
from bot.journal.models import Entry, State
from bot.messages.message import Message, Offer
from bot.messages.request import Source
from bot.operations.arguments.targets import Recall
from bot.operations.base import ChangeOperation
from bot.operations.catalog import load
from bot.operations.members import Move
from bot.operations.recall import RecallGroup
from bot.operations.schedule import begun_early, has_relative_end, with_instants
from bot.operations.server import ServerRecall
from bot.operations.undo import Undo
from bot.pbx.models import ParkServer, RecallTo
from bot.planning.context import RequestContext
from bot.planning.meant_names import meant_by_click, with_present_names
from bot.planning.planner import AuthorizedPlan, Planner
from bot.planning.preview import preview
from bot.texts import changes, outcomes
from bot.worker import confirmations
from bot.worker.lease import LeaseGuard, RetryPolicy
from bot.worker.outcome import Outcome, plan_of, tied_to
from bot.worker.partly_done import partly_done, plan_in_part, still_partly_done

log = logging.getLogger(__name__)


class Executor:
    """Plans and applies changes; an attempt after a crash continues where the one before it stopped.

    Errors of the PBX, Slack and the journal pass through: the caller decides whether to retry.
    """

    def __init__(self, planner: Planner, retry_policy: RetryPolicy) -> None:
        self.planner, self.retry_policy = planner, retry_policy

    def plan(self, entry: Entry) -> AuthorizedPlan:
        """Plans the entry's change against the present PBX and policy, and backs up a prompt it might delete.

        A scheduled change keeps the times that it was scheduled with; they are not computed from its line again.

        Raises:
            Moved: The plan is not the one that was shown with the button.
        """
        plan = plan_of(entry)
        readings = (
            meant_by_click(self.planner.repository, entry.request, readings_of(entry), self.planner.context)
            if plan is None
            else self._as_meant(entry, plan, entry.id)
        )
        new_times = plan is None or (plan.waits_for_approval and has_relative_end(readings[0]))
        due = plan is not None and not plan.waits_for_approval and plan.times is not None
        times = None if new_times or plan is None else plan.times
        if due and times is not None:
            times = begun_early(times, readings[0], self.planner.repository.now())
        try:
            planned = self.planner.plan(entry.request, readings, times, due=due)
            if plan is None or plan.approval is None:  # approvers are shown a changed plan again by the approval flow
                _refuse_outdated_preview(entry, planned)
        except Refused as refused:
            refused.message = self.planner.times.at_once(refused.message) if due else refused.message
            raise
        return self._with_prompt_backup(planned)

    def plan_occurrence(self, entry: Entry, times: Schedule) -> AuthorizedPlan:
        """Plans an occurrence of a schedule against the present PBX and policy, as its holder; raises like `plan`."""
        schedule = entry.request.schedule
        assert schedule is not None  # noqa: S101 - the journal sets it for each occurrence
        readings = self._as_meant(entry, self.planner.repository.plan(schedule), schedule)
        return self._with_prompt_backup(self.planner.plan(entry.request, readings, times, due=True))

    def _as_meant(self, entry: Entry, made: Plan, number: int) -> list[ChangeOperation]:
        """Returns the readings of an entry's line for the groups that a plan was made for, whatever their names now."""
        return [
            with_present_names(one, made, number, self.planner.context(entry.request, one))
            for one in readings_of(entry)
        ]

    def execute(self, lease_guard: LeaseGuard, planned: AuthorizedPlan) -> Outcome:
        """Records the plan and applies it."""
        lease_guard.record_plan(planned)
        return self._apply(lease_guard, planned.operation, planned.plan, planned.context)

    def resume(self, lease_guard: LeaseGuard, plan: Plan, *, late: bool) -> Outcome:
        """Continues a change that an earlier attempt may have written; if late and unwritten, ends it."""
        operation = with_instants(readings_of(lease_guard.entry)[0], plan.times)
        if late and all_unchanged(self.planner.pbx, plan.changes):
            why = outcomes.NOT_EVEN_BEGUN
            again = operation.model_copy(update={"starts": None}).text(settled=True)
            return Outcome(State.EXPIRED, confirmations.not_run(lease_guard.entry.request.line, again, why))
        return self._apply(lease_guard, operation, plan, self.planner.context(lease_guard.entry.request, operation))

    def complete(self, lease_guard: LeaseGuard, plan: Plan) -> Outcome:
        """Continues the end of a temporary change that an earlier attempt may have written; raises like `apply`."""
        lease_guard.reserve(plan)
        return self.apply(lease_guard, plan, self._context(lease_guard.entry))

    def apply(self, lease_guard: LeaseGuard, plan: Plan, context: RequestContext) -> Outcome:
        """Applies a recorded plan.

        Raises:
            Conflict: The target is not as planned.
            RolledBack: The PBX rejected a write.
            Unverified: A write does not show on the PBX.
        """
        seen = self._write(plan, lease_guard, context)
        lease_guard.record_now()  # where there was nothing to write
        lease_guard.record_ids(plan.with_ids(seen))
        state = State.ALREADY if plan.is_noop else State.DONE
        if state is State.ALREADY and lease_guard.entry.request.source is Source.CLOCK:
            return Outcome(state, confirmations.ended_already(plan))
        if state is State.ALREADY and lease_guard.entry.card is not None:
            return Outcome(state, confirmations.begun_already(plan))
        slow = plan.approval is not None or self._is_slow(lease_guard)
        return Outcome(state, confirmations.done(plan, seen, _names_for_outcome(context), slow=slow))

    def explain_rejection(self, entry: Entry, stop: RolledBack) -> Message:
        """Returns why the PBX rejected the entry's change, with buttons that help."""
        plan = plan_of(entry)
        assert plan is not None  # noqa: S101 - it was applied
        return tied_to(entry, _explain_rejection(readings_of(entry)[0], plan, stop.cause, self._context(entry)))

    def _context(self, entry: Entry) -> RequestContext:
        return self.planner.context(entry.request, readings_of(entry)[0])

    def _apply(
        self, lease_guard: LeaseGuard, operation: ChangeOperation, plan: Plan, context: RequestContext
    ) -> Outcome:
        line, names, began = (
            operation.model_copy(update={"starts": None}).text(settled=True),
            _names_for_outcome(context),
            lease_guard.entry.began,
        )
        try:
            outcome = self.apply(lease_guard, plan, context)
            return still_partly_done(plan, line, names) if plan.left else outcome
        except Conflict as stop:
            confirmation = confirmations.conflict(plan, stop, line, names, began=began)
            state = State.UNKNOWN if began else State.REFUSED
            return Outcome(state, confirmation.with_note(lease_guard.reordering_note(plan)))
        except RolledBack as stop:
            reason = _explain_rejection(operation, plan, stop.cause, context)
            confirmation = confirmations.rejected(plan, reason, clean=stop.clean)
            state = State.FAILED if stop.clean else State.UNKNOWN
            return Outcome(state, confirmation.with_note(lease_guard.reordering_note(plan)))
        except Unverified as stop:
            return Outcome(State.UNKNOWN, confirmations.unverified(plan, stop, line, names))
        except Stopped as stop:
            rejection = stop.cause.cause if isinstance(stop.cause, RolledBack) else None
            why = _explain_rejection(operation, plan, rejection, context) if rejection else None
            made = plan_in_part(plan, stop, self.planner.repository)
            lease_guard.record_ids(made)
            return partly_done(made, stop, why, line, names)
        except SignInFailed as fault:
            if began or lease_guard.writes > 1:
                raise
            return Outcome(
                State.FAILED,
                confirmations.not_run(lease_guard.entry.request.line, line, outcomes.sign_in_failed(fault.said)),
            )

    def _is_slow(self, lease_guard: LeaseGuard) -> bool:
        entry = lease_guard.entry
        return lease_guard.journal.now() - max(entry.accepted_at, entry.run_at) > self.retry_policy.slow_after

    def _write(self, plan: Plan, lease_guard: LeaseGuard, context: RequestContext) -> list[Snapshot | None]:
        """Applies the plan's changes and returns what was read back; keeps the PBX cache consistent with it."""
        pbx, began, pauses = self.planner.pbx, lease_guard.entry.began, self.retry_policy.verify_delays
        content = self.planner.prompts.content

        def known(change: Change) -> Reading | None:
            reading = context.readings.take(change, self.retry_policy.reading_lifetime)
            if reading is None or not reading.is_before(change):
                lease_guard.record_now()  # the PBX is asked first, or nothing is written
            return reading

        try:
            if began or plan.by_stages:
                lease_guard.record_now()
            if began:
                wait_for_delayed_writes(pbx, plan.changes, pauses)
            write_all = apply_stages if plan.by_stages else partial(apply_all, known=known)
            seen = write_all(pbx, plan.changes, began=began, before_write=lease_guard, pauses=pauses, content=content)
        except BaseException:
            self.planner.caches.forget(plan.changes)
            raise
        self.planner.caches.store(plan.changes, seen)
        return seen

    def _with_prompt_backup(self, planned: AuthorizedPlan) -> AuthorizedPlan:
        """Stores the prompts of the plan, and one that an update of other settings might delete."""
        reference = None
        for change in planned.plan.changes:
            if change.target.is_server and not change.includes_prompt and not change.is_noop:
                reference = _current_prompt(change, planned.context)
        for file in planned.context.prompt_files.found.values():
            self.planner.prompts.keep(file)
        for file in planned.context.setup_files.found.values():
            self.planner.setup_history.files.keep(file)
        return replace(planned, plan=planned.plan.model_copy(update={"saved_prompt": reference}))


def _names_for_outcome(context: RequestContext) -> RingGroupName:
    """Returns the names of ring groups for what has happened, which stays true where the PBX does not tell a name."""

    def name(id: str) -> str:
        try:
            return context.ring_group_name(id)
        except PBXError as fault:
            log.warning("an outcome is told without the name of a ring group: %s", fault)
            return changes.RING_GROUP_UNKNOWN

    return name


def readings_of(entry: Entry) -> list[ChangeOperation]:
    """Returns the possible readings of the entry's line; exactly one once it is planned."""
    return [operation for operation in map(load, entry.operations) if isinstance(operation, ChangeOperation)]


def _refuse_outdated_preview(entry: Entry, planned: AuthorizedPlan) -> None:
    """Raises Moved with a new preview if the plan is not the one that was shown with the button."""
    shown = entry.request.expects
    if shown is None or planned.context.is_as_shown(planned.plan, shown, entry.id):
        return
    again = preview(planned.plan, planned.operation, planned.context.ring_group_name)
    moved = StalePlan(outcomes.STALE_PREVIEW)
    moved.message = replace(again, title=f"{moved} {again.title}")
    raise moved


def _current_prompt(change: Change, context: RequestContext) -> str | None:
    """Returns the reference of the prompt in use; None if there is none or it can't be read."""
    server = ParkServer.model_validate(change.before.settings if change.before else {})
    try:
        prompt, why = context.prompt_files.current(context.pbx, server)
    except PBXError as fault:
        prompt, why = None, str(fault)
    if why:
        log.warning("the prompt in use could not be saved: %s", why)
    file = context.prompt_files.found.get(prompt.sha256 or "") if prompt else None
    return file.reference if file else None


def _dead_ring_group(operation: ChangeOperation, plan: Plan, context: RequestContext) -> Message | None:
    """Returns that recalls would go to a ring group that was deleted, with another target; None if they would not."""
    for change in plan.changes:
        settings = change.after.compared() if change.after else {}
        try:
            if "ring_group_id" not in settings or not is_gone(context.pbx, settings["ring_group_id"]):
                continue
        except PBXError:
            continue
        other = Recall(to=RecallTo.USER)
        recall: ChangeOperation = RecallGroup(group=change.target.title, recall=other)
        if change.target.is_server:
            recall = ServerRecall(recall=other)
        is_end = isinstance(operation, Undo) and context.repository.will_end(operation.change)
        number = operation.about() if is_end else None
        offer = Offer(label=recall.text(), line=recall.text(), style="primary", ends_change=number)
        if number is not None and change.before and change.before.settings.get("recall_to") == RecallTo.USER:
            offer = Offer(
                label=outcomes.keep_change(number), line=f"keep {number}", style="primary"
            )  # they go to the user now
        return Message(
            title=outcomes.ring_group_deleted(change.target.title),
            notes=(outcomes.SEND_ELSEWHERE,),
            offers=(offer,) if change.before else (),
        )
    return None


def _explain_rejection(
    operation: ChangeOperation, plan: Plan, cause: Rejected | NotPossible, context: RequestContext
) -> Message:
    """Returns the PBX's reason, or the likely one: a member to add is in another park group."""
    if isinstance(cause, Rejected) and (dead := _dead_ring_group(operation, plan, context)) is not None:
        return dead
    reason = Message(title=str(cause) if isinstance(cause, NotPossible) else outcomes.pbx_says(said(cause)))
    added = [(change, member) for change in plan.changes for member in change.added if not change.target.is_server]
    if not added or plan.changes[0].before is None:
        return reason
    group = added[0][0].target.title
    try:
        found = {
            member.number: home.name
            for _, member in added
            if (home := context.memberships.find_current(member.number).group) and home.name != group
        }
    except PBXError:
        return reason
    if not found:
        return reason
    names = ", ".join(outcomes.elsewhere(number, home) for number, home in found.items())
    move = Move(members=tuple(found), to=group, ends=operation.ends)
    return Message(
        title=outcomes.one_group_only(names),
        offers=(Offer(label=move.text(), line=move.text(), style="primary"),),
    )
