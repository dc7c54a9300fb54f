"""Refuses plans that meet a temporary or scheduled change, and offers what the requester may do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.changes.plan import Plan, Schedule
from bot.changes.repository import ChangeRepository
from bot.errors import NotPossible, Refused, WaitsForChange
from bot.journal.models import ScheduleState
from bot.messages.message import Fact, Offer
from bot.messages.request import Request, Source
from bot.operations.base import ChangeOperation, ControlOperation, JournalEffect, Operation
from bot.operations.members import Add, Move
from bot.operations.scheduling import Cancel, Extend, Keep, Now
from bot.operations.undo import PutBack, Undo
from bot.planning.authorizer import Grant
from bot.planning.conflicts import (
    SAME_END,
    PendingChange,
    Period,
    Wanted,
    check_ends,
    conflict_text,
    exact_end,
    find_conflicts,
    is_noop,
    is_same_wish,
    parts_of,
    pending_changes,
    wanted_parts,
    would_not_end,
)
from bot.planning.context import RequestContext
from bot.planning.preview import lost_notes, plan_facts
from bot.planning.references import ChangeReferences
from bot.setups.replaced import names_of
from bot.texts import cards, refusals, wording
from bot.texts import schedules as schedule_texts
from bot.times.format import format_moment
from bot.times.model import Duration, End


class PlannedChange(Protocol):
    """A plan with the context it was made in."""

    @property
    def operation(self) -> ChangeOperation: ...

    @property
    def plan(self) -> Plan: ...

    @property
    def context(self) -> RequestContext: ...


class Planning(Protocol):
    """What the check needs of the planner, to offer only what the requester may do."""

    repository: ChangeRepository

    def plan(
        self, request: Request, readings: Sequence[Operation], known: Schedule | None = None, *, due: bool = False
    ) -> PlannedChange: ...

    def effect(self, request: Request, operation: ControlOperation) -> tuple[JournalEffect, Grant]: ...


class ConflictCheck:
    """Checks one request against the pending changes."""

    def __init__(self, planning: Planning, request: Request, references: ChangeReferences) -> None:
        self._planning, self._request, self._references = planning, request, references
        self._repository = planning.repository

    def check_plan(
        self, operation: ChangeOperation, plan: Plan, context: RequestContext, begins: datetime
    ) -> PlannedChange | None:
        """Checks that the plan meets no pending change, and does not ask for an end that it could not have.

        What goes first by itself is no conflict: a temporary change before an occurrence of a schedule, and an
        occurrence before one of a broader schedule.

        Returns:
            The plan that ends such an occurrence first; None if there is none to end.

        Raises:
            NotPossible: the plan meets a pending change.
            WaitsForChange: it is an occurrence, and has to wait.
        """
        if isinstance(operation, PutBack) and not operation.anyway:
            return None  # reverting a drift restores what the temporary change has set
        ends = plan.times.ends if plan.times else None
        but = {operation.number if isinstance(operation, Undo) else None, None if is_noop(plan) else plan.ends_change}
        parts, names = wanted_parts(operation, plan, context), names_of((*plan.changes, *plan.undone))
        wanted = Wanted(parts, names, context, frozenset(but))
        # What is scheduled for the minute in which another one ends waits for that end.
        slack, now = SAME_END if plan.times and plan.times.starts else timedelta(0), self._repository.now()
        pending = tuple(pending_changes(self._repository, wanted))
        if begins <= now:
            check_ends(pending, wanted, now + slack)
        conflicts = find_conflicts(pending, wanted, Period(begins + slack, ends))
        if self._request.source is Source.SCHEDULE:
            return self._give_way(operation, plan, [one for one in conflicts if one.in_effect])
        scheduled = plan.times is not None and plan.times.starts is not None
        if begins > now:
            conflicts = (one for one in conflicts if one.schedule is None)  # it ends that when it begins
        found = next(conflicts, None)
        if found is not None:
            if is_same_wish(plan, found):
                return None
            goes_first = found.schedule is not None and (ends is not None or scheduled)
            if goes_first and (ended := self._ending_it(operation, plan, found)):
                return ended
            raise self._refusal(operation, plan, found, context, begins)
        if ends is not None and is_noop(plan) and begins <= now:
            raise would_not_end(operation, plan, context.zone, now)
        return None

    def with_schedule_notes(
        self, operation: ChangeOperation, plan: Plan, context: RequestContext, begins: datetime
    ) -> Plan:
        """Returns the plan of a change that begins later with a note of each schedule that is in effect then."""
        if begins <= self._repository.now() or self._request.source is Source.SCHEDULE:
            return plan
        schedules, parts = self._repository.schedules, wanted_parts(operation, plan, context)
        present = partial(context.present_parts, names=names_of((*plan.changes, *plan.undone)))
        notes = list[str]()
        for one in schedules.of_parts(parts, present=present):
            window = schedules.window_after(one.recurrence, begins)
            if one.stored.state is not ScheduleState.ACTIVE or window is None or window.starts > begins:
                continue
            if self._references.is_visible(self._repository.entry(one.number)):
                notes.append(schedule_texts.changed_during(one.number, *window, zone=context.zone))
        return plan.model_copy(update={"overlaps": tuple(notes)})

    def _give_way(
        self, operation: ChangeOperation, plan: Plan, conflicts: Sequence[PendingChange]
    ) -> PlannedChange | None:
        """Returns the plan that ends an occurrence of a broader schedule first; raises WaitsForChange for any other."""
        if not conflicts:
            return None
        schedules, found = self._repository.schedules, conflicts[0]
        mine, theirs = (
            schedules.find(number) if number else None for number in (self._request.schedule, found.schedule)
        )
        if len(conflicts) == 1 and mine and theirs and mine.rank > theirs.rank:
            ended = self._ending_it(operation, plan, found)
            if ended is not None:
                return ended
        last = max(conflicts, key=lambda one: one.period.ends or datetime.max.replace(tzinfo=UTC))
        raise WaitsForChange(last.entry.id, last.period.ends)

    def check_times(self, operation: ControlOperation, effect: JournalEffect, context: RequestContext) -> None:
        """Raises NotPossible if the new time of a change lets it meet another one."""
        if not isinstance(operation, Extend | Now):
            return
        plan, now = self._repository.plan(operation.change), self._repository.now()
        ends = plan.times.ends if plan.times else None
        period = Period(now, effect.shifts[0].run_at if isinstance(operation, Extend) else ends)
        names = names_of(plan.undone)
        parts = parts_of(context.present(plan.undone, operation.change, names))
        wanted = Wanted(parts, names, context, frozenset([operation.change]))
        if (found := next(find_conflicts(pending_changes(self._repository, wanted), wanted, period), None)) is None:
            return
        if not self._references.is_visible(found.entry):
            raise _hidden_conflict(wording.change_number(operation.change))
        raise NotPossible(conflict_text(plan.model_copy(update={"already": ()}), found), facts=(_by(found),))

    def _refusal(
        self, operation: ChangeOperation, plan: Plan, found: PendingChange, context: RequestContext, begins: datetime
    ) -> NotPossible:
        if not self._references.is_visible(found.entry):
            return _hidden_conflict(plan.preview_title)
        ended = self._ending_it(operation, plan, found)
        facts, notes = [_by(found)], tuple[str, ...]()
        if ended is not None:
            facts.extend(
                replace(fact, label=refusals.would_change(fact.label))
                for fact in plan_facts(ended.plan, ended.context.ring_group_name)
            )
            notes = (
                refusals.ends_first(ended.plan.preview_title, found.entry.id),
                *lost_notes(ended.plan),
            )
        offers = tuple(self._offers(operation, plan, found, ended, context.zone, begins))
        return NotPossible(conflict_text(plan, found), facts=tuple(facts), notes=notes, offers=offers)

    def _ending_it(self, operation: ChangeOperation, plan: Plan, found: PendingChange) -> PlannedChange | None:
        """The plan that ends the temporary change first; None if that is not possible, or not allowed."""
        if not found.in_effect or is_noop(plan) or plan.ends_change is not None:
            return None
        ending = self._request.model_copy(update={"ends_change": found.entry.id})
        for variant in _variants(operation):
            try:
                return self._planning.plan(ending, [variant], plan.times)
            except NotPossible:
                continue
            except Refused:
                break
        return None

    def _offers(
        self,
        operation: ChangeOperation,
        plan: Plan,
        found: PendingChange,
        ended: PlannedChange | None,
        zone: str,
        begins: datetime,
    ) -> Iterator[Offer]:
        number = found.entry.id
        if ended is not None:
            yield Offer(
                label=refusals.end_and_do(number),
                line=ended.operation.text(settled=True),
                style="danger" if plan.irreversible else "primary",
                expects=ended.plan.digest(),
                ends_change=number,
            )
        if found.in_effect and found.schedule is not None and operation.ends is None and found.period.ends is not None:
            moment = format_moment(found.period.ends, self._repository.now(), ZoneInfo(zone))
            line = operation.model_copy(update={"ends": exact_end(found.period.ends, zone)}).text(settled=True)
            yield Offer(label=refusals.only_until(moment), line=line)
            return
        if found.in_effect:
            yield from self._longer(plan, found, zone)
            return
        if operation.ends is not None and begins < found.entry.run_at:
            until = exact_end(found.entry.run_at, zone)
            label = refusals.only_until(format_moment(found.entry.run_at, self._repository.now(), ZoneInfo(zone)))
            yield Offer(label=label, line=operation.model_copy(update={"ends": until}).text(settled=True))
        if self._is_allowed(call_off := Cancel(number=number)):
            yield Offer(label=refusals.cancel_number(number), line=call_off.text())

    def _longer(self, plan: Plan, found: PendingChange, zone: str) -> Iterator[Offer]:
        """Buttons that give the temporary change another end, or none."""
        number, ends, same = found.entry.id, plan.times.ends if plan.times else None, is_noop(plan)
        keep, standing = Keep(number=number), found.period.ends
        may_keep = self._is_allowed(keep)
        if ends is not None and standing is not None and (same or ends > standing):
            extend = Extend(number=number, ends=exact_end(ends, zone))
            moment = format_moment(ends, self._repository.now(), ZoneInfo(zone))
            label = refusals.extend_to(moment) if ends > standing else refusals.end_at(moment)
        else:
            extend = Extend(number=number, ends=End(when=Duration(elapsed=timedelta(hours=1))))
            label = cards.EXTEND
        if (not same or ends is not None or not may_keep) and self._is_allowed(extend):
            yield Offer(label=label if same else refusals.extend_number(number), line=extend.text())
        if may_keep:
            yield Offer(label=cards.KEEP if same else refusals.keep_number(number), line=keep.text())

    def _is_allowed(self, operation: ControlOperation) -> bool:
        asking = self._request.model_copy(update={"ends_change": None, "expects": None})
        try:
            self._planning.effect(asking, operation)
        except Refused:
            return False
        return True


def _variants(operation: ChangeOperation) -> Iterator[ChangeOperation]:
    """The operation, then what means the same for members who are in another group, or in none, by then."""
    yield operation
    common = operation.model_dump(include={"starts", "ends", "approval", "emergency"})
    if isinstance(operation, Add):
        yield Move.model_validate({**common, "members": operation.members, "to": operation.group})
    elif isinstance(operation, Move):
        yield Add.model_validate({**common, "members": operation.members, "group": operation.to})


def _by(found: PendingChange) -> Fact:
    return Fact(label=cards.BY, value="", ids=(found.entry.request.user,))


def _hidden_conflict(what: str) -> NotPossible:
    """The refusal where the requester may not read what the pending change is about."""
    return NotPossible(refusals.hidden_conflict(what))
