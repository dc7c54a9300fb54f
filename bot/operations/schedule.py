"""Start and end of an operation as instants in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.changes.plan import Schedule
from bot.errors import Ambiguous, NotPossible
from bot.messages.message import Offer
from bot.operations.base import ChangeOperation, Operation
from bot.recurrence.format import describe
from bot.recurrence.model import Calendars, NoCalendars, Recurrence
from bot.recurrence.settling import meanings
from bot.texts import dates, times
from bot.texts import recurrences as texts
from bot.times.clocks import other_half
from bot.times.format import describe_duration, exact_time, format_moment
from bot.times.model import Duration, End, Instant, Start, WallClock, WorkingDay
from bot.times.resolver import SMALL_HOURS, instants, resolve

REMINDER_BEFORE_END = timedelta(minutes=10)
"""How long before the end of a temporary change its thread is notified."""
MIN_DURATION_FOR_REMINDER = timedelta(minutes=30)
"""Shorter temporary changes get no reminder: their start is still remembered."""
SATURDAY = 5

OperationT = TypeVar("OperationT", bound=Operation)


@dataclass(frozen=True, slots=True)
class Asked:
    """When and where a line was asked for, which its times are reckoned from."""

    at: datetime
    zone: str
    """IANA time zone of the user."""
    working_day: WorkingDay = field(default_factory=WorkingDay)
    calendars: Calendars = field(default_factory=NoCalendars)
    """The holidays that a repetition may name."""


def schedule_of(operation: ChangeOperation, asked: Asked, now: datetime) -> Schedule | None:
    """The schedule of a change; None if it is immediate and permanent.

    A length counts from the start, else from when it was asked for, or from now if it waited for an approval.

    Raises:
        Ambiguous: a time has several meanings; the offers name each.
        NotPossible: a time is in the past, or the end is before the start.
    """
    settled = settle(operation, asked)
    if settled.starts is None and settled.ends is None:
        return None
    starts = _instant(settled.starts)
    begins = starts or (now if operation.approval else asked.at)
    ends = _instant(settled.ends) or (begins + _elapsed(settled.ends) if settled.ends else None)
    if ends is not None and ends <= now:
        raise NotPossible(times.end_is_past(format_moment(ends, now, ZoneInfo(asked.zone))))
    return Schedule(zone=asked.zone, starts=starts, ends=ends, asked_at=asked.at)


def _instant(value: Start | End | None) -> datetime | None:
    return value.when.at.astimezone(UTC) if value is not None and isinstance(value.when, Instant) else None


def _elapsed(value: End) -> timedelta:
    assert isinstance(value.when, Duration)  # noqa: S101 - a settled end is an instant or a length
    return value.when.elapsed


def has_relative_end(operation: ChangeOperation) -> bool:
    """Whether the end counts from the start, whenever that is: "for 2h" does, "until 18:00" does not."""
    return relative_duration(operation) is not None


def relative_duration(operation: ChangeOperation) -> str | None:
    """The duration in words, where the end counts from the start, whenever that is."""
    if operation.starts is None and operation.ends is not None and isinstance(operation.ends.when, Duration):
        return describe_duration(operation.ends.when.elapsed)
    return None


def begun_early(schedule: Schedule, operation: Operation, now: datetime) -> Schedule:
    """The schedule of a change that begins before its time: an end that was asked for as a length keeps it."""
    ends: End | None = getattr(operation, "ends", None)
    if schedule.starts is None or now >= schedule.starts:
        return schedule
    until = now + ends.when.elapsed if ends is not None and isinstance(ends.when, Duration) else schedule.ends
    return schedule.model_copy(update={"starts": now, "ends": until})


def reminder_time(begun: datetime, ends: datetime) -> datetime:
    """When to remind of an end: the end itself where the change is too short for a reminder."""
    return ends - REMINDER_BEFORE_END if ends - begun >= MIN_DURATION_FOR_REMINDER else ends


def has_open_times(operation: Operation) -> bool:
    """Whether its times mean something else when they are read later or in another time zone."""
    starts, ends = getattr(operation, "starts", None), getattr(operation, "ends", None)
    if isinstance(operation, ChangeOperation) and operation.recurs is not None:
        return not operation.recurs.is_settled
    if isinstance(starts, Start) and not isinstance(starts.when, Instant):
        return True
    return isinstance(ends, End) and isinstance(ends.when, WallClock)


def settle(operation: OperationT, asked: Asked) -> OperationT:
    """The operation with instants for its times; the length of a change stays a length.

    Raises:
        Ambiguous: a time has several meanings; the offers name each.
        NotPossible: a time is in the past, or the end is before the start.
    """
    if isinstance(operation, ChangeOperation) and operation.recurs is not None:
        return _with_recurrence(operation, operation.recurs, asked)
    possible, faults = list(_rest_of_begun(operation, asked)), list[NotPossible]()
    for starts in _possible_starts(operation, asked):
        try:
            possible += ({**starts, **ends} for ends in _possible_ends(operation, starts.get("starts"), asked))
        except NotPossible as fault:
            faults.append(fault)
    if not possible:
        raise faults[0]
    if len(possible) == 1:
        return operation.model_copy(update=possible[0])
    lines = [operation.model_copy(update=one).text(settled=True) for one in possible]
    labels = _labels(operation, possible, asked)
    raise Ambiguous(
        times.which_meaning(),
        offers=tuple(Offer(label=label, line=line) for label, line in zip(labels, lines, strict=True)),
    )


def _with_recurrence(operation: OperationT, recurs: Recurrence, asked: Asked) -> OperationT:
    """The operation with an exact recurrence; raises Ambiguous or NotPossible."""
    found = meanings(recurs, asked.at, asked.zone, asked.working_day, asked.calendars)
    if len(found) == 1:
        return operation.model_copy(update={"recurs": found[0]})
    lines = [operation.model_copy(update={"recurs": one}).text(settled=True) for one in found]
    raise Ambiguous(
        texts.which_meaning(),
        offers=tuple(
            Offer(label=describe(one, zone=asked.zone), line=line) for one, line in zip(found, lines, strict=True)
        ),
    )


def with_instants(operation: OperationT, schedule: Schedule | None) -> OperationT:
    """The operation with the instants that its times were found to mean."""
    if schedule is None or not has_open_times(operation):
        return operation
    zone, update = ZoneInfo(schedule.zone), dict[str, Any]()
    for name, at in (("starts", schedule.starts), ("ends", schedule.ends)):
        value: Start | End | None = getattr(operation, name)
        if at is not None and value is not None and not (name == "ends" and isinstance(value.when, Duration)):
            update[name] = exact_time(value, at, zone)
    return operation.model_copy(update=update)


def _possible_starts(operation: Operation, asked: Asked) -> Iterator[dict[str, Any]]:
    value: Start | None = getattr(operation, "starts", None)
    zone = ZoneInfo(asked.zone)
    if value is not None:
        for at in resolve(value, asked.at, zone, working_day=asked.working_day):
            yield {"starts": exact_time(value, at, zone)}
        return
    yield {}
    ends: End | None = getattr(operation, "ends", None)
    begins = _own_beginning(ends, asked.at.astimezone(zone), asked.working_day) if ends else None
    if "starts" in operation.times() and begins is not None:
        yield {"starts": Start(when=Instant(at=begins))}


def _own_beginning(ends: End, local: datetime, working_day: WorkingDay) -> datetime | None:
    """When a span that is named as an end begins, such as `tonight` and `for the weekend`; None if it has begun."""
    match ends.when:
        case WallClock(day="weekend") if local.weekday() < SATURDAY:
            saturday = local.date() + timedelta(days=SATURDAY - local.weekday())
            return datetime.combine(saturday, time(), local.tzinfo)
        case WallClock(day="tonight", clock=None) if SMALL_HOURS <= local.time() < working_day.end:
            return datetime.combine(local.date(), working_day.end, local.tzinfo)
    return None


def _rest_of_begun(operation: Operation, asked: Asked) -> Iterator[dict[str, Any]]:
    """The end of hours of today that have begun, as in 9 to 5 today, said at 10:00: in effect at once is meant, too."""
    starts, ends = getattr(operation, "starts", None), getattr(operation, "ends", None)
    if not isinstance(starts, Start) or not isinstance(ends, End):
        return
    first, last = starts.when, ends.when
    if not isinstance(first, WallClock) or not isinstance(last, WallClock) or first.day != "today" or last.day:
        return
    if not isinstance(first.clock, time) or not first.bare or not last.bare or first.zone or last.zone:
        return
    zone = ZoneInfo(asked.zone)
    begun = instants(datetime.combine(asked.at.astimezone(zone).date(), first.clock), zone)[0]
    if begun > asked.at:
        return
    at = resolve(ends, begun, zone)[0]
    if at > asked.at:
        yield {"starts": None, "ends": exact_time(ends, at, zone)}


def _possible_ends(operation: Operation, starts: Start | None, asked: Asked) -> list[dict[str, Any]]:
    value: End | None = getattr(operation, "ends", None)
    if value is None or isinstance(value.when, Duration):
        return [{}]
    begins, zone = _instant(starts), ZoneInfo(asked.zone)
    if begins is not None:
        _refuse_skipped(getattr(operation, "starts", None), value, begins.astimezone(zone))
    found = resolve(value, asked.at, zone, begins=begins, working_day=asked.working_day)
    return [{"ends": exact_time(value, at, zone)} for at in found]


def _refuse_skipped(starts: Start | None, ends: End, begins: datetime) -> None:
    """Raises NotPossible where the clocks are put forward over all of a span: its end would be that of the next day.

    Args:
        begins: the start as the user's clocks show it, which is after a gap that the typed time lies in.
    """
    start, end = starts.when if starts is not None else None, ends.when
    if not isinstance(start, WallClock) or not isinstance(end, WallClock) or start.zone or end.zone or end.day:
        return
    if not isinstance(start.clock, time) or not isinstance(end.clock, time) or start.clock >= end.clock:
        return
    if start.bare and begins.time() == other_half(start.clock):
        return
    if all(at <= begins for at in instants(datetime.combine(begins.date(), end.clock), begins.tzinfo or UTC)):
        raise NotPossible(times.skipped(f"{start.clock:%H:%M}", f"{end.clock:%H:%M}"))


def _labels(operation: Operation, possible: list[dict[str, Any]], asked: Asked) -> list[str]:
    """What tells the possible times apart: the start, the end or both."""
    zone = ZoneInfo(asked.zone)

    def said(value: Start | End | None) -> str:
        at = _instant(value)
        return format_moment(at, asked.at, zone, with_zone=with_zone) if at else dates.NOW

    same_start = len({_instant(one.get("starts")) for one in possible}) == 1
    only_starts = not same_start and not any(one.get("ends") for one in possible)
    with_zone = same_start or only_starts
    starts, ends = ([said(one.get(field)) for one in possible] for field in ("starts", "ends"))
    if with_zone:
        return ends if same_start else starts
    return [dates.from_until(start, end) for start, end in zip(starts, ends, strict=True)]
