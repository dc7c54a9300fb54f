"""One claimed entry: decide what to do, record the outcome."""

import logging
from dataclasses import replace
from datetime import datetime

from bot.changes.plan import Plan
from bot.changes.repository import Brake
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
from bot.messages.request import Door
from bot.operations.approvals import Approve
from bot.operations.base import JournalOperation
from bot.operations.catalog import load
from bot.pbx.requests import Throttled
from bot.planning.planner import Path, Planned
from bot.runtime.metrics import REQUESTS
from bot.worker import confirmations as confirmation
from bot.worker.executor import Asking, Carrier, changes_of
from bot.worker.lease import Fence, Patience, recorded
from bot.worker.notifier import Teller
from bot.worker.outcome import Confirmation, Outcome, ends_called_off, its_end
from bot.worker.progress import Slowness

STANDS = (State.DONE, State.SCHEDULED, State.UNSETTLED)


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


class Settler:
    """Every step is a checkpoint: whatever dies, the next attempt begins where this one was."""

    def __init__(
        self,
        journal: Journal,
        path: Path,
        teller: Teller,
        slowness: Slowness,
        brake: Brake,
        patience: Patience | None = None,
    ) -> None:
        self.journal, self.path, self.teller, self.slowness, self.brake = journal, path, teller, slowness, brake
        self.patience = patience or Patience()
        self._carrier, self._asking = Carrier(path, self.patience), Asking(journal, path, teller)

    def settle(self, entry: Entry) -> None:
        """Raise LeaseLost or JournalUnavailable; everything else ends in the journal."""
        ended = entry if entry.state.ended else self._end(entry)
        if ended is not None:
            if not entry.state.ended:
                _count(ended)
            self.slowness.over(ended.request)
            self.teller.tell(ended)

    def _end(self, entry: Entry) -> Entry | None:
        """None where it has to wait. Whether it began is the fence's to tell: that may have changed since the claim."""
        fence = Fence(self.journal, entry)
        try:
            outcome = self._do(fence)
        except TargetTaken:
            log.info("change %d waits until another one has ended at what it changes", entry.id)
            return None
        except (JournalUnavailable, LeaseLost):
            raise
        except Refused as refused:
            if isinstance(refused, NotAllowed) and refused.policy is not None:
                fence.entry = self.journal.checkpoint(fence.entry, policy=refused.policy)
            outcome = refused_as(fence.entry, refused)
        except SignInFailed as fault:
            outcome = _given_up(fence.entry, State.FAILED, f"Park can't sign in: {fault}")
        except (PBXError, SlackFailure) as fault:
            if not isinstance(fault, Rejected) or isinstance(fault, Throttled):
                return self._later(fence.entry, fault)
            outcome = _given_up(fence.entry, State.FAILED, f"The PBX refuses to be read: {fault}.")
        except Exception:  # the one place where a fault of Park's own must not stop the work on other changes
            log.exception("change %d met a fault in Park", entry.id)
            began = fence.entry.began
            state = State.UNSETTLED if began else State.FAILED
            outcome = Outcome(state, confirmation.fault(entry.request.line, began=began))
        return None if outcome is None else self._record(fence.entry, outcome)

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

    def _do(self, fence: Fence) -> Outcome | None:
        """None where it waits for its time."""
        entry, now = fence.entry, self.journal.now()
        if entry.request.door is Door.CLOCK:
            return self._end_it(fence, now)
        plan = Plan.model_validate(entry.plan) if entry.plan else None
        if plan is not None and plan.waits and (lapsed := self._asking.lapsed(entry, plan)):
            return lapsed
        late = now > entry.run_at + self.patience.grace
        if entry.began and plan is not None:
            return self._carrier.resume(fence, plan, late=late)
        if late:
            why = "Its time was more than two minutes ago."
            return Outcome(State.LATE, confirmation.handed_back(entry.request.line, why))
        operation = load(entry.asked[0])
        if not isinstance(operation, Approve):  # which others too may have to give
            refuse_what_another_did(self.journal, entry)
        if isinstance(operation, JournalOperation):
            return self._note(fence, operation)
        self.brake.refuse()
        return self._begin(fence)

    def _end_it(self, fence: Fence, now: datetime) -> Outcome | None:
        """The end of a temporary change: kept late rather than never, and nothing is begun in a pause."""
        entry = fence.entry
        if entry.began and entry.plan is not None:
            return self._carrier.resume(fence, Plan.model_validate(entry.plan), late=False)
        if now < entry.run_at:
            self.teller.ends_soon(entry)
            self.journal.schedule(entry, entry.run_at)
        elif self.brake.on:
            self.journal.schedule(entry, entry.run_at, now + self.patience.paused)
        else:
            return self._begin(fence)
        return None

    def _begin(self, fence: Fence) -> Outcome | None:
        entry = fence.entry
        planned = self._carrier.planned(entry)
        approved = self._asking.approved(entry, planned)
        if approved is None:
            self._asking.ask(entry, planned)
            self.slowness.over(entry.request)
            return None
        times, fresh = approved.plan.times, entry.plan is None or Plan.model_validate(entry.plan).waits
        if fresh and times is not None and times.starts is not None:
            self._schedule(entry, approved, times.starts)
            return None
        return self._carrier.begin(fence, approved)

    def _schedule(self, entry: Entry, planned: Planned, starts: datetime) -> None:
        """Shown first: a kill in between shows it twice, and loses nothing."""
        said = confirmation.scheduled(planned.plan, planned.desk.ring_group_name)
        known = recorded(planned) | {"outcome": said.model_dump(mode="json")}
        waiting = replace(entry, **known, state=State.SCHEDULED, run_at=starts)
        self.journal.schedule(entry, starts, **known, card=self.teller.show(waiting).model_dump(mode="json"))
        self.slowness.over(entry.request)

    def _note(self, fence: Fence, operation: JournalOperation) -> Outcome:
        """The journal is all that changes, and it does with the request's own end."""
        effect, granted = self.path.effect(fence.entry.request, operation)
        fence.entry = self.journal.checkpoint(fence.entry, about=operation.about(), **granted.recorded())
        card = Message(title=effect.title, facts=effect.facts)
        return Outcome(State.DONE, Confirmation(card=card, status="done"), effect.shifts, effect.flags)

    def _later(self, entry: Entry, fault: ParkError) -> Entry | None:
        """It can't be planned or read: try again while somebody still expects it, then hand it back."""
        now = self.journal.now()
        if entry.request.door is Door.CLOCK and not entry.began:
            self._end_later(entry, fault, now)
            return None
        if entry.attempt < self.patience.attempts if entry.began else now < entry.run_at + self.patience.grace:
            log.info("change %d waits: %s", entry.id, fault)
            self.journal.release(entry, now + self.patience.again)
            return None
        return self._record(entry, _given_up(entry, State.LATE, f"It could not be done in time: {fault}."))

    def _end_later(self, entry: Entry, fault: ParkError, now: datetime) -> None:
        """Late rather than never, and meanwhile it can be extended or called off."""
        log.info("the end %d is late: %s", entry.id, fault)
        if entry.attempt == self.patience.word:
            self.teller.still_waiting(entry, str(fault))
        self.journal.schedule(entry, entry.run_at, now + self.patience.pause(entry.attempt))


def refused_as(entry: Entry, refused: Refused) -> Outcome:
    """For the asker alone, unless others wait for it: what was scheduled, or an end."""
    if entry.request.door is Door.CLOCK and entry.about is not None:
        return Outcome(State.REFUSED, confirmation.not_ended(refused.message, entry.about))
    if entry.card is not None:
        return Outcome(State.REFUSED, confirmation.not_begun(refused.message, entry.request.line))
    return Outcome(State.REFUSED, Confirmation.only(refused.message))


def _count(ended: Entry) -> None:
    log.info("change %d has ended: %s", ended.id, ended.state)
    REQUESTS.labels(ended.asked[0]["operation"], ended.request.door, ended.state).inc()


def _given_up(entry: Entry, unbegun: State, why: str) -> Outcome:
    """Handed back as it was typed, for it may have several readings; or, once it had begun, unknown."""
    if not entry.began or entry.plan is None:
        return Outcome(unbegun, confirmation.handed_back(entry.request.line, why))
    plan, line = Plan.model_validate(entry.plan), changes_of(entry)[0].text()
    return Outcome(State.UNSETTLED, confirmation.unsettled(plan, line, why))
