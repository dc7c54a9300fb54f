"""LeaseGuard before each write; RetryPolicy."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.changes.plan import Plan
from bot.changes.target_io import SETTLE
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.operations.catalog import dump
from bot.pbx.transport import moment
from bot.planning.planner import AuthorizedPlan
from bot.worker import confirmations as confirmation


class LeaseGuard:
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

    def record(self, planned: AuthorizedPlan) -> None:
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
    """By id; one that is still to be made has a name only."""
    return frozenset(change.target.key for change in plan.changes)


def recorded(planned: AuthorizedPlan) -> dict[str, Any]:
    """What a plan leaves in the journal: what the line means, and by which rule it may be done."""
    known = {"plan": planned.plan.model_dump(mode="json"), "asked": [dump(planned.operation)]}
    return known | planned.granted.recorded()


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
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
