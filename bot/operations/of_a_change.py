"""What the operations about an earlier change have in common: its number, and that they need what it needed."""

from datetime import datetime, timedelta

from bot.desk import Desk
from bot.fields import ChangeNumber
from bot.journal import Entry, Shift
from bot.message import Fact, Offer
from bot.operation import Effect, Operation
from bot.plan import Plan
from bot.policy import Permission


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
        from bot.operations import load  # the list holds these operations too

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
