"""One claimed request, settled: planned, applied, read back and recorded; then it is told."""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot import confirmation
from bot.changes import Snapshot
from bot.changes.apply import SETTLE, Shifted, Undone, Unsettled, apply_all, untouched, wait_for_stragglers
from bot.confirmation import Confirmation
from bot.desk import Desk
from bot.errors import JournalUnavailable, LeaseLost, Moved, ParkError, PBXError, Refused, SignInFailed, SlackFailure
from bot.explain import explain
from bot.journal import Entry, Journal, State
from bot.operation import ChangeOperation
from bot.operations import dump, load
from bot.path import Path, Planned
from bot.plan import Plan
from bot.request import Request
from bot.slowness import Slowness
from bot.telling import Teller

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
    slow: timedelta = timedelta(seconds=10)
    """After this the asker has looked away: the confirmation mentions them."""
    looks: tuple[float, ...] = SETTLE
    """Seconds between the looks at the PBX for what was written, or may have been."""


class Settler:
    """Every step is a checkpoint: whatever dies, the next attempt begins where this one was."""

    def __init__(
        self, journal: Journal, path: Path, teller: Teller, slowness: Slowness, patience: Patience | None = None
    ) -> None:
        self.journal, self.path, self.teller, self.slowness = journal, path, teller, slowness
        self.patience = patience or Patience()
        self._touched: dict[str, threading.Lock] = defaultdict(threading.Lock)

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
            state, said = self._do(fence)
        except (JournalUnavailable, LeaseLost):
            raise
        except Refused as refused:
            state, said = State.REFUSED, Confirmation.only(refused.message)
        except SignInFailed as fault:
            state, said = _given_up(fence.entry, State.FAILED, f"Park can't sign in: {fault}")
        except (PBXError, SlackFailure) as fault:
            return self._later(fence.entry, fault)
        except Exception:  # the one place where a fault of Park's own must not stop the work on other changes
            log.exception("change %d met a fault in Park", entry.id)
            began = fence.entry.began
            state = State.UNSETTLED if began else State.FAILED
            said = confirmation.fault(entry.request.line, began=began)
        return self.journal.end(fence.entry, state, said.model_dump(mode="json"))

    def _do(self, fence: "Fence") -> tuple[State, Confirmation]:
        entry = fence.entry
        late = datetime.now(UTC) > entry.run_at + self.patience.grace
        if entry.began and entry.plan is not None:
            return self._resume(fence, Plan.model_validate(entry.plan), late=late)
        if late:
            return State.LATE, confirmation.handed_back(entry.request.line, "Its time was more than two minutes ago.")
        planned = self.path.plan(entry.request, changes_of(entry))
        refuse_what_was_not_shown(entry.request, planned)
        fence.record(planned)
        return self._apply(fence, planned.operation, planned.plan, planned.desk)

    def _resume(self, fence: "Fence", plan: Plan, *, late: bool) -> tuple[State, Confirmation]:
        """An earlier attempt may have written: go on, unless it had not and nobody expects it any more."""
        operation = changes_of(fence.entry)[0]
        if late and untouched(self.path.pbx, plan.changes):
            return State.LATE, confirmation.handed_back(operation.text(), "It was interrupted before it began.")
        return self._apply(fence, operation, plan, self.path.desk(fence.entry.request, operation))

    def _apply(self, fence: "Fence", operation: ChangeOperation, plan: Plan, desk: Desk) -> tuple[State, Confirmation]:
        line, names, began = operation.text(), desk.ring_group_name, fence.entry.began
        try:
            with self._alone(plan):
                readings = self._write(plan, fence)
        except Shifted as stop:
            state = State.UNSETTLED if began else State.REFUSED
            said = confirmation.moved(plan, stop, line, names, began=began)
            return state, said.noting(fence.reordered(plan))
        except Undone as stop:
            why = explain(operation, plan, stop.cause, desk)
            state = State.FAILED if stop.clean else State.UNSETTLED
            return state, confirmation.refused_by_pbx(plan, why, clean=stop.clean).noting(fence.reordered(plan))
        except Unsettled as stop:
            return State.UNSETTLED, confirmation.not_seen(plan, stop, line, names)
        except SignInFailed as fault:
            if began or fence.calls > 1:
                raise
            return State.FAILED, confirmation.handed_back(line, f"Park can't sign in: {fault}")
        finally:
            self.path.forget(plan.changes)
        slow = datetime.now(UTC) - fence.entry.accepted_at > self.patience.slow
        state = State.ALREADY if all(change.already for change in plan.changes) else State.DONE
        return state, confirmation.done(plan, readings, names, slow=slow)

    def _write(self, plan: Plan, fence: "Fence") -> list[Snapshot | None]:
        pbx, began, pauses = self.path.pbx, fence.entry.began, self.patience.looks
        if began:
            wait_for_stragglers(pbx, plan.changes, pauses)
        return apply_all(pbx, plan.changes, began=began, before_write=fence, pauses=pauses)

    def _later(self, entry: Entry, fault: ParkError) -> Entry | None:
        """It can't be planned or read: try again while somebody still expects it, then hand it back."""
        now = datetime.now(UTC)
        if entry.attempt < self.patience.attempts if entry.began else now < entry.run_at + self.patience.grace:
            log.info("change %d waits: %s", entry.id, fault)
            self.journal.release(entry, now + self.patience.again)
            return None
        state, said = _given_up(entry, State.LATE, f"It could not be done in time: {fault}.")
        return self.journal.end(entry, state, said.model_dump(mode="json"))

    @contextmanager
    def _alone(self, plan: Plan) -> Iterator[None]:
        """One change at a time on a target, however it was named; locked in one order: two moves can't block."""
        targets = sorted({change.target.id or change.target.title for change in plan.changes})
        with ExitStack() as held:
            for target in targets:
                held.enter_context(self._touched[target])
            yield


class Fence:
    """Before each write: the lease is ours still, and the first write is on record before it is sent."""

    def __init__(self, journal: Journal, entry: Entry) -> None:
        self.journal, self.entry = journal, entry
        self.calls = 0

    def record(self, planned: Planned) -> None:
        """What the line means, and by which rule it may be done."""
        plan, asked = planned.plan.model_dump(mode="json"), [dump(planned.operation)]
        about = planned.plan.about
        self.entry = self.journal.checkpoint(self.entry, plan=plan, asked=asked, rule=planned.rule, about=about)

    def reordered(self, plan: Plan) -> str:
        """What to say of the order of members, where some may have been put back: the PBX adds at the end only."""
        removes = any(change.after is not None and change.removed for change in plan.changes)
        return confirmation.LAST_NOW if removes and self.calls > 1 else ""

    def __call__(self) -> None:
        self.calls += 1
        if self.entry.began:
            self.entry = self.journal.renew(self.entry)
        else:
            self.entry = self.journal.checkpoint(self.entry, began=True)


def refuse_what_was_not_shown(request: Request, planned: Planned) -> None:
    """A click applies what was shown with its button, or shows anew what has moved since; raise Moved."""
    if request.expects is None or request.expects == planned.plan.digest():
        return
    again = confirmation.preview(planned.plan, planned.operation, planned.desk.ring_group_name)
    moved = Moved("The PBX is no longer as you were shown. Nothing was changed; this is what it would be now:")
    moved.message = replace(again, title=f"{moved} {again.title}")
    raise moved


def _given_up(entry: Entry, unbegun: State, why: str) -> tuple[State, Confirmation]:
    """Handed back as it was typed, for it may have several readings; or, once it had begun, unknown."""
    if not entry.began or entry.plan is None:
        return unbegun, confirmation.handed_back(entry.request.line, why)
    plan, line = Plan.model_validate(entry.plan), changes_of(entry)[0].text()
    return State.UNSETTLED, confirmation.unsettled(plan, line, why)


def changes_of(entry: Entry) -> list[ChangeOperation]:
    """The readings of the line; one, once it is planned."""
    return [one for one in map(load, entry.asked) if isinstance(one, ChangeOperation)]
