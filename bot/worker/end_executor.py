"""Carries out the ends of temporary changes, and retries those that can't be carried out yet."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.changes.change import Conflict, RolledBack, Unverified
from bot.changes.write_switch import WriteSwitch, current_pause
from bot.errors import (
    JournalUnavailable,
    LeaseLost,
    Overtaken,
    ParkError,
    Refused,
    Rejected,
    SignInFailed,
    TargetBusy,
    said,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.messages.message import Message
from bot.runtime.checks import Condition
from bot.texts import outcomes
from bot.worker import confirmations
from bot.worker.card_state import root_entry
from bot.worker.executor import Executor
from bot.worker.lease import LeaseGuard, RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.outcome import Confirmation, Outcome, is_end_of_pause, plan_of
from bot.worker.replacement import is_over

log = logging.getLogger(__name__)

REMINDER_RETRY = timedelta(minutes=1)
"""Delay before the notice of a coming end that Slack did not take is posted again."""


def ends_condition(journal: Journal) -> Condition:
    """Returns the state for the health endpoint: not ok while an end is due and fails."""
    try:
        failing = journal.failing_ends()
    except JournalUnavailable:
        return Condition(False, "unknown: the journal can't be read")
    if not failing.number:
        return Condition(True, "on time")
    return Condition(False, f"{failing.number} late; the first has failed since {failing.since:%Y-%m-%d %H:%M} UTC")


class EndExecutor:
    """Carries out ends, however late.

    An end has an outcome only when it is done, was done already, or somebody has changed the same setting since.
    Whatever else prevents it is retried: the PBX says no to Park, not to the end. Until then people can call it off.
    """

    def __init__(self, journal: Journal, executor: Executor, notifier: Notifier, write_switch: WriteSwitch) -> None:
        self.journal, self.executor, self.notifier, self.write_switch = journal, executor, notifier, write_switch

    def execute(self, lease_guard: LeaseGuard, retry_policy: RetryPolicy) -> Outcome | None:
        """Returns the outcome, or None if the end waits: for its time, for Park to be resumed, or to be retried."""
        entry, now = lease_guard.entry, self.journal.now()
        if is_end_of_pause(entry):
            return self._end_pause(entry)
        if now < entry.run_at:
            told = self.notifier.notify_ends_soon(entry)
            self.journal.postpone(entry, entry.run_at if told else min(entry.run_at, now + REMINDER_RETRY))
            return None
        if self.write_switch.blocked:
            if entry.due_at is None or entry.due_at <= entry.run_at:  # the first time that it is due
                self.notifier.redraw_root(entry)
            self.journal.postpone(entry, now + retry_policy.pause_recheck, durable=False)
            return None
        try:
            return self._attempt(lease_guard)
        except Overtaken as stop:
            return Outcome(State.REFUSED, confirmations.end_refused(stop.message, entry.about or entry.id))
        except (TargetBusy, JournalUnavailable, LeaseLost):
            raise
        except ParkError as fault:
            reason = self._reason(lease_guard.entry, fault)
        except Exception:  # a bug must not stop the processing of other entries
            log.exception("the end %d met a fault in Park", entry.id)
            reason = Message(title=outcomes.INTERNAL_ERROR)
        self._retry_later(lease_guard.entry, reason, retry_policy, now)
        return None

    def _end_pause(self, entry: Entry) -> Outcome | None:
        """Tells that a pause is over, and has the ends that waited for it carried out at once."""
        pause = current_pause(self.journal)
        if pause is None:
            self.journal.retry_postponed()
            return Outcome(State.DONE, confirmations.pause_ended())
        if is_over(self.journal, root_entry(self.journal, entry)):  # somebody has paused anew
            return Outcome(State.ALREADY, Confirmation())
        self.journal.postpone(entry, pause.until or self.journal.now() + REMINDER_RETRY)  # the clock was set back
        return None

    def _attempt(self, lease_guard: LeaseGuard) -> Outcome:
        """Completes what an earlier attempt began, or plans anew where that is no longer what has to be done."""
        plan, began = plan_of(lease_guard.entry), lease_guard.entry.began
        rejection: RolledBack | None = None
        if began and plan is not None:
            try:
                return self.executor.complete(lease_guard, plan)
            except Conflict:
                log.info("the end %d is planned anew: its target was changed", lease_guard.entry.id)
            except RolledBack as stop:
                rejection = stop
        try:
            planned = self.executor.plan(lease_guard.entry)
        except Overtaken:
            if rejection is not None:  # what differs may be what this end has written and could not take back
                raise rejection from None
            raise
        if began and plan is not None:
            planned = replace(planned, plan=planned.plan.continuing(plan))
            if rejection is not None and planned.plan.digest() == plan.digest():
                raise rejection
        lease_guard.record_plan(planned)
        return self.executor.apply(lease_guard, planned.plan, planned.context)

    def _reason(self, entry: Entry, fault: ParkError) -> Message:
        """Returns why the end could not be carried out, in words for people."""
        match fault:
            case RolledBack():
                return self.executor.explain_rejection(entry, fault)
            case Conflict():
                return Message(title=f"{fault.change.target.title} {outcomes.BEING_CHANGED}")
            case Unverified(answered=True):
                return Message(title=outcomes.UNVERIFIED_ANSWERED)
            case Unverified():
                return Message(title=fault.why or outcomes.UNVERIFIED_SILENT)
            case Refused():
                return fault.message
            case SignInFailed():
                return Message(title=outcomes.sign_in_failed(said(fault)))
            case Rejected():
                return Message(title=outcomes.pbx_says(said(fault)))
            case _:
                return Message(title=said(fault))

    def _retry_later(self, entry: Entry, reason: Message, retry_policy: RetryPolicy, began_at: datetime) -> None:
        """Records and shows that the end is late, and tells people once that has lasted for a while."""
        log.warning("the end %d is late: %s", entry.id, reason.title)
        is_first = entry.failing_since is None
        entry, failed_at = self.journal.record_failure(entry, reason.title)
        failing_for = failed_at - (entry.failing_since or began_at)
        if not entry.failure_told and failing_for >= retry_policy.late_notice:
            if self.notifier.notify_end_delayed(entry, reason):
                entry = self.journal.mark_failure_told(entry)
        elif is_first:
            self.notifier.redraw_root(entry)
        # From the failure on, as telling people may take a while.
        self.journal.postpone(entry, failed_at + retry_policy.end_retry_delay(failing_for))
