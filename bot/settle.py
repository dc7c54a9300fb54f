"""One claimed request, settled: planned, applied, read back and recorded; then it is told."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import confirmation
from bot.brake import Brake
from bot.changes import Snapshot
from bot.changes.apply import SETTLE, Shifted, Undone, Unsettled, apply_all, untouched, wait_for_stragglers
from bot.confirmation import Confirmation
from bot.desk import Desk
from bot.errors import (
    JournalUnavailable,
    LeaseLost,
    Moved,
    ParkError,
    PBXError,
    Refused,
    Rejected,
    SignInFailed,
    SlackFailure,
    TargetTaken,
)
from bot.explain import explain
from bot.journal import Entry, Journal, State
from bot.message import Message
from bot.operation import ChangeOperation, JournalOperation
from bot.operations import dump, load
from bot.outcome import Outcome, ends_called_off, its_end
from bot.path import Path, Planned
from bot.pbx.call import Throttled
from bot.pbx.deadline import moment
from bot.plan import Plan
from bot.request import Door, Request
from bot.slowness import Slowness
from bot.telling import Teller
from bot.times import Times

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long things are waited for."""

    grace: timedelta = timedelta(minutes=2)
    """A change not begun this long after its time is handed back: nobody expects it any more."""
    again: timedelta = timedelta(seconds=2)
    """Before a PBX that did not answer is asked again."""
    attempts: int = 300
    """After which a change that was begun is set aside as unknown: some ten minutes of a PBX that is away."""
    paused: timedelta = timedelta(seconds=30)
    """Before an end that came in a pause is looked at again."""
    word: int = 6
    """The attempt after which the thread hears that an end is late: some two minutes of a PBX that is away."""
    slow: timedelta = timedelta(seconds=10)
    """After this the asker has looked away: the confirmation mentions them."""
    looks: tuple[float, ...] = SETTLE
    """Seconds between the looks at the PBX for what was written, or may have been."""

    def pause(self, attempt: int) -> timedelta:
        """Between two tries of an end, which nothing but the PBX keeps waiting: longer and longer, to five minutes."""
        return min(self.again * (1 << min(attempt, 16)), timedelta(minutes=5))


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

    def settle(self, entry: Entry) -> None:
        """Raise LeaseLost or JournalUnavailable; everything else ends in the journal."""
        ended = entry if entry.state.ended else self._end(entry)
        if ended is not None:
            self.slowness.over(ended.request)
            self.teller.tell(ended)

    def _end(self, entry: Entry) -> Entry | None:
        """None where it has to wait. Whether it began is the fence's to tell: that may have changed since the claim."""
        fence = Fence(self.journal, entry)
        try:
            outcome = self._do(fence)
        except TargetTaken as taken:
            log.info("%s", taken)
            return None
        except (JournalUnavailable, LeaseLost):
            raise
        except Refused as refused:
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

    def _do(self, fence: "Fence") -> Outcome | None:
        """None where it waits for its time."""
        entry, now = fence.entry, self.journal.now()
        by_itself = entry.request.door is Door.CLOCK
        if by_itself and now < entry.run_at:
            self._announce_end(entry)
            return None
        if isinstance(operation := load(entry.asked[0]), JournalOperation):
            return self._note(fence, operation)
        late = now > entry.run_at + self.patience.grace and not by_itself
        if entry.began and entry.plan is not None:
            return self._resume(fence, Plan.model_validate(entry.plan), late=late)
        if late:
            why = "Its time was more than two minutes ago."
            return Outcome(State.LATE, confirmation.handed_back(entry.request.line, why))
        if by_itself and self.brake.on:
            self.journal.schedule(entry, entry.run_at, now + self.patience.paused)
            return None
        self.brake.refuse()
        return self._begin(fence, Plan.model_validate(entry.plan).times if entry.plan else None)

    def _begin(self, fence: "Fence", known: Times | None) -> Outcome | None:
        """`known`: the times that it was scheduled with, which are not read again from what was typed."""
        entry = fence.entry
        planned = self.path.plan(entry.request, changes_of(entry), known)
        refuse_what_was_not_shown(entry.request, planned)
        times = planned.plan.times
        if known is None and times is not None and times.starts is not None:
            self._schedule(entry, planned, times.starts)
            return None
        fence.record(planned)
        return self._apply(fence, planned.operation, planned.plan, planned.desk)

    def _schedule(self, entry: Entry, planned: Planned, starts: datetime) -> None:
        """Shown first: a kill in between shows it twice, and loses nothing."""
        said = confirmation.scheduled(planned.plan, planned.desk.ring_group_name)
        known = recorded(planned) | {"outcome": said.model_dump(mode="json")}
        waiting = replace(entry, **known, state=State.SCHEDULED, run_at=starts)
        self.journal.schedule(entry, starts, **known, card=self.teller.show(waiting).model_dump(mode="json"))
        self.slowness.over(entry.request)

    def _announce_end(self, entry: Entry) -> None:
        self.teller.ends_soon(entry)
        self.journal.schedule(entry, entry.run_at)

    def _note(self, fence: "Fence", operation: JournalOperation) -> Outcome:
        """The journal is all that changes, and it does with the request's own end."""
        effect = self.path.effect(fence.entry.request, operation)
        fence.entry = self.journal.checkpoint(fence.entry, about=operation.about())
        card = Message(title=effect.title, facts=effect.facts)
        return Outcome(State.DONE, Confirmation(card=card, status="done"), effect.shifts, effect.flags)

    def _resume(self, fence: "Fence", plan: Plan, *, late: bool) -> Outcome:
        """An earlier attempt may have written: go on, unless it had not and nobody expects it any more."""
        operation = changes_of(fence.entry)[0]
        if late and untouched(self.path.pbx, plan.changes):
            why = "It was interrupted before it began."
            return Outcome(State.LATE, confirmation.handed_back(operation.text(), why))
        return self._apply(fence, operation, plan, self.path.desk(fence.entry.request, operation))

    def _apply(self, fence: "Fence", operation: ChangeOperation, plan: Plan, desk: Desk) -> Outcome:
        line, names, began = operation.text(), desk.ring_group_name, fence.entry.began
        try:
            readings = self._write(plan, fence)
        except Shifted as stop:
            state = State.UNSETTLED if began else State.REFUSED
            said = confirmation.moved(plan, stop, line, names, began=began)
            return Outcome(state, said.noting(fence.reordered(plan)))
        except Undone as stop:
            why = explain(operation, plan, stop.cause, desk)
            state = State.FAILED if stop.clean else State.UNSETTLED
            said = confirmation.refused_by_pbx(plan, why, clean=stop.clean)
            return Outcome(state, said.noting(fence.reordered(plan)))
        except Unsettled as stop:
            return Outcome(State.UNSETTLED, confirmation.not_seen(plan, stop, line, names))
        except SignInFailed as fault:
            if began or fence.calls > 1:
                raise
            return Outcome(State.FAILED, confirmation.handed_back(line, f"Park can't sign in: {fault}"))
        finally:
            self.path.forget(plan.changes)
        slow = self.journal.now() - max(fence.entry.accepted_at, fence.entry.run_at) > self.patience.slow
        state = State.ALREADY if all(change.already for change in plan.changes) else State.DONE
        if state is State.ALREADY and fence.entry.request.door is Door.CLOCK:
            return Outcome(state, confirmation.ended_already(plan))
        return Outcome(state, confirmation.done(plan, readings, names, slow=slow))

    def _write(self, plan: Plan, fence: "Fence") -> list[Snapshot | None]:
        pbx, began, pauses = self.path.pbx, fence.entry.began, self.patience.looks
        if began:
            wait_for_stragglers(pbx, plan.changes, pauses)
        return apply_all(pbx, plan.changes, began=began, before_write=fence, pauses=pauses)

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


class Fence:
    """Before each write: the lease is ours still, and the first write is on record before it is sent.

    The PBX honours no fence, so a write must be over, answer and all, in the first half of its lease. What a process
    that was frozen has not handed to the kernel by then is never sent; the second half, as long as a write's longest
    deadline, is for what was on its way, before another may take the change over and reads it back. One window can't
    be closed: between the look at the clock and the call that sends (`bot.pbx.transport`), some 10 microseconds on
    this side of the kernel. Who is frozen just there, and for longer than the half, sends one write too late.
    """

    def __init__(self, journal: Journal, entry: Entry) -> None:
        self.journal, self.entry = journal, entry
        self.calls = 0

    def record(self, planned: Planned) -> None:
        """What the line means, and by which rule it may be done."""
        self.entry = self.journal.checkpoint(
            self.entry, **recorded(planned), about=planned.plan.about, targets=targets_of(planned.plan)
        )

    def reordered(self, plan: Plan) -> str:
        """What to say of the order of members, where some may have been put back: the PBX adds at the end only."""
        removes = any(change.after is not None and change.removed for change in plan.changes)
        return confirmation.LAST_NOW if removes and self.calls > 1 else ""

    def __call__(self) -> float:
        """The moment by which the write must be over."""
        begun = moment()
        self.calls += 1
        if self.entry.began:
            self.entry = self.journal.renew(self.entry)
        else:
            self.entry = self.journal.checkpoint(self.entry, began=True)
        return begun + self.journal.lease.total_seconds() / 2


def targets_of(plan: Plan) -> frozenset[str]:
    """By id, for a group can be reached by several names; one that is still to be made has a name only."""
    return frozenset(change.target.id or change.target.title for change in plan.changes)


def refuse_what_was_not_shown(request: Request, planned: Planned) -> None:
    """A click applies what was shown with its button, or shows anew what has moved since; raise Moved."""
    if request.expects is None or request.expects == planned.plan.digest():
        return
    again = confirmation.preview(planned.plan, planned.operation, planned.desk.ring_group_name)
    moved = Moved("The PBX is no longer as you were shown. Nothing was changed; this is what it would be now:")
    moved.message = replace(again, title=f"{moved} {again.title}")
    raise moved


def refused_as(entry: Entry, refused: Refused) -> Outcome:
    """For the asker alone, unless others wait for it: what was scheduled, or an end."""
    if entry.request.door is Door.CLOCK and entry.about is not None:
        return Outcome(State.REFUSED, confirmation.not_ended(refused.message, entry.about))
    if entry.card is not None:
        return Outcome(State.REFUSED, confirmation.not_begun(refused.message, entry.request.line))
    return Outcome(State.REFUSED, Confirmation.only(refused.message))


def recorded(planned: Planned) -> dict[str, Any]:
    """What a plan leaves in the journal: what the line means, and by which rule it may be done."""
    return {"plan": planned.plan.model_dump(mode="json"), "asked": [dump(planned.operation)], "rule": planned.rule}


def _given_up(entry: Entry, unbegun: State, why: str) -> Outcome:
    """Handed back as it was typed, for it may have several readings; or, once it had begun, unknown."""
    if not entry.began or entry.plan is None:
        return Outcome(unbegun, confirmation.handed_back(entry.request.line, why))
    plan, line = Plan.model_validate(entry.plan), changes_of(entry)[0].text()
    return Outcome(State.UNSETTLED, confirmation.unsettled(plan, line, why))


def changes_of(entry: Entry) -> list[ChangeOperation]:
    """The readings of the line; one, once it is planned."""
    return [one for one in map(load, entry.asked) if isinstance(one, ChangeOperation)]
