"""Attributes of a change for the policy's limits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.changes.change import Change
from bot.changes.plan import Plan, Schedule
from bot.changes.repository import ChangeRepository
from bot.changes.schedules import longest_run
from bot.operations.arguments.times import TIME
from bot.operations.base import ChangeOperation, Operation
from bot.operations.undo import Undo
from bot.planning.recurring import recurring_attributes
from bot.policy.model import NO_DURATION, ActionAttributes
from bot.recurrence.model import Calendars
from bot.recurrence.windows import next_window

TIMER_SETTINGS = ("recall_time", "recall_ring_group_time")
"""Settings whose value in seconds the policy limits as recall time."""
A_DAY = timedelta(days=1)
"""How long a change on the days of a calendar lasts, where the calendar is not known."""


def plan_attributes(
    repository: ChangeRepository, operation: ChangeOperation, plan: Plan, *, due: bool
) -> ActionAttributes:
    """The attributes of a plan.

    Args:
        due: the scheduled start has come, so the change starts now.
    """
    begins = begins_at(plan.times, repository.now(), due=due)
    if plan.repetition is not None:
        attributes = change_attributes(plan.undone, at=begins, duration=None)
        return recurring_attributes(repository, plan.repetition.recurrence, attributes)
    return change_attributes(plan.undone, at=begins, duration=_duration(repository, operation, plan, begins))


def begins_at(times: Schedule | None, now: datetime, *, due: bool) -> datetime:
    """When a change begins; `due` as for `plan_attributes`."""
    return max(now, times.starts) if times and times.starts and not due else now


def change_attributes(changes: Sequence[Change], *, at: datetime, duration: timedelta | None) -> ActionAttributes:
    """The attributes of several changes together."""
    touched = {person.number for change in changes for person in (*change.added, *change.removed)}
    times = [timedelta(seconds=seconds) for change in changes for seconds in _recall_times(change)]
    return ActionAttributes(at=at, members=len(touched), recall_time=max(times, default=None), duration=duration)


def line_attributes(
    operation: Operation, known: Schedule | None, now: datetime, calendars: Calendars
) -> ActionAttributes:
    """The attributes as far as the arguments of an operation determine them."""
    begins = max(now, known.starts) if known and known.starts else now
    duration = None if isinstance(operation, ChangeOperation) else NO_DURATION
    times = (value for _, argument_type, value in operation.said() if argument_type is TIME)
    recurs = operation.recurs if isinstance(operation, ChangeOperation) else None
    recurring: timedelta | None = NO_DURATION
    if recurs is not None and recurs.is_settled:
        window = next_window(recurs, now, calendars)
        begins, duration = (window.starts, window.ends - window.starts) if window else (begins, A_DAY)
        recurring = longest_run(recurs, now)
    return ActionAttributes(
        at=begins,
        recurring=recurring,
        members=len(getattr(operation, "members", ())),
        recall_time=next((timedelta(seconds=value) for value in times), None),
        duration=known.ends - begins if known and known.ends else duration,
    )


def _duration(
    repository: ChangeRepository, operation: ChangeOperation, plan: Plan, begins: datetime
) -> timedelta | None:
    """How long a plan lasts, with the temporary change that it continues; ending early lasts no time."""
    if isinstance(operation, Undo):
        return NO_DURATION if repository.will_end(operation.number) and not operation.anyway else None
    ends = plan.times.ends if plan.times else None
    if ends is None:
        return None
    return ends - (plan.lasts_since or begins)


def _recall_times(change: Change) -> Iterable[int]:
    """The timers in seconds that the change sets to another value."""
    before, after = (side.compared() if side else {} for side in (change.before, change.after))
    return (after[key] for key in TIMER_SETTINGS if key in after and after[key] != before.get(key))
