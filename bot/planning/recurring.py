"""Plans of schedules: what an occurrence would change, limits on schedules, and which of two goes first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.changes.plan import Plan, Repetition
from bot.changes.repository import ChangeRepository
from bot.changes.schedules import PresentParts, longest_run
from bot.errors import NotPossible
from bot.operations.base import ChangeOperation
from bot.operations.context import OperationContext
from bot.planning.conflicts import wanted_parts
from bot.policy.model import ActionAttributes
from bot.recurrence.calendars import HolidayCalendars
from bot.recurrence.format import repetition_of
from bot.recurrence.model import Calendars, Recurrence
from bot.setups.replaced import names_of
from bot.texts import calendars as calendar_texts
from bot.texts import recurrences as recurrence_texts
from bot.texts import schedules as texts
from bot.times.format import describe_duration

MAX_NOTES = 3
"""Overlaps with other schedules that a plan names."""


@dataclass(frozen=True, slots=True)
class ScheduleLimits:
    """How many schedules there may be, and how short and how close their occurrences."""

    all: int = 1000
    of_group: int = 20
    length: timedelta = timedelta(minutes=5)
    """The shortest occurrence."""
    period: timedelta = timedelta(hours=1)
    """The shortest time from one start to the next."""


def recurring_attributes(
    repository: ChangeRepository, recurrence: Recurrence, attributes: ActionAttributes
) -> ActionAttributes:
    """Returns the attributes of a schedule: when it begins first, how long each occurrence lasts, for how long it runs.

    Args:
        attributes: those of the change that it repeats.
    """
    measures = repository.schedules.measure(recurrence)
    runs = longest_run(recurrence, repository.now())
    return replace(attributes, at=measures.first.starts, duration=measures.longest, recurring=runs)


class RecurringPlans:
    """Turns the plan of a change into that of a schedule which repeats it."""

    def __init__(self, repository: ChangeRepository, limits: ScheduleLimits) -> None:
        self._repository, self._limits = repository, limits

    def plan(self, operation: ChangeOperation, plan: Plan, context: OperationContext, replaces: int | None) -> Plan:
        """Returns the plan of the schedule.

        Args:
            plan: what the change would do if it was made now.
            replaces: number of the schedule in whose place it comes.

        Raises:
            NotPossible: it exceeds a limit, or another schedule of equal rank is in effect at the same time.
        """
        recurrence = operation.recurs
        assert recurrence is not None  # noqa: S101 - the caller has looked
        if operation.emergency is not None:
            raise NotPossible(texts.NO_EMERGENCY)
        if replaces is not None:
            earlier = self._repository.schedules.get(replaces).recurrence
            recurrence = recurrence.model_copy(update={"skipped_until": earlier.skipped_until})
        parts = wanted_parts(operation, plan, context)
        self._check_length(recurrence)
        self._check_number(plan, replaces)
        faulty = _calendar_notes(recurrence, self._repository.schedules.calendars)
        present = partial(context.present_parts, names=names_of(plan.changes))
        overlaps = tuple(self._overlaps(recurrence, parts, replaces, present))
        when = recurrence_texts.repeated(repetition_of(recurrence, zone=context.zone))
        return plan.model_copy(
            update={
                "title": texts.made(plan.preview_title, when),
                "preview_title": texts.made(plan.preview_title, when),
                "changes": (),
                "base": plan.changes,
                "notes": (*plan.notes, *faulty),
                "overlaps": overlaps,
                "already": (),
                "repetition": Repetition(recurrence=recurrence, parts=tuple(sorted(parts)), replaces=replaces),
            }
        )

    def _check_length(self, recurrence: Recurrence) -> None:
        measures, limits = self._repository.schedules.measure(recurrence), self._limits
        if measures.shortest < limits.length:
            raise NotPossible(texts.too_short(describe_duration(limits.length)))
        if measures.distance is not None and measures.distance < limits.period:
            raise NotPossible(texts.too_often(describe_duration(limits.period)))

    def _check_number(self, plan: Plan, replaces: int | None) -> None:
        targets, spared = self._repository.schedules.targets(), replaces is not None
        if len(targets) - spared >= self._limits.all:
            raise NotPossible(texts.too_many(self._limits.all))
        for target in {change.target.key: change.target for change in plan.changes}.values():
            number = sum(target.key in keys for keys in targets) - spared
            if number >= self._limits.of_group:
                raise NotPossible(texts.too_many_of(target.title, number))

    def _overlaps(
        self, recurrence: Recurrence, parts: frozenset[tuple[str, str]], replaces: int | None, present: PresentParts
    ) -> Iterator[str]:
        schedules = self._repository.schedules
        for clash in schedules.check_clash(recurrence, parts, but=replaces, present=present)[:MAX_NOTES]:
            yield clash.described(recurrence)


def _calendar_notes(recurrence: Recurrence, calendars: Calendars) -> Iterator[str]:
    """Says which calendars of a recurrence can't be read now, so that their days may be out of date."""
    if not isinstance(calendars, HolidayCalendars):
        return
    for name, read in calendars.faults().items():
        if name in (recurrence.calendar, recurrence.besides):
            yield calendar_texts.faulty(name, str(read.fault), len(read.days))
