"""Changes that meet in time on the same setting or member, one of them being temporary."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.changes.change import Change, changed_parts
from bot.changes.plan import Plan, waits_for_approval
from bot.changes.repository import ChangeRepository
from bot.changes.schedules import overlap
from bot.errors import EndDue, NotPossible
from bot.journal.models import Entry
from bot.journal.targets import key_of_name, scheduled_on, unfinished_about
from bot.messages.message import FormOffer, Offer
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeOperation
from bot.operations.context import OperationContext
from bot.operations.members import Add, Remove
from bot.operations.server import ServerPrompt, ServerSetting
from bot.operations.undo import Undo
from bot.planning.context import RequestContext
from bot.texts import refusals
from bot.times.format import exact_time, format_moment
from bot.times.model import End, Start, WallClock

MEMBER = "member "
"""Begins the name of a member's part; a member is the same part in every group, since nobody can be in two."""
MIDNIGHT = WallClock(clock=time(0))
"""Stands in a time value whose day and time are replaced."""
SAME_END = timedelta(minutes=1)
"""Ends that differ by less are the same."""
Part: TypeAlias = tuple[str, str]
"""The key of a target, or "" for a member in any group, and the name of the part."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time in which a change is in effect; without an end it is permanent."""

    begins: datetime
    ends: datetime | None

    def meets(self, other: "Period") -> bool:
        """Whether one begins while the other, which is temporary, is in effect.

        Permanent changes only follow one another: of such a change the beginning counts.
        """
        if self.ends is not None and other.ends is not None:
            return self.begins < other.ends and other.begins < self.ends
        if self.ends is not None:
            return self.begins <= other.begins < self.ends
        return other.ends is not None and other.begins <= self.begins < other.ends


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A temporary change that is in effect, or one that is scheduled."""

    entry: Entry
    plan: Plan
    period: Period
    in_effect: bool

    @property
    def schedule(self) -> int | None:
        """The number of the schedule that it is an occurrence of; None if a person asked for it."""
        return self.entry.request.schedule

    def when(self) -> str:
        """When it ends or, if it is scheduled, when it begins, with date and zone."""
        at = self.period.ends if self.in_effect else self.entry.run_at
        return self.plan.times.format_dated(at) if self.plan.times and at else ""


def pending_changes(repository: ChangeRepository, wanted: "Wanted") -> list[PendingChange]:
    """Returns the temporary changes in effect, then the scheduled ones; none that waits for approval.

    Changes of other targets and other members than those of `wanted` are left out, unless their groups have the same
    name: they may be those of a PBX that was replaced since.
    """
    targets = {key or part for key, part in wanted.parts} | set(map(key_of_name, wanted.names))
    with repository.snapshot(unfinished_about(targets), scheduled_on(targets)):
        return list(_pending_changes(repository, targets))


def _pending_changes(repository: ChangeRepository, targets: Collection[str]) -> Iterator[PendingChange]:
    for first, end in repository.scheduled_ends(targets):
        period = Period(repository.made_at(first.id), end.run_at)
        yield PendingChange(first, repository.plan(first.id), period, in_effect=True)
    for entry in repository.scheduled_starts(targets):
        if not waits_for_approval(entry) and entry.plan is not None:
            plan = Plan.model_validate(entry.plan)
            ends = plan.times.ends if plan.times else None
            begins = entry.run_at + SAME_END  # it waits for what ends in the same minute
            yield PendingChange(entry, plan, Period(begins, ends), in_effect=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a change is to change, which pending ones may change too."""

    parts: frozenset[Part]
    names: frozenset[str]
    """Folded names of its groups."""
    context: RequestContext
    but: frozenset[int | None]
    """Numbers of the pending changes that are left out."""

    def meets(self, one: PendingChange) -> bool:
        """Whether a pending change changes some of the same, also if the PBX was replaced since it was planned."""
        if one.entry.id in self.but:
            return False
        return overlap(self.parts, parts_of(self.context.present(one.plan.undone, one.entry.id, self.names)))


def find_conflicts(pending: Iterable[PendingChange], wanted: Wanted, period: Period) -> Iterator[PendingChange]:
    """Yields those of the pending changes that meet a change in this period."""
    for one in pending:
        if one.period.meets(period) and wanted.meets(one):
            yield one


def check_ends(pending: Iterable[PendingChange], wanted: Wanted, by: datetime) -> None:
    """Raises EndDue while a temporary change of the same, which ends by this time, still has to be ended."""
    for one in pending:
        due = one.in_effect and one.period.ends is not None and one.period.ends <= by
        if due and wanted.meets(one):
            raise EndDue(f"#{one.entry.id} is being ended", said=partial(refusals.being_ended, one.entry.id))


def parts_of(changes: tuple[Change, ...]) -> frozenset[Part]:
    """The parts that changes change."""
    parts = {(change.target.key, part) for change in changes for part in changed_parts(change)}
    return frozenset(parts | {("", part) for _, part in parts if part.startswith(MEMBER)})


def wanted_parts(operation: ChangeOperation, plan: Plan, context: OperationContext) -> frozenset[Part]:
    """The parts that an operation asks for, those included that are as asked already."""
    names = set[str]()
    if isinstance(operation, Undo):
        return parts_of(context.repository.applied_plan(operation.number).undone) | parts_of(plan.changes)
    if members := getattr(operation, "members", ()):
        names |= {f"{MEMBER}{person.number}" for person in context.people(members)}
    if operation.references(Reference.RECALL):
        names.add("recall_to")
    if isinstance(operation, ServerSetting):
        names.add(operation.setting)
    if isinstance(operation, ServerPrompt):
        names.add("prompt")
    asked = {(change.target.key, name) for change in plan.changes for name in names}
    return parts_of(plan.changes) | asked | {("", name) for name in names if name.startswith(MEMBER)}


def exact_end(at: datetime, zone: str) -> End:
    """An end that means this instant."""
    return End.model_validate(exact_time(End(when=MIDNIGHT), at, ZoneInfo(zone)))


def is_noop(plan: Plan) -> bool:
    """Whether everything is as asked already, apart from times."""
    return plan.is_noop


def is_same_wish(plan: Plan, pending: PendingChange) -> bool:
    """Whether a plan asks for what a temporary change has set already, until the same time."""
    ends, standing = plan.times.ends if plan.times else None, pending.period.ends
    return is_noop(plan) and ends is not None and standing is not None and abs(ends - standing) < SAME_END


def conflict_text(plan: Plan, pending: PendingChange) -> str:
    """What a plan meets, and until when or from when."""
    number = pending.entry.id
    if not pending.in_effect:
        return refusals.already_scheduled(pending.plan.preview_title, pending.when(), number)
    what = " ".join(plan.already) if is_noop(plan) and plan.already else pending.plan.title
    return refusals.temporary(what, pending.when(), number)


def would_not_end(operation: ChangeOperation, plan: Plan, zone: str, now: datetime) -> NotPossible:
    """The refusal of a temporary change to what is permanently so, with what can be done at that end instead."""
    assert plan.times is not None and plan.times.ends is not None  # noqa: S101, PT018 - the caller has looked
    ends = plan.times.ends
    starts = Start.model_validate(exact_time(Start(when=MIDNIGHT), ends, ZoneInfo(zone)))
    at = format_moment(ends, now, ZoneInfo(zone))
    text = refusals.permanent(" ".join(plan.already), at)
    if isinstance(operation, Add):
        line = Remove(members=operation.members, group=operation.group, starts=starts).text(settled=True)
        return NotPossible(text, offers=(Offer(label=refusals.remove_at(at), line=line),))
    arguments = {"group": getattr(operation, "group", None), "starts": starts.model_dump(mode="json")}
    known = {name: value for name, value in arguments.items() if value is not None and name in type(operation).form()}
    form = FormOffer(label=refusals.CHANGE_IT_THEN, operation=operation.operation_id, arguments=known)
    return NotPossible(text, forms=(form,) if type(operation).form() else ())
