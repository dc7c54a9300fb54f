"""One claimed entry: decide what to do, record the outcome."""

import logging
from dataclasses import replace
from datetime import datetime

from bot.changes.plan import Plan
from bot.changes.repository import WriteSwitch
from bot.errors import (
    JournalUnavailable,
    LeaseLost,
    Moved,
    NotAllowed,
    NotPossible,
    ParkError,
    PBXError,
    Refused,
    Rejected,
    SignInFailed,
    SlackFailure,
    TargetTaken,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.messages.message import Fact, Message
from bot.messages.request import Source
from bot.operations.approvals import Approve
from bot.operations.base import ControlOperation
from bot.operations.catalog import load
from bot.pbx.requests import Throttled
from bot.planning.planner import AuthorizedPlan, Planner
from bot.runtime.metrics import REQUESTS
from bot.worker import confirmations as confirmation
from bot.worker.executor import ApprovalFlow, Executor, changes_of
from bot.worker.lease import LeaseGuard, RetryPolicy, recorded
from bot.worker.notifier import Notifier
from bot.worker.outcome import Confirmation, Outcome, ends_called_off, its_end
from bot.worker.progress import ProgressNotifier

STANDS = (State.DONE, State.SCHEDULED, State.UNKNOWN)


def refuse_what_another_did(journal: Reader, entry: Entry) -> None:
    """Of several people's clicks the first counts that was not refused; their footprints are one, so it has ended.

    Raise NotPossible.
    """
    for other in journal.others(entry):
        if other.state in STANDS:
            refused = NotPossible(f"The same button was used before: change {other.id}. Nothing more was changed.")
            by = Fact(label="By", value="", ids=(other.request.user,))
            refused.message = Message(title=str(refused), facts=(by,))
            raise refused


log = logging.getLogger(__name__)


class EntryProcessor:
    """Every step is a checkpoint: whatever dies, the next attempt begins where this one was."""

    def __init__(
        self,
        journal: Journal,
        planner: Planner,
        notifier: Notifier,
        progress_notifier: ProgressNotifier,
        write_switch: WriteSwitch,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.journal, self.planner, self.notifier, self.progress_notifier, self.write_switch = (
            journal,
            planner,
            notifier,
            progress_notifier,
            write_switch,
        )
        self.retry_policy = retry_policy or RetryPolicy()
        self._executor, self._approval_flow = (
            Executor(planner, self.retry_policy),
            ApprovalFlow(journal, planner, notifier),
        )

    def settle(self, entry: Entry) -> None:
        """Raise LeaseLost or JournalUnavailable; everything else ends in the journal."""
        ended = entry if entry.state.ended else self._end(entry)
        if ended is not None:
            if not entry.state.ended:
                _count(ended)
            self.progress_notifier.over(ended.request)
            self.notifier.tell(ended)

    def _end(self, entry: Entry) -> Entry | None:
        """None where it has to wait. Whether it began is the fence's to tell: that may have changed since the claim."""
        lease_guard = LeaseGuard(self.journal, entry)
        try:
            outcome = self._do(lease_guard)
        except TargetTaken:
            log.info("change %d waits until another one has ended at what it changes", entry.id)
            return None
        except (JournalUnavailable, LeaseLost):
            raise
        except Refused as refused:
            if isinstance(refused, NotAllowed) and refused.policy is not None:
                lease_guard.entry = self.journal.checkpoint(lease_guard.entry, policy=refused.policy)
            outcome = refused_as(lease_guard.entry, refused)
        except SignInFailed as fault:
            outcome = _given_up(lease_guard.entry, State.FAILED, f"Park can't sign in: {fault}")
        except (PBXError, SlackFailure) as fault:
            if not isinstance(fault, Rejected) or isinstance(fault, Throttled):
                return self._later(lease_guard.entry, fault)
            outcome = _given_up(lease_guard.entry, State.FAILED, f"The PBX refuses to be read: {fault}.")
        except Exception:  # the one place where a fault of Park's own must not stop the work on other changes
            log.exception("change %d met a fault in Park", entry.id)
            began = lease_guard.entry.began
            state = State.UNKNOWN if began else State.FAILED
            outcome = Outcome(state, confirmation.fault(entry.request.line, began=began))
        return None if outcome is None else self._record(lease_guard.entry, outcome)

    def _record(self, entry: Entry, outcome: Outcome) -> Entry:
        """With what follows from it; an end that begins meanwhile is read anew."""
        said = outcome.said.model_dump(mode="json")
        while True:
            follow_up = its_end(entry, outcome, self.journal.now())
            shifts = (*outcome.shifts, *ends_called_off(self.journal, entry, outcome))
            try:
                return self.journal.end(
                    entry, outcome.state, said, follow_up=follow_up, shifts=shifts, flags=outcome.flags
                )
            except Moved as moved:
                if outcome.shifts:
                    refused = Confirmation.only(moved.message)
                    return self.journal.end(entry, State.REFUSED, refused.model_dump(mode="json"))

    def _do(self, lease_guard: LeaseGuard) -> Outcome | None:
        """None where it waits for its time."""
        entry, now = lease_guard.entry, self.journal.now()
        if entry.request.source is Source.CLOCK:
            return self._end_it(lease_guard, now)
        plan = Plan.model_validate(entry.plan) if entry.plan else None
        if plan is not None and plan.waits and (lapsed := self._approval_flow.lapsed(entry, plan)):
            return lapsed
        late = now > entry.run_at + self.retry_policy.grace
        if entry.began and plan is not None:
            return self._executor.resume(lease_guard, plan, late=late)
        if late:
            why = "Its time was more than two minutes ago."
            return Outcome(State.EXPIRED, confirmation.handed_back(entry.request.line, why))
        operation = load(entry.asked[0])
        if not isinstance(operation, Approve):  # which others too may have to give
            refuse_what_another_did(self.journal, entry)
        if isinstance(operation, ControlOperation):
            return self._note(lease_guard, operation)
        self.write_switch.refuse()
        return self._begin(lease_guard)

    def _end_it(self, lease_guard: LeaseGuard, now: datetime) -> Outcome | None:
        """The end of a temporary change: kept late rather than never, and nothing is begun in a pause."""
        entry = lease_guard.entry
        if entry.began and entry.plan is not None:
            return self._executor.resume(lease_guard, Plan.model_validate(entry.plan), late=False)
        if now < entry.run_at:
            self.notifier.ends_soon(entry)
            self.journal.schedule(entry, entry.run_at)
        elif self.write_switch.on:
            self.journal.schedule(entry, entry.run_at, now + self.retry_policy.paused)
        else:
            return self._begin(lease_guard)
        return None

    def _begin(self, lease_guard: LeaseGuard) -> Outcome | None:
        entry = lease_guard.entry
        planned = self._executor.planned(entry)
        approved = self._approval_flow.approved(entry, planned)
        if approved is None:
            self._approval_flow.ask(entry, planned)
            self.progress_notifier.over(entry.request)
            return None
        times, fresh = approved.plan.times, entry.plan is None or Plan.model_validate(entry.plan).waits
        if fresh and times is not None and times.starts is not None:
            self._schedule(entry, approved, times.starts)
            return None
        return self._executor.begin(lease_guard, approved)

    def _schedule(self, entry: Entry, planned: AuthorizedPlan, starts: datetime) -> None:
        """Shown first: a kill in between shows it twice, and loses nothing."""
        said = confirmation.scheduled(planned.plan, planned.context.ring_group_name)
        known = recorded(planned) | {"outcome": said.model_dump(mode="json")}
        waiting = replace(entry, **known, state=State.SCHEDULED, run_at=starts)
        self.journal.schedule(entry, starts, **known, card=self.notifier.show(waiting).model_dump(mode="json"))
        self.progress_notifier.over(entry.request)

    def _note(self, lease_guard: LeaseGuard, operation: ControlOperation) -> Outcome:
        """The journal is all that changes, and it does with the request's own end."""
        effect, granted = self.planner.effect(lease_guard.entry.request, operation)
        lease_guard.entry = self.journal.checkpoint(lease_guard.entry, about=operation.about(), **granted.recorded())
        card = Message(title=effect.title, facts=effect.facts)
        return Outcome(State.DONE, Confirmation(card=card, status="done"), effect.shifts, effect.flags)

    def _later(self, entry: Entry, fault: ParkError) -> Entry | None:
        """It can't be planned or read: try again while somebody still expects it, then hand it back."""
        now = self.journal.now()
        if entry.request.source is Source.CLOCK and not entry.began:
            self._end_later(entry, fault, now)
            return None
        if entry.attempt < self.retry_policy.attempts if entry.began else now < entry.run_at + self.retry_policy.grace:
            log.info("change %d waits: %s", entry.id, fault)
            self.journal.release(entry, now + self.retry_policy.again)
            return None
        return self._record(entry, _given_up(entry, State.EXPIRED, f"It could not be done in time: {fault}."))

    def _end_later(self, entry: Entry, fault: ParkError, now: datetime) -> None:
        """Late rather than never, and meanwhile it can be extended or called off."""
        log.info("the end %d is late: %s", entry.id, fault)
        if entry.attempt == self.retry_policy.word:
            self.notifier.still_waiting(entry, str(fault))
        self.journal.schedule(entry, entry.run_at, now + self.retry_policy.pause(entry.attempt))


def refused_as(entry: Entry, refused: Refused) -> Outcome:
    """For the asker alone, unless others wait for it: what was scheduled, or an end."""
    if entry.request.source is Source.CLOCK and entry.about is not None:
        return Outcome(State.REFUSED, confirmation.not_ended(refused.message, entry.about))
    if entry.card is not None:
        return Outcome(State.REFUSED, confirmation.not_begun(refused.message, entry.request.line))
    return Outcome(State.REFUSED, Confirmation.only(refused.message))


def _count(ended: Entry) -> None:
    log.info("change %d has ended: %s", ended.id, ended.state)
    REQUESTS.labels(ended.asked[0]["operation"], ended.request.source, ended.state).inc()


def _given_up(entry: Entry, unbegun: State, why: str) -> Outcome:
    """Handed back as it was typed, for it may have several readings; or, once it had begun, unknown."""
    if not entry.began or entry.plan is None:
        return Outcome(unbegun, confirmation.handed_back(entry.request.line, why))
    plan, line = Plan.model_validate(entry.plan), changes_of(entry)[0].text()
    return Outcome(State.UNKNOWN, confirmation.unsettled(plan, line, why))
