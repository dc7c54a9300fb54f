"""Start and end of an operation as instants in UTC."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.changes.plan import Schedule
from bot.errors import NOTHING_CHANGED, Ambiguous
from bot.messages.message import Offer
from bot.operations.base import ChangeOperation, Operation
from bot.times.format import exact_time, format_duration, format_moment
from bot.times.model import Duration, End, Start
from bot.times.resolver import resolve

REMINDER_BEFORE_END = timedelta(minutes=10)
"""How long before the end of a temporary change its thread is notified."""
MIN_DURATION_FOR_REMINDER = timedelta(minutes=30)
"""Shorter temporary changes get no reminder: their start is still remembered."""


def schedule_of(operation: ChangeOperation, now: datetime, zone: str) -> Schedule | None:
    """The schedule of a change; None if it is immediate and permanent.

    Raises:
        Ambiguous: a time has several meanings; the offers name each.
        NotPossible: a time is in the past, or the end is before the start.
    """
    if operation.starts is None and operation.ends is None:
        return None
    starts = resolve_instant(operation, "starts", operation.starts, now, zone) if operation.starts else None
    ends = operation.ends and resolve_instant(operation, "ends", operation.ends, now, zone, begins=starts)
    return Schedule(zone=zone, starts=starts, ends=ends)


def has_relative_end(operation: ChangeOperation) -> bool:
    """Whether the end counts from the start, whenever that is: "for 2h" does, "until 18:00" does not."""
    return relative_duration(operation) is not None


def relative_duration(operation: ChangeOperation) -> str | None:
    """The duration in words, where the end counts from the start, whenever that is."""
    if operation.starts is None and operation.ends is not None and isinstance(operation.ends.when, Duration):
        return format_duration(operation.ends.when.elapsed)
    return None


def reminder_time(begun: datetime, ends: datetime) -> datetime:
    """When to remind of an end: the end itself where the change is too short for a reminder."""
    return ends - REMINDER_BEFORE_END if ends - begun >= MIN_DURATION_FOR_REMINDER else ends


def resolve_instant(
    operation: Operation, field: str, value: Start | End, now: datetime, zone: str, *, begins: datetime | None = None
) -> datetime:
    """The instant that a time argument means; raises Ambiguous with a button for each, or NotPossible.

    Args:
        field: name of the argument, to correct the line by.
        begins: the start, if the value is an end.
    """
    here = ZoneInfo(zone)
    found = resolve(value, now, here, begins=begins)
    if len(found) == 1:
        return found[0]
    lines = [operation.model_copy(update={field: exact_time(value, at, here)}).text(settled=True) for at in found]
    labels = [format_moment(at, now, here) for at in found]
    raise Ambiguous(
        f"Which of these is meant? {NOTHING_CHANGED}",
        offers=tuple(Offer(label=label, line=line) for label, line in zip(labels, lines, strict=True)),
    )
