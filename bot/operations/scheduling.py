"""Operations on scheduled and temporary changes: pending, extend, keep, do now, cancel, replace."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from bot.changes.plan import Plan
from bot.changes.repository import waits_for_approval
from bot.journal.models import Entry, Reschedule
from bot.messages.message import Fact, Offer
from bot.operations.arguments.times import END
from bot.operations.arguments.types import ChangeNumber
from bot.operations.base import ChangeModifier, ControlOperation, JournalEffect, Operation
from bot.operations.context import OperationContext
from bot.operations.schedule import reminder_time, resolve_instant
from bot.policy.model import Permission
from bot.times.model import Duration, End


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
