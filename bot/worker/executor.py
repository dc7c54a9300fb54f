"""Plan again, collect approvals, back up prompts, apply."""

import logging
from dataclasses import replace

from bot.changes.apply import apply_all, untouched, wait_for_stragglers
from bot.changes.change import Change, Shifted, Undone, Unsettled
from bot.changes.plan import Plan, asked_now
from bot.changes.snapshot import Snapshot
from bot.errors import NOTHING, Moved, NotPossible, PBXError, Rejected, SignInFailed
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.journal.storage import Prompts
from bot.messages.message import Message, Offer
from bot.messages.request import Door, Request
from bot.operations.base import ChangeOperation
from bot.operations.catalog import load
from bot.operations.members import Move
from bot.operations.schedule import floats, lasts
from bot.pbx.models import ParkServer
from bot.planning import preview as plan_preview
from bot.planning.context import Desk
from bot.planning.planner import Path, Planned
from bot.times.model import End
from bot.worker import confirmations as confirmation
from bot.worker.lease import Fence, Patience, recorded
from bot.worker.notifier import Teller
from bot.worker.outcome import Outcome


def explain(operation: ChangeOperation, plan: Plan, cause: Rejected | NotPossible, desk: Desk) -> Message:
    """The PBX's own words, and what is likely behind them: a user can be in one park group only."""
    said = Message(title=str(cause) if isinstance(cause, NotPossible) else f"The PBX refused: {cause}")
    joining = [(change, one) for change in plan.changes for one in change.added if not change.target.is_server]
    if not joining or plan.changes[0].before is None:
        return said
    try:
        return _elsewhere(joining[0][0].target.title, [one.number for _, one in joining], desk, operation.ends) or said
    except PBXError:
        return said


def _elsewhere(group: str, numbers: list[str], desk: Desk, ends: End | None) -> Message | None:
    found = {
        number: home.name for number in numbers if (home := desk.homes.find_now(number).group) and home.name != group
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


class Saving:
    """Raises JournalUnavailable."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def saved(self, planned: Planned) -> Planned:
        """With a reference to the prompt that an update of other settings might cost."""
        reference = None
        for change in planned.plan.changes:
            if change.target.is_server and not change.with_prompt and not change.already:
                reference = self._present(change, planned.desk)
        for file in planned.desk.sounds.noted.values():
            self._prompts.keep(file)
        return replace(planned, plan=planned.plan.model_copy(update={"saved": reference}))

    def _present(self, change: Change, desk: Desk) -> str | None:
        """None where there is none, or it can't be had: no reason not to change what was asked for."""
        shown = ParkServer.model_validate(change.before.settings if change.before else {})
        try:
            prompt, why = desk.sounds.present(desk.pbx, shown)
        except PBXError as fault:
            prompt, why = None, str(fault)
        if why:
            log.warning("the prompt in use could not be saved: %s", why)
        kept = desk.sounds.noted.get(prompt.sha256 or "") if prompt else None
        return kept.reference if kept else None


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
    again = plan_preview.preview(planned.plan, planned.operation, planned.desk.ring_group_name)
    moved = Moved("The PBX is no longer as you were shown. Nothing was changed; this is what it would be now:")
    moved.message = replace(again, title=f"{moved} {again.title}")
    raise moved


def changes_of(entry: Entry) -> list[ChangeOperation]:
    """The readings of the line; one, once it is planned."""
    return [one for one in map(load, entry.asked) if isinstance(one, ChangeOperation)]


class Asking:
    """What was approved is what is made: whatever moved since goes back to be approved."""

    def __init__(self, journal: Journal, path: Path, teller: Teller) -> None:
        self.journal, self.path, self.teller = journal, path, teller

    def lapsed(self, entry: Entry, plan: Plan) -> Outcome | None:
        """None while it may still be made."""
        if plan.approval is None or entry.run_at < plan.approval.until:
            return None
        return Outcome(State.LATE, confirmation.lapsed(plan, entry.request.line))

    def approved(self, entry: Entry, planned: Planned) -> Planned | None:
        """With the approvals on record, where it needs none or has them all; None: they are to be asked for."""
        before = Plan.model_validate(entry.plan) if entry.plan else None
        if not planned.granted.approvers or all(change.already for change in planned.plan.changes):
            return planned
        if before is None or before.approval is None or before.digest() != planned.plan.digest():
            return None
        if not self.path.approvals(None).suffice(entry, planned.granted.approvers):
            return None
        approval = before.approval.model_copy(update={"given": True})
        return replace(planned, plan=planned.plan.model_copy(update={"approval": approval}))

    def ask(self, entry: Entry, planned: Planned) -> None:
        """Shown first: a kill in between shows it twice, and loses nothing. Raise NotPossible where nobody sees it."""
        now, approvers = self.journal.now(), planned.granted.approvers
        place = entry.request.channel or entry.request.post_to
        if place is None and not all(one.channel for one in approvers):
            raise NotPossible(
                f"Nobody who may approve that can see this conversation. {NOTHING}",
                notes=("Ask in a channel that they are in, or in a thread there.",),
            )
        approval = asked_now(
            approvers, planned.plan.times, now=now, zone=planned.desk.zone, fixed=not floats(planned.operation)
        )
        plan = planned.plan.model_copy(update={"approval": approval})
        said = confirmation.asked(
            plan, planned.desk.ring_group_name, lasts=lasts(planned.operation), again=entry.plan is not None
        )
        known = recorded(replace(planned, plan=plan)) | {"outcome": said.model_dump(mode="json")}
        waiting = replace(entry, **known, state=State.SCHEDULED, run_at=approval.until)
        card = self.teller.ask(waiting)
        self.journal.schedule(entry, approval.until, **known, card=card.model_dump(mode="json"))
        if entry.card is not None:  # whoever drew it meanwhile, for an approval, had the older plan
            self.teller.draw(entry.id)
