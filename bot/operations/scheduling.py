"""Operations on scheduled and temporary changes: pending, extend, keep, start, cancel."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from bot.changes.change import Change, is_taken_back
from bot.changes.plan import Plan, waits_for_approval
from bot.changes.repository import ChangeRepository
from bot.errors import NotPossible
from bot.journal.models import Entry, Reschedule, State
from bot.messages.message import Fact, FormOffer, Offer
from bot.messages.request import Source
from bot.operations.arguments.times import END
from bot.operations.arguments.types import ChangeOrGroup
from bot.operations.base import ControlOperation, JournalEffect, Operation
from bot.operations.context import OperationContext
from bot.operations.schedule import begun_early, reminder_time
from bot.policy.model import Permission
from bot.texts import cards, decisions
from bot.times.model import End, Instant, WallClock


class AboutChange(Operation):
    """Refers to an earlier change by its number, or by the group whose one pending change it is."""

    permission = None

    number: ChangeOrGroup
    """The planner replaces a group's name by the number of its pending change."""

    @property
    def change(self) -> int:
        """The number of the change."""
        assert isinstance(self.number, int)  # noqa: S101 - the planner has replaced a name
        return self.number

    def about(self) -> int | None:
        return self.number if isinstance(self.number, int) else None

    @classmethod
    def may_be_meant(cls, repository: ChangeRepository, entry: Entry) -> bool:
        """Whether a group's name can stand for this pending change."""
        return repository.will_end(entry.id)

    def reschedule(self, entry: Entry, run_at: datetime | None, due_at: datetime | None = None) -> Reschedule:
        """Moves the entry to `run_at`, or cancels it (None); void if its time has changed since it was read."""
        return Reschedule(id=entry.id, expected_run_at=entry.run_at, run_at=run_at, due_at=due_at)


class ChangeReference(AboutChange):
    """Refers to an earlier change, and requires the permission that this change required."""

    requirement = "what the change needed"

    def required_permission(self, context: OperationContext) -> Permission | None:
        context.repository.plan(self.change)  # a change that was never planned may refer to itself, or to a later one
        return original_operation(context.repository.entry(self.change)).required_permission(context)

    def permissions_for(self, context: OperationContext, change: Change) -> tuple[Permission, ...]:
        """What the original operation requires for it; for another name of its groups, all that its changes did."""
        original = original_operation(context.repository.entry(self.change))
        changes = context.repository.plan(self.change).undone if change.is_noop else (change,)
        return tuple(dict.fromkeys(one for each in changes for one in original.permissions_for(context, each)))

    def groups(self, context: OperationContext) -> frozenset[str]:
        return frozenset(name for change in context.repository.plan(self.change).undone for name in change.names)

    def retime(
        self,
        context: OperationContext,
        entry: Entry,
        title: str,
        run_at: datetime | None = None,
        due_at: datetime | None = None,
        *,
        no_time: str | None = None,
        duration: timedelta | None,
    ) -> JournalEffect:
        """The effect of another start or end of a change.

        Args:
            entry: the scheduled entry to move.
            run_at: its new time; None cancels it.
            due_at: when the worker claims it before that, for the reminder of an end.
            no_time: what is said in place of a new time; by default that it is cancelled.
            duration: how long the change lasts then; None if it is permanent.
        """
        times = context.repository.schedule(self.change)
        before = times.format_dated(entry.run_at, with_zone=run_at is None)
        after = times.format_dated(run_at) if run_at else no_time or decisions.CANCELLED
        label = decisions.ENDS if entry.request.source is Source.CLOCK else decisions.STARTS
        return JournalEffect(
            title=title,
            facts=(Fact(label=label, before=before, value=after),),
            shifts=(self.reschedule(entry, run_at, due_at),),
            duration=duration,
        )


def original_operation(entry: Entry) -> Operation:
    from bot.operations.catalog import load  # imports this module

    return load(entry.operations[0])


def temporary_change_buttons(number: int) -> tuple[Offer, ...]:
    """Buttons for a change that has an end."""
    return (
        Offer(label=cards.END_NOW, line=f"undo {number}"),
        Offer(label=cards.EXTEND, line=f"extend {number} for 1h"),
        Offer(label=cards.KEEP, line=f"keep {number}"),
    )


def approval_buttons(number: int, plan: Plan) -> tuple[Offer, ...]:
    """Buttons for a change that waits for approval; the digest ties an approval to the shown plan."""
    return (
        Offer(label=cards.APPROVE, line=f"approve {number}", style="primary", expects=plan.digest()),
        Offer(label=cards.WITHDRAW, line=f"cancel {number}"),
    )


def reject_form(number: int) -> FormOffer:
    """The button that opens the form to reject a change, with a reason."""
    return FormOffer(label=cards.REJECT, operation="refuse", arguments={"number": number})


def scheduled_change_buttons(number: int) -> tuple[Offer, ...]:
    """Buttons for a change that has not started."""
    return (
        Offer(label=cards.DO_NOW, line=f"start {number}"),
        Offer(label=cards.CANCEL, line=f"cancel {number}"),
    )


def movable_end(context: OperationContext, number: int, ends: End | None) -> Entry:
    """Returns the scheduled end of a temporary change that is still wholly in effect.

    An end that has failed half-way can't be moved or called off: what it has taken back would stay so, and the change
    would be said to be in effect. The refusal offers to make the whole change again.

    Args:
        ends: the end that the change is to have; None for none.

    Raises:
        NotPossible: the change is not temporary, or a part of it has ended.
        PBXError: an attempt at the end may have written something, and the PBX can't be asked.
    """
    end = context.repository.scheduled_end(number)
    if not end.began or not any(is_taken_back(one, context.now(one)) for one in context.repository.plan(number).undone):
        return end
    again = original_operation(context.repository.entry(number)).model_copy(update={"starts": None, "ends": ends})
    offers = (
        Offer(label=cards.DO_AGAIN, line=again.text(settled=True), style="primary", ends_change=number, meant=number),
        Offer(label=cards.END_NOW, line=f"undo {number}"),
    )
    raise NotPossible(decisions.half_ended(number), notes=(decisions.rest_will_end(cards.DO_AGAIN),), offers=offers)


NEW_END = replace(END, name="")


class Extend(ChangeReference, ControlOperation):
    """Moves the end of a temporary change: by a duration from the present end, or to a time."""

    operation_id = "extend"
    phrase = "extend {number} {ends}"
    also = (
        "extend change {number} [by|to] {ends}",
        "extend {number} by|to {ends}",
        "end change {number} [at] {ends}",
        "end {number} [at] {ends}",
    )
    examples = ("extend 42 for 1h", "extend Sales until 20:00")

    ends: Annotated[End, NEW_END]

    def effect(self, context: OperationContext) -> JournalEffect:
        end, now = movable_end(context, self.change, self.ends), context.repository.now()
        when = self.ends.when
        assert not isinstance(when, WallClock)  # noqa: S101 - the planner has settled it
        until = when.at.astimezone(UTC) if isinstance(when, Instant) else end.run_at + when.elapsed
        return self.retime(
            context,
            end,
            decisions.extended(self.change),
            until,
            max(now, reminder_time(now, until)),
            duration=until - context.repository.made_at(self.change),
        )


class Keep(ChangeReference, ControlOperation):
    """Makes a temporary change permanent by cancelling its end."""

    operation_id = "keep"
    phrase = "keep {number}"
    also = ("keep change {number}",)
    examples = ("keep 42", "keep Sales")

    def effect(self, context: OperationContext) -> JournalEffect:
        return self.retime(
            context,
            movable_end(context, self.change, None),
            decisions.kept(self.change),
            no_time=decisions.KEPT,
            duration=None,
        )


class Now(ChangeReference, ControlOperation):
    """Starts a scheduled change at once; its end stays an instant, or a length, as it was asked for."""

    operation_id = "now"
    phrase = "start {number}"
    also = (
        "start {number} now",
        "start change {number} [now]",
        "do change {number} [now]",
        "do {number} now",
        "change {number} now",
    )
    examples = ("start 42", "start Sales")

    @classmethod
    def may_be_meant(cls, repository: ChangeRepository, entry: Entry) -> bool:
        return entry.state is State.SCHEDULED and not waits_for_approval(entry)

    def effect(self, context: OperationContext) -> JournalEffect:
        start, now = context.repository.scheduled_start(self.change), context.repository.now()
        times = begun_early(context.repository.schedule(self.change), original_operation(start), now)
        duration = times.ends - now if times.ends else None
        return self.retime(context, start, decisions.started_early(self.change), now, duration=duration)


class Cancel(ChangeReference, ControlOperation):
    """Cancels a change that has not started, or a request for approval."""

    operation_id = "cancel"
    phrase = "cancel {number}"
    also = ("cancel change {number}", "withdraw [change] {number}", "call off [change] {number}")
    examples = ("cancel 42",)

    @classmethod
    def may_be_meant(cls, repository: ChangeRepository, entry: Entry) -> bool:
        return entry.state is State.SCHEDULED

    def effect(self, context: OperationContext) -> JournalEffect:
        if waits_for_approval(entry := context.repository.entry(self.change)):
            title = decisions.withdrawn(self.change)
            return JournalEffect(title=title, shifts=(self.reschedule(entry, None),))
        start, times = context.repository.scheduled_start(self.change), context.repository.schedule(self.change)
        duration = times.ends - start.run_at if times.ends else None
        return self.retime(context, start, decisions.cancelled(self.change), duration=duration)
