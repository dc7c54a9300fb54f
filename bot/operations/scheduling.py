"""Operations on scheduled and temporary changes: pending, extend, keep, do now, cancel, replace."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from bot.changes.change import snapshots_equal
from bot.changes.plan import Plan, Schedule
from bot.changes.repository import waits_for_approval
from bot.errors import PBXError
from bot.journal.models import Entry, Reschedule
from bot.messages.message import Fact, Message, Offer, Row
from bot.operations.arguments.times import END
from bot.operations.arguments.types import ChangeNumber
from bot.operations.base import ChangeModifier, ControlOperation, JournalEffect, Operation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.schedule import reminder_time, resolve_instant
from bot.policy.model import Permission
from bot.times.model import Duration, End

MAX_ARRIVAL = timedelta(minutes=2)
"""Age from which the PBX decides about a change with an unknown outcome; before that, it may still arrive."""
MAX_LOOKS = 10
"""Changes with an unknown outcome that `pending` looks up on the PBX at most."""


class AboutChange(Operation):
    """Refers to an earlier change by its number."""

    permission = None
    advertised = False

    number: ChangeNumber

    def about(self) -> int | None:
        return self.number

    def reschedule(self, entry: Entry, run_at: datetime | None, due_at: datetime | None = None) -> Reschedule:
        """Moves the entry to `run_at`, or cancels it (None); void if its time has changed since it was read."""
        return Reschedule(id=entry.id, expected_run_at=entry.run_at, run_at=run_at, due_at=due_at)


class ChangeReference(AboutChange):
    """Refers to an earlier change, and requires the permission that this change required."""

    requirement = "what the change needed"

    def required_permission(self, context: OperationContext) -> Permission | None:
        from bot.operations.catalog import load  # imports this module

        return load(context.repository.entry(self.number).operations[0]).required_permission(context)

    def groups(self, context: OperationContext) -> frozenset[str]:
        return frozenset(name for change in context.repository.plan(self.number).changes for name in change.names)

    def retime(
        self,
        context: OperationContext,
        entry: Entry,
        title: str,
        run_at: datetime | None = None,
        due_at: datetime | None = None,
        *,
        duration: timedelta | None,
    ) -> JournalEffect:
        """The effect of another start or end of a change.

        Args:
            entry: the scheduled entry to move.
            run_at: its new time; None cancels it.
            due_at: when the worker claims it before that, for the reminder of an end.
            lasts: how long the change lasts then; None if it is permanent.
        """
        times = context.repository.schedule(self.number)
        after = times.format_dated(run_at) if run_at else "called off"
        return JournalEffect(
            title=title,
            facts=(Fact(label="Time", before=times.format_dated(entry.run_at), value=after),),
            shifts=(self.reschedule(entry, run_at, due_at),),
            duration=duration,
        )


def temporary_change_buttons(number: int) -> tuple[Offer, ...]:
    """Buttons for a change that has an end."""
    return (
        Offer(label="End now", line=f"undo change {number}"),
        Offer(label="Extend by 1h", line=f"extend change {number} for 1h"),
        Offer(label="Keep", line=f"keep change {number}"),
    )


def approval_buttons(number: int, plan: Plan) -> tuple[Offer, ...]:
    """Buttons for a change that waits for approval; the digest ties an approval to the shown plan."""
    return (
        Offer(label="Approve", line=f"approve change {number}", style="primary", expects=plan.digest()),
        Offer(label="Withdraw", line=f"cancel change {number}"),
    )


def scheduled_change_buttons(number: int) -> tuple[Offer, ...]:
    """Buttons for a change that has not started."""
    return (
        Offer(label="Do it now", line=f"do change {number} now"),
        Offer(label="Cancel", line=f"cancel change {number}"),
    )


class Pending(ReadOperation):
    """Lists changes that are scheduled, temporary, waiting for approval or of unknown outcome."""

    operation_id = "pending"
    title = "What is pending"
    phrase = "pending"
    also = ("list|show pending", "scheduled", "what is pending|waiting|scheduled")
    permission = Permission.READ
    help = "Lists the changes that wait for their time, those that will end, and those whose outcome is unknown."
    examples = ("pending",)

    def read(self, context: OperationContext) -> Message:
        unknown, settled = _unknown_outcomes(context)
        rows = (*_awaiting_approval(context), *_ending(context), *_scheduled(context), *unknown)
        if not rows:
            title = "Nothing is pending: no change waits for its time, and none will end by itself."
            return Message(title=title, notes=settled)
        return Message(title=f"{len(rows)} pending", rows=rows, notes=settled)


def _awaiting_approval(context: OperationContext) -> Iterator[Row]:
    """Approvers get a button to approve, the requester one to withdraw."""
    for entry in context.repository.scheduled_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.approval is None or not waits_for_approval(entry) or not _may_see(context, plan):
            continue
        approve, withdraw = approval_buttons(entry.id, plan)
        mine = entry.request.user == context.viewer.user
        offers = (withdraw,) if mine else (approve,) if context.approvals.may_approve(entry) else ()
        text = f"{plan.preview_title}: waits for approval, until {plan.approval.expiry_text()} (change {entry.id})"
        yield Row(text=text, ids=(entry.request.user,), offers=offers)


def _ending(context: OperationContext) -> Iterator[Row]:
    for first, end in context.repository.scheduled_ends():
        plan = Plan.model_validate(first.plan)
        if plan.times and _may_see(context, plan):
            text = f"{plan.title}: {_end_text(plan.times, end, context.repository.now())}"
            yield _row(context, first, plan, text, temporary_change_buttons(first.id))


def _end_text(times: Schedule, end: Entry, now: datetime) -> str:
    at = times.format_relative(end.run_at, now)
    if end.failing_since is not None:
        return f"late, should have ended {at}. {end.failure} It is tried again"
    return f"ends {at}" if end.run_at > now else f"should have ended {at}, and ends as soon as Park may change it"


def _scheduled(context: OperationContext) -> Iterator[Row]:
    for entry in context.repository.scheduled_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.times and not waits_for_approval(entry) and _may_see(context, plan):
            text = f"{plan.preview_title}: {plan.times.format_relative(entry.run_at, context.repository.now())}"
            yield _row(context, entry, plan, text, scheduled_change_buttons(entry.id))


def _unknown_outcomes(context: OperationContext) -> tuple[list[Row], tuple[str, ...]]:
    """Looks at the PBX; returns rows for what is still unknown, and notes on what the PBX shows to be made or not."""
    rows, settled = list[Row](), list[str]()
    for entry in context.repository.unknown_outcomes():
        plan = Plan.model_validate(entry.plan)
        if not _may_see(context, plan):
            continue
        age = context.repository.now() - (entry.ended_at or entry.run_at)
        look_now = age > MAX_ARRIVAL and len(settled) + len(rows) < MAX_LOOKS
        shown = _shown_by_pbx(context, plan) if look_now else None
        if shown is not None:
            settled.append(f"Change {entry.id} was {shown}, as the PBX shows: {plan.preview_title}.")
            continue
        look = Offer(label="Look and try again", line=f"preview {entry.request.line}")
        text = f"Unknown whether it was made: {plan.preview_title}. Look at the PBX, then use the button."
        rows.append(_row(context, entry, plan, text, (look,)))
    return rows, tuple(settled)


def _shown_by_pbx(context: OperationContext, plan: Plan) -> str | None:
    """Returns whether the PBX shows a change as made or not made; None if it shows neither, or can't be asked."""
    try:
        now = [context.now(change) for change in plan.changes]
    except PBXError:
        return None
    if all(snapshots_equal(one, change.after) for one, change in zip(now, plan.changes, strict=True)):
        return "made"
    if all(snapshots_equal(one, change.before) for one, change in zip(now, plan.changes, strict=True)):
        return "not made"
    return None


def _row(context: OperationContext, entry: Entry, plan: Plan, text: str, offers: tuple[Offer, ...]) -> Row:
    """A row whose buttons are shown to those who have the change's permission on all its groups."""
    from bot.operations.catalog import load  # imports this module

    permission = load(entry.operations[0]).required_permission(context)
    names: list[str | None] = [*(name for change in plan.changes for name in change.names)] or [None]
    may = permission is not None and all(context.may(permission, name) for name in names)
    return Row(text=f"{text} (change {entry.id})", ids=(entry.request.user,), offers=offers if may else ())


def _may_see(context: OperationContext, plan: Plan) -> bool:
    return all(context.may_see(name) for change in plan.changes for name in change.names)


NEW_END = replace(END, label="")


class Extend(ChangeReference, ControlOperation):
    """Moves the end of a temporary change: by a duration from the present end, or to a time."""

    operation_id = "extend"
    title = "Extend"
    phrase = "extend change {number} {ends}"
    also = ("extend change {number} by|to {ends}", "end change {number} {ends}")
    card_label = "Extended"
    help = "Gives a temporary change another end: later by some time, or at a time that you name."
    examples = ("extend change 42 for 1h", "extend change 42 until 20:00")

    ends: Annotated[End, NEW_END]

    def effect(self, context: OperationContext) -> JournalEffect:
        end, now = context.repository.scheduled_end(self.number), context.repository.now()
        when, zone = self.ends.when, context.zone
        until = (
            end.run_at + when.elapsed
            if isinstance(when, Duration)
            else resolve_instant(self, "ends", self.ends, now, zone)
        )
        return self.retime(
            context,
            end,
            f"Change {self.number} ends at another time",
            until,
            max(now, reminder_time(now, until)),
            duration=until - context.repository.made_at(self.number),
        )


class Keep(ChangeReference, ControlOperation):
    """Makes a temporary change permanent by cancelling its end."""

    operation_id = "keep"
    title = "Keep"
    phrase = "keep change {number}"
    card_label = "Kept"
    help = "Makes a temporary change stay: its end is called off."
    examples = ("keep change 42",)

    def effect(self, context: OperationContext) -> JournalEffect:
        return self.retime(
            context, context.repository.scheduled_end(self.number), f"Change {self.number} stays", duration=None
        )


class Now(ChangeReference, ControlOperation):
    """Starts a scheduled change at once; its end stays as it is."""

    operation_id = "now"
    title = "Do it now"
    phrase = "do change {number} now"
    also = ("do change {number}", "change {number} now")
    card_label = "Begun early"
    help = "Makes a change that is waiting for its time at once."
    examples = ("do change 42 now",)

    def effect(self, context: OperationContext) -> JournalEffect:
        start, now = context.repository.scheduled_start(self.number), context.repository.now()
        times = context.repository.schedule(self.number)
        duration = times.ends - now if times.ends else None
        return self.retime(context, start, f"Change {self.number} begins now", now, duration=duration)


class Cancel(ChangeReference, ControlOperation):
    """Cancels a change that has not started, or a request for approval."""

    operation_id = "cancel"
    title = "Cancel"
    phrase = "cancel change {number}"
    card_label = "Called off"
    help = "Calls off a change that is waiting for its time. One that was made already is taken back with undo."
    examples = ("cancel change 42",)

    def effect(self, context: OperationContext) -> JournalEffect:
        if waits_for_approval(entry := context.repository.entry(self.number)):
            title = f"Change {self.number} is no longer asked for"
            return JournalEffect(title=title, shifts=(self.reschedule(entry, None),))
        start, times = context.repository.scheduled_start(self.number), context.repository.schedule(self.number)
        duration = times.ends - start.run_at if times.ends else None
        return self.retime(context, start, f"Change {self.number} is called off", duration=duration)


class Replace(ChangeModifier):
    """Lets the change in its line replace a temporary one."""

    operation_id = "replace"
    title = "Replace"
    phrase = "replace change {number} with {line}"
    modifies = "could replace another"
    requirement = "what the line needs"
    help = (
        "Makes a change in the place of a temporary one on the same setting: the other's end is called off, and when"
        " this one ends, or is taken back, it goes to how it was before both."
    )
    examples = ("replace change 42 with recall Sales to Day Desk for 2h",)

    number: ChangeNumber

    def added(self) -> dict[str, Any]:
        return {"replaces": self.number}
