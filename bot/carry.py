"""A change carried out: planned, written, read back; every step is a checkpoint."""

from dataclasses import replace

from bot import confirmation
from bot.changes import Snapshot
from bot.changes.apply import Shifted, Undone, Unsettled, apply_all, untouched, wait_for_stragglers
from bot.desk import Desk
from bot.errors import Moved, SignInFailed
from bot.explain import explain
from bot.fence import Fence
from bot.journal import Entry, State
from bot.operation import ChangeOperation
from bot.operations import load
from bot.outcome import Outcome
from bot.path import Path, Planned
from bot.patience import Patience
from bot.plan import Plan
from bot.request import Door, Request
from bot.saving import Saving
from bot.times import floats


class Carrier:
    """Whatever dies, the next attempt begins where this one was; raises what the PBX, Slack and the journal raise."""

    def __init__(self, path: Path, patience: Patience) -> None:
        self.path, self.patience, self._saving = path, patience, Saving(path.prompts)

    def planned(self, entry: Entry) -> Planned:
        """What it would do now; the times that it was scheduled with are not read again from what was typed."""
        plan, readings = Plan.model_validate(entry.plan) if entry.plan else None, changes_of(entry)
        anew = plan is None or (plan.waits and floats(readings[0]))
        planned = self.path.plan(
            entry.request,
            readings,
            None if anew or plan is None else plan.times,
            due=plan is not None and not plan.waits and plan.times is not None,
        )
        if plan is None or plan.approval is None:  # what others approve they are shown again, where it has moved
            refuse_what_was_not_shown(entry.request, planned)
        return self._saving.saved(planned)

    def begin(self, fence: Fence, planned: Planned) -> Outcome:
        """From the beginning."""
        fence.record(planned)
        return self._apply(fence, planned.operation, planned.plan, planned.desk)

    def resume(self, fence: Fence, plan: Plan, *, late: bool) -> Outcome:
        """An earlier attempt may have written: go on, unless it had not and nobody expects it any more."""
        operation = changes_of(fence.entry)[0]
        if late and untouched(self.path.pbx, plan.changes):
            why = "It was interrupted before it began."
            return Outcome(State.LATE, confirmation.handed_back(operation.text(), why))
        return self._apply(fence, operation, plan, self.path.desk(fence.entry.request, operation))

    def _apply(self, fence: Fence, operation: ChangeOperation, plan: Plan, desk: Desk) -> Outcome:
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
        slow = fence.journal.now() - max(fence.entry.accepted_at, fence.entry.run_at) > self.patience.slow
        waited = slow or plan.approval is not None
        state = State.ALREADY if all(change.already for change in plan.changes) else State.DONE
        if state is State.ALREADY and fence.entry.request.door is Door.CLOCK:
            return Outcome(state, confirmation.ended_already(plan))
        return Outcome(state, confirmation.done(plan, readings, names, slow=waited))

    def _write(self, plan: Plan, fence: Fence) -> list[Snapshot | None]:
        pbx, began, pauses = self.path.pbx, fence.entry.began, self.patience.looks
        content = self.path.prompts.content
        try:
            if began:
                wait_for_stragglers(pbx, plan.changes, pauses)
            seen = apply_all(pbx, plan.changes, began=began, before_write=fence, pauses=pauses, content=content)
        except BaseException:
            self.path.forget(plan.changes)
            raise
        self.path.learn(plan.changes, seen)
        return seen


def refuse_what_was_not_shown(request: Request, planned: Planned) -> None:
    """A click applies what was shown with its button, or shows anew what has moved since; raise Moved."""
    if request.expects is None or request.expects == planned.plan.digest():
        return
    again = confirmation.preview(planned.plan, planned.operation, planned.desk.ring_group_name)
    moved = Moved("The PBX is no longer as you were shown. Nothing was changed; this is what it would be now:")
    moved.message = replace(again, title=f"{moved} {again.title}")
    raise moved


def changes_of(entry: Entry) -> list[ChangeOperation]:
    """The readings of the line; one, once it is planned."""
    return [one for one in map(load, entry.asked) if isinstance(one, ChangeOperation)]
