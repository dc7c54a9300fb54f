"""Attributes of a change for the policy's limits, and conflicts with temporary changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.changes.change import Change, changed_parts
from bot.changes.plan import Plan, Schedule
from bot.changes.repository import ChangeRepository
from bot.errors import NOTHING_CHANGED, NotPossible
from bot.journal.models import Entry
from bot.messages.message import Offer
from bot.operations.arguments.times import TIME
from bot.operations.base import ChangeOperation, Operation
from bot.operations.undo import PutBack, Undo
from bot.policy.model import NO_DURATION, ActionAttributes
from bot.times.format import format_time

TIMER_SETTINGS = ("recall_time", "recall_ring_group_time")
"""Settings whose value in seconds the policy limits as recall time."""


def plan_attributes(
    repository: ChangeRepository, operation: ChangeOperation, plan: Plan, *, due: bool
) -> ActionAttributes:
    """The attributes of a plan.

    Args:
        due: the scheduled start has come, so the change starts now.
    """
    now = repository.now()
    starts = plan.times.starts if plan.times and not due else None
    begins = max(now, starts) if starts else now
    return change_attributes(plan.changes, at=begins, duration=_duration(repository, operation, plan, begins))


def change_attributes(changes: Sequence[Change], *, at: datetime, duration: timedelta | None) -> ActionAttributes:
    """The attributes of several changes together."""
    touched = {person.number for change in changes for person in (*change.added, *change.removed)}
    times = [timedelta(seconds=seconds) for change in changes for seconds in _recall_times(change)]
    return ActionAttributes(at=at, members=len(touched), recall_time=max(times, default=None), duration=duration)


def line_attributes(operation: Operation, known: Schedule | None, now: datetime) -> ActionAttributes:
    """The attributes as far as the arguments of an operation determine them."""
    begins = max(now, known.starts) if known and known.starts else now
    duration = None if isinstance(operation, ChangeOperation) else NO_DURATION
    times = (value for _, argument_type, value in operation.said() if argument_type is TIME)
    return ActionAttributes(
        at=begins,
        members=len(getattr(operation, "members", ())),
        recall_time=next((timedelta(seconds=value) for value in times), None),
        duration=known.ends - begins if known and known.ends else duration,
    )


def _duration(
    repository: ChangeRepository, operation: ChangeOperation, plan: Plan, begins: datetime
) -> timedelta | None:
    """How long a plan lasts. A replacement counts from the change it replaces; ending early lasts no time."""
    if isinstance(operation, Undo):
        return NO_DURATION if repository.will_end(operation.number) and not operation.anyway else None
    ends = plan.times.ends if plan.times else None
    if ends is None:
        return None
    return ends - (repository.made_at(plan.replaces) if plan.replaces is not None else begins)


def _recall_times(change: Change) -> Iterable[int]:
    """The timers in seconds that the change sets to another value."""
    before, after = (side.compared() if side else {} for side in (change.before, change.after))
    return (after[key] for key in TIMER_SETTINGS if key in after and after[key] != before.get(key))


WHOLE_TARGET = "*"
"""In the result of `moved_by`: the whole target."""


def refuse_temporary_conflicts(repository: ChangeRepository, operation: ChangeOperation, plan: Plan) -> None:
    """Raises NotPossible if the plan changes what a temporary change holds, unless it replaces it."""
    if plan.about is not None or (isinstance(operation, PutBack) and not operation.anyway):
        return  # reverting a drift restores what the temporary change has set
    for first, end in repository.scheduled_ends():
        temporary_plan = repository.plan(first.id)
        if first.id != operation.replaces and any(
            _overlap(one, other) for one in plan.changes for other in temporary_plan.changes
        ):
            raise _conflict_error(operation, plan, first, temporary_plan, end)


def _overlap(one: Change, other: Change) -> bool:
    both_servers = one.target.is_server and other.target.is_server
    same = both_servers or (one.target.id and one.target.id == other.target.id) or one.names & other.names
    mine, theirs = changed_parts(one), changed_parts(other)
    return bool(same) and bool(mine & theirs or (WHOLE_TARGET in mine | theirs and mine and theirs))


def _conflict_error(
    operation: ChangeOperation, plan: Plan, first: Entry, temporary_plan: Plan, end: Entry
) -> NotPossible:
    until = temporary_plan.times.format_dated(end.run_at) if temporary_plan.times else ""
    replace = operation.model_copy(update={"replaces": first.id}).text()
    offers = [Offer(label="Replace it", line=replace, style="primary")]
    if operation.ends is not None:
        offers.append(Offer(label="Extend it", line=f"extend change {first.id} {format_time(operation.ends)}"))
    return NotPossible(
        f"{temporary_plan.title}, for a time: until {until} (change {first.id}). {NOTHING_CHANGED}",
        notes=(
            f"{plan.preview_title}? Replacing it calls that end off, and this goes back to how it was before both.",
        ),
        offers=(*offers, Offer(label=f"Undo change {first.id}", line=f"preview undo change {first.id}")),
    )
