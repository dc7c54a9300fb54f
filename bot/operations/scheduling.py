"""Pending, extend, keep, do now, cancel, replace."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from bot.changes.plan import Plan
from bot.changes.repository import waits
from bot.journal.models import Entry, Shift
from bot.messages.message import Fact, Message, Offer, Row
from bot.operations.arguments.times import END
from bot.operations.arguments.types import ChangeNumber, Line
from bot.operations.base import Effect, JournalOperation, Operation, ReadOperation
from bot.operations.schedule import notice, the_only
from bot.planning.context import Desk
from bot.policy.model import Permission
from bot.times.model import Elapsed, End


class OfAChange(Operation):
    """Decided for whoever asks now, on every name that the change touched."""

    permission = None
    advertised = False

    number: ChangeNumber

    @classmethod
    def needs(cls) -> str:
        return "what the change needed"

    def about(self) -> int | None:
        return self.number

    def needed(self, desk: Desk) -> Permission | None:
        from bot.operations.catalog import load  # the list holds these operations too

        return load(desk.past.entry(self.number).asked[0]).needed(desk)

    def groups(self, desk: Desk) -> frozenset[str]:
        return frozenset(name for change in desk.past.plan(self.number).changes for name in change.names)

    def retimed(
        self,
        desk: Desk,
        entry: Entry,
        title: str,
        run_at: datetime | None = None,
        due_at: datetime | None = None,
        *,
        lasts: timedelta | None,
    ) -> Effect:
        """The entry gets another time, or None: it is called off. `lasts`: how long the change does then."""
        times = desk.past.times(self.number)
        after = times.dated(run_at) if run_at else "called off"
        return Effect(
            title=title,
            facts=(Fact(label="Time", before=times.dated(entry.run_at), value=after),),
            shifts=(Shift(id=entry.id, seen=entry.run_at, run_at=run_at, due_at=due_at),),
            lasts=lasts,
        )


def for_a_temporary(number: int) -> tuple[Offer, ...]:
    """Buttons for a change that will end."""
    return (
        Offer(label="End now", line=f"undo change {number}"),
        Offer(label="Extend by 1h", line=f"extend change {number} for 1h"),
        Offer(label="Keep", line=f"keep change {number}"),
    )


def for_a_waiting(number: int, plan: Plan) -> tuple[Offer, ...]:
    """Buttons for a change that others have to approve: what is approved is what was shown."""
    return (
        Offer(label="Approve", line=f"approve change {number}", style="primary", expects=plan.digest()),
        Offer(label="Withdraw", line=f"cancel change {number}"),
    )


def for_a_scheduled(number: int) -> tuple[Offer, ...]:
    """Buttons for a change that will begin."""
    return (
        Offer(label="Do it now", line=f"do change {number} now"),
        Offer(label="Cancel", line=f"cancel change {number}"),
    )


class Pending(ReadOperation):
    """Each with the buttons that whoever asks may use."""

    title = "What is pending"
    phrase = "pending"
    also = ("list|show pending", "scheduled", "what is pending|waiting|scheduled")
    permission = Permission.READ
    help = "Lists the changes that wait for their time, those that will end, and those whose outcome is unknown."
    examples = ("pending",)

    def read(self, desk: Desk) -> Message:
        rows = (*_asked(desk), *_ends(desk), *_starts(desk), *_unknown(desk))
        if not rows:
            return Message(title="Nothing is pending: no change waits for its time, and none will end by itself.")
        return Message(title=f"{len(rows)} pending", rows=rows)


def _asked(desk: Desk) -> Iterator[Row]:
    """Approving is for approvers, and thinking better of it for who asked."""
    for entry in desk.past.coming_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.approval is None or not waits(entry) or not _may_see(desk, plan):
            continue
        approve, withdraw = for_a_waiting(entry.id, plan)
        mine = entry.request.user == desk.viewer.user
        offers = (withdraw,) if mine else (approve,) if desk.approvals.may_approve(entry) else ()
        text = f"{plan.wish}: waits for approval, until {plan.approval.lapses()} (change {entry.id})"
        yield Row(text=text, ids=(entry.request.user,), offers=offers)


def _ends(desk: Desk) -> Iterator[Row]:
    for first, end in desk.past.coming_ends():
        plan = Plan.model_validate(first.plan)
        if plan.times and _may_see(desk, plan):
            text = f"{plan.title}: ends {plan.times.moment(end.run_at, desk.past.now())}"
            yield _row(desk, first, plan, text, for_a_temporary(first.id))


def _starts(desk: Desk) -> Iterator[Row]:
    for entry in desk.past.coming_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.times and not waits(entry) and _may_see(desk, plan):
            text = f"{plan.wish}: {plan.times.moment(entry.run_at, desk.past.now())}"
            yield _row(desk, entry, plan, text, for_a_scheduled(entry.id))


def _unknown(desk: Desk) -> Iterator[Row]:
    for entry in desk.past.unsettled():
        plan = Plan.model_validate(entry.plan)
        if _may_see(desk, plan):
            look = Offer(label="Look and try again", line=f"preview {entry.request.line}")
            text = f"Unknown whether it was made: {plan.wish}. Look at the PBX, then use the button."
            yield _row(desk, entry, plan, text, (look,))


def _row(desk: Desk, entry: Entry, plan: Plan, text: str, offers: tuple[Offer, ...]) -> Row:
    """With its buttons for whoever may do to those groups what the change does."""
    from bot.operations.catalog import load  # the list holds this operation too

    needed = load(entry.asked[0]).needed(desk)
    names: list[str | None] = [*(name for change in plan.changes for name in change.names)] or [None]
    may = needed is not None and all(desk.may(needed, name) for name in names)
    return Row(text=f"{text} (change {entry.id})", ids=(entry.request.user,), offers=offers if may else ())


def _may_see(desk: Desk, plan: Plan) -> bool:
    return all(desk.may_see(name) for change in plan.changes for name in change.names)


UNTIL = replace(END, label="")


class Extend(OfAChange, JournalOperation):
    """By how long, counted from the end that it has; or until when."""

    title = "Extend"
    phrase = "extend change {number} {ends}"
    also = ("extend change {number} by|to {ends}", "end change {number} {ends}")
    did = "Extended"
    help = "Gives a temporary change another end: later by some time, or at a time that you name."
    examples = ("extend change 42 for 1h", "extend change 42 until 20:00")

    ends: Annotated[End, UNTIL]

    def effect(self, desk: Desk) -> Effect:
        end, now = desk.past.end_of(self.number), desk.past.now()
        when, zone = self.ends.when, desk.zone
        until = end.run_at + when.elapsed if isinstance(when, Elapsed) else the_only(self, "ends", self.ends, now, zone)
        return self.retimed(
            desk,
            end,
            f"Change {self.number} ends at another time",
            until,
            max(now, notice(now, until)),
            lasts=until - desk.past.begun(self.number),
        )


class Keep(OfAChange, JournalOperation):
    """Its end is called off."""

    title = "Keep"
    phrase = "keep change {number}"
    did = "Kept"
    help = "Makes a temporary change stay: its end is called off."
    examples = ("keep change 42",)

    def effect(self, desk: Desk) -> Effect:
        return self.retimed(desk, desk.past.end_of(self.number), f"Change {self.number} stays", lasts=None)


class Now(OfAChange, JournalOperation):
    """What it ends with stays as it was: a time that was named, or as long as was said."""

    title = "Do it now"
    phrase = "do change {number} now"
    also = ("do change {number}", "change {number} now")
    did = "Begun early"
    help = "Makes a change that is waiting for its time at once."
    examples = ("do change 42 now",)

    def effect(self, desk: Desk) -> Effect:
        start, now = desk.past.start_of(self.number), desk.past.now()
        times = desk.past.times(self.number)
        lasts = times.ends - now if times.ends else None
        return self.retimed(desk, start, f"Change {self.number} begins now", now, lasts=lasts)


class Cancel(OfAChange, JournalOperation):
    """Before it begins."""

    title = "Cancel"
    phrase = "cancel change {number}"
    did = "Called off"
    help = "Calls off a change that is waiting for its time. One that was made already is taken back with undo."
    examples = ("cancel change 42",)

    def effect(self, desk: Desk) -> Effect:
        if waits(entry := desk.past.entry(self.number)):
            called_off = Shift(id=entry.id, seen=entry.run_at, run_at=None)
            return Effect(title=f"Change {self.number} is no longer asked for", shifts=(called_off,))
        start, times = desk.past.start_of(self.number), desk.past.times(self.number)
        lasts = times.ends - start.run_at if times.ends else None
        return self.retimed(desk, start, f"Change {self.number} is called off", lasts=lasts)


class Replace(Operation):
    """Stands for the line in it: what that line did not say is that the temporary change may go."""

    title = "Replace"
    phrase = "replace change {number} with {line}"
    permission = None
    advertised = False
    help = (
        "Makes a change in the place of a temporary one on the same setting: the other's end is called off, and when"
        " this one ends, or is taken back, it goes to how it was before both."
    )
    examples = ("replace change 42 with recall Sales to Day Desk for 2h",)

    number: ChangeNumber
    line: Line

    @classmethod
    def needs(cls) -> str:
        return "what the line needs"
