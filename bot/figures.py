"""What a change comes to in figures, for the policy's limits: how many people, how long, from when on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.changes import Change
from bot.desk import Past
from bot.fields import TIME
from bot.operation import ChangeOperation, Operation
from bot.operations import Undo
from bot.plan import Plan
from bot.policy import Deed
from bot.policy.deed import NOTHING_LASTS
from bot.times import Times

TIMES = ("recall_time", "recall_ring_group_time")


def of_plan(past: Past, operation: ChangeOperation, plan: Plan, *, due: bool) -> Deed:
    """`due`: its time has come, whatever it was to begin with."""
    now = past.now()
    starts = plan.times.starts if plan.times and not due else None
    begins = max(now, starts) if starts else now
    return of_changes(plan.changes, at=begins, lasts=_lasts(past, operation, plan, begins))


def of_changes(changes: Sequence[Change], *, at: datetime, lasts: timedelta | None) -> Deed:
    """All of them at once."""
    touched = {person.number for change in changes for person in (*change.added, *change.removed)}
    times = [timedelta(seconds=seconds) for change in changes for seconds in _times(change)]
    return Deed(at=at, members=len(touched), recall_time=max(times, default=None), lasts=lasts)


def of_line(operation: Operation, known: Times | None, now: datetime) -> Deed:
    """As far as the line itself tells."""
    begins = max(now, known.starts) if known and known.starts else now
    changes = isinstance(operation, ChangeOperation)
    lasts = None if changes else NOTHING_LASTS
    times = (value for _, noun, value in operation.said() if noun is TIME)
    return Deed(
        at=begins,
        members=len(getattr(operation, "members", ())),
        recall_time=next((timedelta(seconds=value) for value in times), None),
        lasts=known.ends - begins if known and known.ends else lasts,
    )


def _lasts(past: Past, operation: ChangeOperation, plan: Plan, begins: datetime) -> timedelta | None:
    """What comes in the place of a temporary change goes on from there; to end one early makes nothing last."""
    if isinstance(operation, Undo):
        return NOTHING_LASTS if past.will_end(operation.number) and not operation.anyway else None
    ends = plan.times.ends if plan.times else None
    if ends is None:
        return None
    return ends - (past.begun(plan.replaces) if plan.replaces is not None else begins)


def _times(change: Change) -> Iterable[int]:
    """Those that it sets anew, in seconds."""
    before, after = (side.compared() if side else {} for side in (change.before, change.after))
    return (after[key] for key in TIMES if key in after and after[key] != before.get(key))
