"""Lists recurring schedules, with their next times and buttons; and what of them is coming."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from bot.changes.plan import Plan
from bot.changes.repository import ChangeRepository
from bot.changes.schedules import RecurringSchedule
from bot.changes.snapshot import Target
from bot.journal.models import Entry, ScheduleState
from bot.messages.message import Cell, Fact, FormOffer, Message, Offer, Row, Table
from bot.messages.text import fold
from bot.operations.arguments.types import ArgumentType, ChangeNumber, GroupName
from bot.operations.base import ReadOperation
from bot.operations.context import OperationContext
from bot.operations.pending import may_see, names_of, pending_cells
from bot.operations.present_titles import present_title
from bot.operations.scheduling import original_operation
from bot.operations.table_view import switch_button
from bot.policy.model import Permission
from bot.recurrence.model import Recurrence
from bot.recurrence.windows import windows
from bot.setups.replaced import names_of as target_names
from bot.texts import answers, dates, schedules, wording
from bot.texts import schedule_cards as texts
from bot.times.format import format_moment

MAX_ROWS = 10
"""Schedules in one answer; a button leads to the next ones."""
NEXT_TIMES = 3
COMING_WITHIN = timedelta(days=1)
MAX_COMING, MAX_SCANNED = 3, 50
"""Next occurrences that Home and `pending` show, and among how many those are searched that the user may see."""


class Schedules(ReadOperation):
    """Lists recurring schedules."""

    operation_id = "schedules"
    phrase = "schedules [{group}] [after {after}]"
    also: ClassVar[tuple[str, ...]] = (
        "schedules [of|for] {group}",
        "list|show [me] [all] [the] schedules",
        "list|show [me] [the] schedules of|for {group}",
        "{group} schedules",
        "what repeats",
        "recurring",
    )
    permission = Permission.READ
    examples: ClassVar[tuple[str, ...]] = ("schedules", "schedules Sales")

    group: GroupName | None = None
    after: ChangeNumber | None = None

    def read(self, context: OperationContext) -> Message:
        group = context.group(self.group) if self.group else None
        wanted = (one for one in context.repository.schedules.standing() if one.number > (self.after or 0))
        if group is not None:
            wanted = (one for one in wanted if _changes(context, one, group.id, group.name))
        in_order = sorted(wanted, key=lambda one: one.number)
        found = list(islice(_visible(context, in_order), MAX_ROWS + 1))
        shown, more = found[:MAX_ROWS], len(found) > MAX_ROWS
        if not shown:
            return Message(title=texts.none_of(group.name) if group else texts.NONE)
        rest = self.model_copy(update={"after": shown[-1].schedule.number})
        first = shown[0].schedule.number if more or self.after else None
        return Message(
            title=texts.title(len(shown), group.name if group else None, first),
            rows=tuple(_row(context, one) for one in shown),
            offers=(*((Offer(label=texts.MORE, line=rest.text()),) if more else ()), switch_button(self.text())),
        )


class SchedulesTable(Schedules):
    """Shows the same schedules as a table, whose rows have no buttons."""

    operation_id = "schedules_table"
    phrase = "schedules [{group}] [after {after}] as table"
    also = (
        "schedules [of|for] [{group}] as [a] table",
        "list|show [me] [all] [the] schedules as [a] table",
        "list|show [me] [the] schedules of|for {group} as [a] table",
        "{group} schedules as [a] table",
    )
    advertised = False
    examples = ("schedules as table",)

    @classmethod
    def form(cls) -> dict[str, ArgumentType]:
        """None: the form of the list has the same fields, and the list has the button to the table."""
        return {}

    def read(self, context: OperationContext) -> Message:
        listed = super().read(context)
        rows = tuple(row.cells for row in listed.rows)
        return replace(listed, table=Table(columns=texts.COLUMNS, rows=rows)) if rows else listed


class VisibleSchedule(NamedTuple):
    """A schedule that the requester may see, with the entry that made it and its plan."""

    schedule: RecurringSchedule
    entry: Entry
    plan: Plan


def coming(context: OperationContext) -> tuple[Row, ...]:
    """The occurrences that begin within a day, the first few that the requester may see."""
    now = context.repository.now()
    soon = context.repository.schedules.beginning_until(now + COMING_WITHIN, MAX_SCANNED)
    return tuple(_coming_row(context, one, now) for one in islice(_visible(context, soon), MAX_COMING))


def schedules_of(context: OperationContext, target: Target) -> tuple[Row, ...]:
    """The schedules that change a group or the server, the first few that the requester may see."""
    standing = context.repository.schedules.standing()
    found = (one for one in standing if _changes(context, one, target.key, target.title))
    return tuple(_row(context, one) for one in islice(_visible(context, found), MAX_COMING))


def _changes(context: OperationContext, schedule: RecurringSchedule, key: str, name: str) -> bool:
    """Whether a schedule changes a target, which may have got another id since the schedule was made."""
    parts = context.present_parts(schedule.stored.parts, schedule.number, frozenset((fold(name),)))
    return any(part_of == key for part_of, _ in parts)


def schedule_buttons(schedule: RecurringSchedule, *, in_effect: bool) -> tuple[Offer, ...]:
    """The buttons of a schedule that is active or paused, without the one to edit it."""
    number = schedule.number
    skip = Offer(label=texts.SKIP_REST if in_effect else schedules.SKIP_NEXT, line=f"skip {number}")
    delete = Offer(label=schedules.DELETE, line=f"delete schedule {number}")
    if schedule.stored.state is ScheduleState.PAUSED:
        return Offer(label=schedules.RESUME, line=f"resume schedule {number}"), delete
    return skip, Offer(label=schedules.PAUSE, line=f"pause schedule {number}"), delete


def adopt_button(number: int) -> Offer:
    """The button for somebody else to hold a schedule from now on."""
    return Offer(label=schedules.ADOPT, line=f"adopt {number}")


def edit_form(schedule: RecurringSchedule) -> FormOffer:
    """The button that opens the form filled with a schedule, which its submission replaces."""
    dumped = schedule.stored.operation
    return FormOffer(
        label=texts.EDIT,
        operation=dumped["operation"],
        arguments={
            **{name: value for name, value in dumped["arguments"].items() if value},
            "recurs": schedule.recurrence.model_dump(mode="json", exclude_defaults=True, exclude={"skipped_until"}),
        },
        replaces=schedule.number,
    )


def next_fact(repository: ChangeRepository, recurrence: Recurrence) -> Fact:
    """When a schedule that is not made yet would begin, the first few times."""
    now = repository.now()
    found = islice(windows(recurrence, now, repository.schedules.calendars), NEXT_TIMES)
    times = [format_time(max(one.starts, now), now, recurrence) for one in found]
    return Fact(label=schedules.NEXT, value=f"{', '.join(times)}, {recurrence.zone}")


def format_time(at: datetime, now: datetime, recurrence: Recurrence) -> str:
    """A time relative to now, by the clocks of the schedule's zone, which is said beside its rule."""
    if (day := format_whole_day(at, now, recurrence)) is not None:
        return day
    zone = ZoneInfo(recurrence.zone or "UTC")
    return format_moment(at, now, zone, with_zone=False)


def format_whole_day(at: datetime, now: datetime, recurrence: Recurrence) -> str | None:
    """The day of a time at which a schedule of whole days begins; None for any other time."""
    zone = ZoneInfo(recurrence.zone or "UTC")
    local, year = at.astimezone(zone), now.astimezone(zone).year
    if not recurrence.is_whole_day or (local.hour, local.minute) != (0, 0):
        return None
    return dates.day(local, with_year=local.year != year)


MAX_OVERLAPS = 3
"""Overlaps with other schedules that a row names."""


def _visible(context: OperationContext, found: Iterable[RecurringSchedule]) -> Iterator[VisibleSchedule]:
    for schedule in found:
        entry = context.repository.entry(schedule.number)
        plan = Plan.model_validate(entry.plan)
        if schedule.holder == context.viewer.user or may_see(context, entry, plan):
            yield VisibleSchedule(schedule, entry, plan)


def _row(context: OperationContext, shown: VisibleSchedule) -> Row:
    schedule, now = shown.schedule, context.repository.now()
    present = context.repository.schedules.present(schedule)
    if schedule.stored.state is ScheduleState.PAUSED:
        state, coming = texts.state_paused(schedule.note), []
    else:
        state = schedules.STATUS_ACTIVE
        if present is not None:
            state = texts.status_in_effect(format_time(present[1].run_at, now, schedule.recurrence))
        coming = context.repository.schedules.coming(schedule, NEXT_TIMES)
    offers, may_edit = _allowed_buttons(context, shown, in_effect=present is not None)
    overlaps = _overlaps(context, shown) if schedule.stored.state is ScheduleState.ACTIVE else ()
    times = [format_time(one.starts, now, schedule.recurrence) for one in coming]
    title = present_title(context, shown.plan, shown.plan.preview_title)
    zone = "" if schedule.recurrence.zone == context.zone else schedule.recurrence.zone or ""
    return Row(
        text="\n".join((texts.row(schedule.number, title, state, times, zone), *overlaps)),
        ids=(schedule.holder,),
        offers=offers,
        forms=(edit_form(schedule),) if may_edit else (),
        cells=(
            wording.change_number(schedule.number),
            title,
            state if present is None else texts.IN_EFFECT,
            Cell(ids=(schedule.holder,)),
            _begins(coming[0].starts, now, schedule.recurrence) if coming else "",
            Cell(at=present[1].run_at) if present is not None else "",
            " ".join(overlaps),
        ),
    )


def _begins(at: datetime, now: datetime, recurrence: Recurrence) -> str | Cell:
    """When a schedule begins: a day where it begins with one, so that no reader's zone makes another day of it."""
    return format_whole_day(at, now, recurrence) or Cell(at=at)


def _overlaps(context: OperationContext, shown: VisibleSchedule) -> tuple[str, ...]:
    """Which other active schedules are in effect at the same time as of now, and which of them goes first."""
    schedule, present = shown.schedule, partial(context.present_parts, names=target_names(shown.plan.undone))
    parts = present(schedule.stored.parts, schedule.number)
    found = context.repository.schedules.clashes(schedule.recurrence, parts, but=schedule.number, present=present)
    active = [clash for clash in found if clash.schedule.stored.state is ScheduleState.ACTIVE]
    visible = {one.schedule.number for one in _visible(context, (clash.schedule for clash in active))}
    return tuple(one.described(schedule.recurrence) for one in active if one.schedule.number in visible)[:MAX_OVERLAPS]


def _allowed_buttons(
    context: OperationContext, shown: VisibleSchedule, *, in_effect: bool
) -> tuple[tuple[Offer, ...], bool]:
    """The buttons for the holder and for those who have the change's permission on all its groups; who may edit it."""
    schedule, own = shown.schedule, shown.schedule.holder == context.viewer.user
    permission = original_operation(shown.entry).required_permission(context)
    names: Sequence[str | None] = [*names_of(context, shown.plan)] or [None]
    may = permission is not None and all(context.may(permission, name) for name in names)
    offers = schedule_buttons(schedule, in_effect=in_effect) if own or may else ()
    adopts = schedule.stored.state is ScheduleState.PAUSED and may and not own
    return (*offers, *((adopt_button(schedule.number),) if adopts else ())), may


def _coming_row(context: OperationContext, shown: VisibleSchedule, now: datetime) -> Row:
    schedule = shown.schedule
    at = format_time(schedule.stored.next_at or now, now, schedule.recurrence)
    offers, _ = _allowed_buttons(context, shown, in_effect=False)
    skip = tuple(one for one in offers if one.label == schedules.SKIP_NEXT)
    title = present_title(context, shown.plan, shown.plan.preview_title)
    text = texts.coming(title, at, schedule.number)
    begins = schedule.stored.next_at or now
    cells = pending_cells(
        schedule.number,
        title,
        answers.RECURRING,
        schedule.holder,
        begins=format_whole_day(begins, now, schedule.recurrence) or begins,
    )
    return Row(text=text, ids=(schedule.holder,), offers=skip, cells=cells)
