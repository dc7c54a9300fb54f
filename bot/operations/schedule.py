"""Start and end of an operation as instants."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.changes.plan import Schedule
from bot.errors import NOTHING, Ambiguous
from bot.messages.message import Offer
from bot.operations.base import ChangeOperation, Operation
from bot.times.format import exactly, say_duration, say_moment
from bot.times.model import Duration, End, Start
from bot.times.resolver import resolve

REMINDER_BEFORE_END = timedelta(minutes=10)
"""Before the end of a temporary change the thread is told."""
MIN_DURATION_FOR_REMINDER = timedelta(minutes=30)
"""A change shorter than this needs no word before its end: its beginning has not been forgotten."""


def schedule_of(operation: "ChangeOperation", now: datetime, zone: str) -> Schedule | None:
    """None for a change that is made at once and stays; raise Ambiguous with a button for each, or NotPossible."""
    if operation.starts is None and operation.ends is None:
        return None
    starts = resolve_instant(operation, "starts", operation.starts, now, zone) if operation.starts else None
    ends = operation.ends and resolve_instant(operation, "ends", operation.ends, now, zone, begins=starts)
    return Schedule(zone=zone, starts=starts, ends=ends)


def floats(operation: "ChangeOperation") -> bool:
    """Whether its time counts from its beginning, whenever that is: "for 2h" does, "until 18:00" does not."""
    return lasts(operation) is not None


def lasts(operation: "ChangeOperation") -> str | None:
    """How long, where its time counts from its beginning, whenever that is."""
    if operation.starts is None and operation.ends is not None and isinstance(operation.ends.when, Duration):
        return say_duration(operation.ends.when.elapsed)
    return None


def notice(begun: datetime, ends: datetime) -> datetime:
    """When to say that it ends soon: at its end, where there is no need to."""
    return ends - REMINDER_BEFORE_END if ends - begun >= MIN_DURATION_FOR_REMINDER else ends


def resolve_instant(
    operation: "Operation", field: str, value: Start | End, now: datetime, zone: str, *, begins: datetime | None = None
) -> datetime:
    """The instant that the operation's field means; raise Ambiguous or NotPossible."""
    here = ZoneInfo(zone)
    found = resolve(value, now, here, begins=begins)
    if len(found) == 1:
        return found[0]
    lines = [operation.model_copy(update={field: exactly(value, at, here)}).text(settled=True) for at in found]
    labels = [say_moment(at, now, here) for at in found]
    raise Ambiguous(
        f"Which of these is meant? {NOTHING}",
        offers=tuple(Offer(label=label, line=line) for label, line in zip(labels, lines, strict=True)),
    )
