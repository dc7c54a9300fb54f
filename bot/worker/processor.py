"""Processes one claimed entry: decides what is to be done, records the outcome and posts it."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.changes.write_switch import SIGN_IN_FLAG, WriteSwitch
from bot.errors import (
    EndDue,
    JournalUnavailable,
    LeaseLost,
    NotAllowed,
    ParkError,
    PBXError,
    Refused,
    Rejected,
    SignInFailed,
    SlackAppRefused,
    SlackFailure,
    StalePlan,
    TargetBusy,
    said,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, Reschedule, State
from bot.messages.message import Message
from bot.messages.request import Source
from bot.operations.base import ControlOperation
from bot.operations.catalog import dump, load
from bot.pbx.requests import Throttled
from bot.planning.denials import DeactivatedAccount
from bot.planning.planner import AuthorizedPlan, Planner
from bot.runtime.metrics import REQUESTS
from bot.runtime.scope import current_pbx
from bot.texts import cards, delivery, outcomes
from bot.worker import confirmations
from bot.worker.approval_flow import ApprovalFlow
from bot.worker.end_executor import EndExecutor
from bot.worker.executor import Executor
from bot.worker.lease import LeaseGuard, QueueProgress, RetryPolicy, journal_fields
from bot.worker.notifier import Notifier
from bot.worker.occurrences import (
    OccurrenceExecutor,
    follow_calendars,
    new_schedule,
    occurrence_end,
    replaced_schedule,
    schedule_updates,
)
from bot.worker.outcome import Confirmation, Outcome, moved_ends, plan_of, scheduled_end
from bot.worker.progress import ProgressNotifier
from bot.worker.proposals import check_proposal, for_proposal, notice_of, schedule_and_notify
from bot.worker.request_checks import RequestChecks
from bot.worker.workflow_steps import StepExecutor

log = logging.getLogger(__name__)


class EntryProcessor:
    """Processes claimed entries; after a crash the next attempt continues from the last checkpoint."""

    def __init__(
        self,
        journal: Journal,
        planner: Planner,
        notifier: Notifier,
        progress_notifier: ProgressNotifier,
        write_switch: WriteSwitch,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.journal, self.planner, self.notifier = journal, planner, notifier
        self.progress_notifier, self.write_switch = progress_notifier, write_switch
        self.retry_policy = retry_policy or RetryPolicy()
        self.progress = QueueProgress()
        self._executor = Executor(planner, self.retry_policy)
        self._end_executor = EndExecutor(journal, self._executor, notifier, write_switch)
        self._checks = RequestChecks(journal, planner, self._executor, write_switch)
        self._approval_flow = ApprovalFlow(journal, planner, notifier)
        self._steps = StepExecutor(journal, planner, notifier)
        self._schedules = planner.repository.schedules
        self._occurrences = OccurrenceExecutor(
            journal, self._schedules, self._executor, notifier, write_switch, self.retry_policy
        )

    def process(self, entry: Entry) -> None:
        """Runs the entry unless it has ended, then posts its confirmation.

        Raises:
            LeaseLost: Another worker has taken the entry over.
            JournalUnavailable: The journal can't be written; every other error becomes the entry's outcome.
        """
        self._notice_resume()
        ended = entry if entry.state.ended else self._run(entry)
        if ended is None:
            return
        if not entry.state.ended:
            log.info("change %d has ended: %s", ended.id, ended.state)
            REQUESTS.labels(ended.operations[0]["operation"], ended.request.source, ended.state, current_pbx()).inc()
        self._finish_progress(entry)
        self.notifier.notify(ended)

    def _finish_progress(self, entry: Entry) -> None:
        """Removes the notice that somebody waits: that of another replica too, which has accepted the request."""
        waited = entry.request.source not in (Source.CLOCK, Source.SCHEDULE, Source.WORKFLOW)
        elsewhere = waited and (entry.attempt > 1 or not self.progress_notifier.watches(entry.request))
        self.progress_notifier.finish(entry.request, taken_over=elsewhere)

    def _notice_resume(self) -> None:
        """Lets a rejected sign-in be repeated once somebody has resumed since, on whichever replica."""
        sign_in = self.planner.pbx.sign_in
        ago = sign_in.rejected_for
        if ago is not None and (flag := self.journal.flag(SIGN_IN_FLAG)) and flag.at > self.journal.now() - ago:
            sign_in.try_again()

    def _run(self, entry: Entry) -> Entry | None:
        """Returns the ended entry, or None if it has to wait."""
        lease_guard = LeaseGuard(self.journal, entry)  # its entry is newer than ours once a checkpoint was written
        try:
            is_step = entry.request.source is Source.WORKFLOW
            outcome = self._steps.execute(entry) if is_step else self._execute(lease_guard)
            outcome = outcome and self._checks.already_as_requester_reads(lease_guard.entry, outcome)
        except TargetBusy:
            log.info("change %d waits until another one has ended at what it changes", entry.id)
            return None
        except (JournalUnavailable, LeaseLost):
            raise
        except Refused as refused:
            if isinstance(refused, NotAllowed) and refused.policy is not None:
                lease_guard.entry = self.journal.checkpoint(lease_guard.entry, policy=refused.policy, durable=False)
            outcome = self._refused(lease_guard.entry, self._checks.as_requester_reads(lease_guard.entry, refused))
        except SignInFailed as fault:
            outcome = self._given_up(lease_guard.entry, State.FAILED, outcomes.sign_in_failed(fault.said))
        except (PBXError, SlackFailure) as fault:
            if (reason := _final_reason(fault)) is None:
                return self._retry_later(lease_guard.entry, fault)
            outcome = self._given_up(lease_guard.entry, State.FAILED, reason)
        except Exception:  # a bug must not stop the processing of other entries
            log.exception("change %d met a fault in Park", entry.id)
            began = lease_guard.entry.began
            state = State.UNKNOWN if began else State.FAILED
            outcome = Outcome(state, confirmations.internal_error(entry.request.line, self._again(entry), began=began))
        return None if outcome is None else self._record(lease_guard.entry, outcome)

    def _record(self, entry: Entry, outcome: Outcome) -> Entry | None:
        """Ends the entry with everything that follows from it, in one commit; None if it has to be decided anew."""
        if entry.request.source is Source.SCHEDULE:
            outcome = self._occurrences.finished(entry, outcome)
        confirmation = outcome.confirmation.tied_to(entry).model_dump(mode="json")
        plan = plan_of(entry)
        ended = self.journal.get(plan.ends_change) if plan is not None and plan.ends_change is not None else None
        while True:
            follow_up = scheduled_end(entry, outcome, self.journal.now())
            woken = notice_of(self.journal, entry, outcome.state)
            shifts = (*outcome.reschedules, *moved_ends(self.journal, entry, outcome), *woken)
            updates = (*outcome.schedule_updates, *schedule_updates(self._schedules, entry, outcome, ended))
            try:
                done = self.journal.end(
                    entry,
                    outcome.state,
                    confirmation,
                    follow_up=follow_up,
                    shifts=shifts,
                    flags=outcome.flags,
                    schedule_updates=updates,
                )
                follow_calendars(self.journal, self._schedules, updates)
                return done  # noqa: TRY300
            except StalePlan as moved:  # a scheduled entry has changed since it was read: read it again
                if outcome.reschedules:  # what was asked for is decided anew
                    return self._retry_later(entry, moved)

    def _execute(self, lease_guard: LeaseGuard) -> Outcome | None:
        """Returns the outcome, or None if the entry waits for its time or for approval."""
        entry, now = lease_guard.entry, self.journal.now()
        if entry.request.source is Source.CLOCK:
            return self._end_executor.execute(lease_guard, self.retry_policy)
        plan = plan_of(entry)
        if plan is not None and plan.waits_for_approval and now < entry.run_at:
            self._approval_flow.remind(entry, plan)
            return None
        if plan is not None and plan.waits_for_approval and (expired := self._approval_flow.expired(entry, plan)):
            return expired
        grace = self.retry_policy.start_grace
        age = _age_when_accepted(entry)
        delivered_late = age > self.retry_policy.start_grace  # a mention that Slack delivered after an outage
        late = delivered_late or self.progress.since(now) > entry.run_at + grace
        if entry.request.source is Source.SCHEDULE and plan is not None:
            late = plan.times is not None and plan.times.ends is not None and plan.times.ends <= now
        if entry.began and plan is not None:
            return self._executor.resume(lease_guard, plan, late=late)
        if entry.request.source is Source.SCHEDULE:
            return self._execute_occurrence(lease_guard)
        if late:
            why = delivery.mention_late(age) if delivered_late else outcomes.TOO_LATE
            return Outcome(State.EXPIRED, confirmations.not_run(entry.request.line, self._again(entry), why))
        check_proposal(self.journal, entry)
        operation = self._checks.operation(entry)
        if isinstance(operation, ControlOperation):
            return self._apply_to_journal(lease_guard, operation)
        return self._plan_and_execute(lease_guard)

    def _execute_occurrence(self, lease_guard: LeaseGuard) -> Outcome | None:
        """Returns the outcome of an occurrence of a schedule, or None if it waits."""
        planned = self._occurrences.plan(lease_guard)
        if not isinstance(planned, AuthorizedPlan):
            return planned
        approved = self._approval_flow.approved(lease_guard.entry, planned)
        if approved is None:
            self._approval_flow.request(lease_guard.entry, planned)
            return None
        return self._executor.execute(lease_guard, approved)

    def _make_schedule(self, lease_guard: LeaseGuard, planned: AuthorizedPlan) -> Outcome:
        """Makes a schedule, which begins by itself; the PBX is not touched."""
        lease_guard.record_plan(planned)
        lease_guard.record_now()
        updates, shifts = [new_schedule(lease_guard.entry, planned, self._schedules)], list[Reschedule]()
        if planned.plan.repetition is not None and (old := planned.plan.repetition.replaces) is not None:
            replaced, shifts = replaced_schedule(old, lease_guard.entry.id, self._schedules, self.journal.now())
            updates += replaced
        confirmation = confirmations.schedule_made(planned.plan, planned.context.ring_group_name)
        return Outcome(State.DONE, confirmation, tuple(shifts), tuple(updates))

    def _plan_and_execute(self, lease_guard: LeaseGuard) -> Outcome | None:
        entry = lease_guard.entry
        planned = self._executor.plan(entry)
        approved = self._approval_flow.approved(entry, planned)
        if approved is None:
            self._approval_flow.request(entry, planned)
            self._finish_progress(entry)
            return None
        if approved.plan.repetition is not None:
            return self._make_schedule(lease_guard, approved)
        before, times = plan_of(entry), approved.plan.times
        if (before is None or before.waits_for_approval) and times is not None and times.starts is not None:
            self._schedule(entry, approved, times.starts)
            return None
        return self._executor.execute(lease_guard, approved)

    def _schedule(self, entry: Entry, planned: AuthorizedPlan, starts: datetime) -> None:
        """Stores a scheduled change after posting its card; a crash in between posts the card twice."""
        confirmation = confirmations.scheduled(planned.plan, planned.context.ring_group_name)
        fields = journal_fields(planned) | {"outcome": confirmation.model_dump(mode="json")}
        posted = self.notifier.show_card(replace(entry, **fields, state=State.SCHEDULED, run_at=starts))
        schedule_and_notify(self.journal, entry, starts, **fields, card=posted.model_dump(mode="json"))
        self._finish_progress(entry)

    def _apply_to_journal(self, lease_guard: LeaseGuard, operation: ControlOperation) -> Outcome:
        """Runs an operation that changes the journal only, in the commit that ends the entry."""
        effect, grant = self.planner.effect(lease_guard.entry.request, operation)
        lease_guard.entry = self.journal.checkpoint(
            lease_guard.entry,
            operations=[dump(operation)],
            about=operation.about(),
            **grant.recorded(),
            durable=False,  # the outcome is, and nothing happens in between
        )
        card = Message(title=effect.title, facts=effect.facts, offers=effect.offers)
        confirmation = Confirmation(card=card, status=cards.STATUS_DONE)
        return Outcome(State.DONE, confirmation, effect.shifts, effect.schedules, effect.flags, effect.until)

    def _retry_later(self, entry: Entry, fault: ParkError) -> Entry | None:
        """Releases the entry for another attempt, or ends it when its time is over."""
        now, policy = self.journal.now(), self.retry_policy
        if entry.failing_since is None:
            entry, _ = self.journal.record_failure(entry, said(fault))
        now, failing_since = self.journal.now(), entry.failing_since or now
        self.progress.interrupted(now)
        grace = occurrence_end(entry) or entry.run_at + policy.start_grace
        if now < (failing_since + policy.give_up_after if entry.began else grace):
            log.info("change %d waits: %s", entry.id, fault)
            if isinstance(fault, EndDue) and entry.plan is not None:  # the end may have been accepted later than it
                self.journal.schedule(entry, entry.run_at, now + policy.retry_delay)
                return None
            self.journal.release(entry, now + policy.retry_delay, durable=False)
            return None
        return self._record(entry, self._given_up(entry, State.EXPIRED, outcomes.not_in_time(said(fault))))

    def _refused(self, entry: Entry, refused: Refused) -> Outcome:
        """Reports a refusal to the requester; of a scheduled change, on its public card."""
        if entry.card is not None:
            confirmation = confirmations.start_refused(refused.message, entry.request.line)
            deactivated = isinstance(refused, DeactivatedAccount)
            return Outcome(State.REFUSED, confirmation.model_copy(update={"tells_contact": deactivated}))
        if entry.request.source is Source.SCHEDULE:
            return self._occurrences.refused(entry, refused)
        return Outcome(State.REFUSED, Confirmation(private=for_proposal(refused.message, entry)))

    def _given_up(self, entry: Entry, state: State, why: str) -> Outcome:
        """Returns the outcome of an entry that is not retried: unknown if it had begun, else `state`."""
        plan = plan_of(entry)
        if not entry.began or plan is None:
            return Outcome(state, confirmations.not_run(entry.request.line, self._again(entry), why))
        return Outcome(State.UNKNOWN, confirmations.unknown(plan, self._again(entry), why))

    def _again(self, entry: Entry) -> str:
        """Returns the line that does now what the entry was to do, with the end that was meant."""
        plan = plan_of(entry)
        times = plan.times if plan else None
        return self.planner.times.repeating_line(entry.request, load(entry.operations[0]), times, at_once=True)


def _age_when_accepted(entry: Entry) -> timedelta:
    """Returns how long before it was accepted a request was written: its own times, since `run_at` may be moved."""
    request = entry.request
    if request.is_written and request.received_at is None:  # stored by an earlier version
        return entry.accepted_at - request.asked_at
    return request.age


def _final_reason(fault: ParkError) -> str | None:
    """Returns why a change is not retried, in words; None where another attempt may succeed in time."""
    if isinstance(fault, Rejected) and not isinstance(fault, Throttled):
        return outcomes.not_readable(fault.said)
    lacks_scope = isinstance(fault, SlackAppRefused) and str(fault) == "missing_scope"
    return said(fault) if lacks_scope else None
