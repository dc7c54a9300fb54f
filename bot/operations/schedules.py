"""Operations on recurring schedules: skip, pause, resume, delete, adopt."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, ClassVar, Self
from zoneinfo import ZoneInfo

from bot.changes.schedules import RecurringSchedule, longest_run
from bot.errors import NotPossible
from bot.journal.models import Json, Reschedule, ScheduleState, ScheduleUpdate
from bot.messages.message import Fact
from bot.messages.text import Words, fold, words_as_text
from bot.operations.arguments.times import END
from bot.operations.arguments.types import ArgumentType
from bot.operations.base import ControlOperation, JournalEffect
from bot.operations.context import OperationContext
from bot.operations.scheduling import ChangeReference
from bot.operations.syntax import Matches
from bot.recurrence.windows import windows
from bot.setups.replaced import names_of
from bot.texts import schedules as texts
from bot.times.clauses import Times
from bot.times.days import read_day
from bot.times.model import End, Instant, WallClock
from bot.times.parser import read_end
from bot.times.resolver import dates_named

MARKERS = ("until", "till", "for", "to", "by", "through", "thru")
"""Words before the end of what is skipped; without one it is a day."""
TODAY = ("today", "tonight", "this evening", "this afternoon", "this morning")
"""Words for the present day."""


def _read_skipped(words: Words) -> End | str:
    if words and words[0].is_keyword(*MARKERS):
        return read_end(words)
    text = words_as_text(words)
    if fold(text) not in TODAY and read_day(fold(text)) is None:
        raise ValueError(texts.SKIPPED_DAYS)
    return text


def _say_skipped(value: End | str) -> str:
    return value if isinstance(value, str) else END.say(value)


SKIPPED = ArgumentType(placeholder="<day or end>", read=_read_skipped, say=_say_skipped)


class ScheduleControl(ChangeReference, ControlOperation):
    """Refers to a schedule by its number, or by the group whose one schedule it is."""

    takes_back: ClassVar[bool] = True
    """Whether the holder may always do it: it has less happen in their name."""

    def schedule(self, context: OperationContext) -> RecurringSchedule:
        """The schedule; raises NotPossible unless it is active or paused."""
        return context.repository.schedules.get(self.change)

    def ending_now(self, context: OperationContext, schedule: RecurringSchedule) -> tuple[Reschedule, ...]:
        """Ends the occurrence that is in effect, if there is one."""
        present, now = context.repository.schedules.present(schedule), context.repository.now()
        if present is None or present[1].run_at <= now:
            return ()
        return (self.reschedule(present[1], now),)

    def called_off(self, context: OperationContext, schedule: RecurringSchedule) -> tuple[Reschedule, ...]:
        """Calls off the occurrence that waits for an approval, if there is one."""
        return context.repository.schedules.called_off(schedule)

    def changed(self, schedule: RecurringSchedule, values: Json) -> tuple[ScheduleUpdate, ...]:
        """New values of the schedule."""
        return (ScheduleUpdate(number=schedule.number, values=values),)

    def next_fact(self, schedule: RecurringSchedule, next_at: datetime | None) -> tuple[Fact, ...]:
        """When its next occurrence begins."""
        zone = schedule.recurrence.zone or "UTC"
        return (Fact(label=texts.NEXT, value=f"{texts.moment(next_at, zone)}, {zone}"),) if next_at else ()

    def renewed(
        self, context: OperationContext, schedule: RecurringSchedule, values: Json, title: str
    ) -> JournalEffect:
        """Makes the schedule active; its occurrences are authorized like those of a new one. Raises NotPossible."""
        schedules, recurrence = context.repository.schedules, schedule.recurrence
        names = names_of(context.repository.plan(schedule.number).undone)
        present = partial(context.present_parts, names=names)
        parts = present(schedule.stored.parts, schedule.number)
        schedules.check_clash(recurrence, parts, but=schedule.number, present=present)
        coming = schedules.next_values(recurrence, context.repository.now())
        if coming["next_at"] is None:
            raise NotPossible(texts.NEVER)
        return JournalEffect(
            title=title,
            facts=self.next_fact(schedule, coming["next_at"]),
            schedules=self.changed(schedule, {"state": ScheduleState.ACTIVE, "note": None, **coming, **values}),
            duration=schedules.measure(recurrence).longest,
            recurring=longest_run(recurrence, context.repository.now()),
        )


class Skip(ScheduleControl):
    """Leaves out the next occurrence of a schedule, or the rest of the present one, or all until a time."""

    operation_id = "skip"
    phrase = "skip {number} [{ends}]"
    also = ("skip [schedule] {number} on {ends}", "skip schedule {number} [{ends}]")
    examples = ("skip 42", "skip Sales tonight", "skip 42 until Monday")

    ends: Annotated[End | str, SKIPPED] | None = None
    """Until when to skip, or the day on which the occurrence begins that is skipped."""

    @classmethod
    def from_matches(cls, matches: Matches, times: Times | None = None) -> Self:
        if any(word.is_keyword(*MARKERS, "next", "on") for word in matches.get("number", ())[1:]):
            raise ValueError(texts.SKIPPED_DAYS)  # the words of a time are none of a name
        return super().from_matches(matches, times)

    def effect(self, context: OperationContext) -> JournalEffect:
        schedule, schedules = self.schedule(context), context.repository.schedules
        if schedule.stored.state is ScheduleState.PAUSED:
            raise NotPossible(texts.IS_PAUSED)
        self._check_day(context, schedule)
        shifts = self.ending_now(context, schedule)
        until, now = self._skipped_until(context, schedule, in_effect=bool(shifts)), context.repository.now()
        recurrence = schedule.recurrence.model_copy(update={"skipped_until": until})
        values: Json = {"recurrence": recurrence.model_dump(mode="json")}
        values |= schedules.next_values(recurrence, now) if not shifts or isinstance(self.ends, End) else {}
        next_at = values.get("next_at", schedule.stored.next_at)
        next_time = texts.moment(next_at, schedule.recurrence.zone or "UTC") if next_at else ""
        return JournalEffect(
            title=texts.skipped(schedule.number, next_time),
            facts=self.next_fact(schedule, next_at),
            shifts=(*shifts, *self.called_off(context, schedule)),
            schedules=self.changed(schedule, values),
        )

    def _skipped_until(self, context: OperationContext, schedule: RecurringSchedule, *, in_effect: bool) -> datetime:
        """When what is skipped is over.

        Raises:
            NotPossible: no occurrence begins after the time that was said.
        """
        schedules, now = context.repository.schedules, context.repository.now()
        if isinstance(self.ends, End):
            at = _instant(self.ends, now)
            found = windows(schedule.recurrence, at, schedules.calendars)
            starts = next((one.starts for one in found if one.starts >= at), None)
            if starts is None:
                raise NotPossible(texts.none_after(schedule.number))
            return starts
        # Without a next time an occurrence waits to begin, such as for the PBX or an approval.
        begins = now if in_effect or schedule.stored.next_at is None else schedule.stored.next_at
        window = schedules.window_after(schedule.recurrence, begins)
        return begins if window is None else window.ends

    def _check_day(self, context: OperationContext, schedule: RecurringSchedule) -> None:
        """Raises NotPossible if the next occurrence, or the present one, does not begin on the day that was said."""
        if not isinstance(self.ends, str):
            return
        zone = ZoneInfo(schedule.recurrence.zone or "UTC")
        present, next_at = context.repository.schedules.present(schedule), schedule.stored.next_at
        begun = context.repository.made_at(present[0].id) if present else self._waiting_since(context, schedule)
        days = {at.astimezone(zone).date() for at in (begun, next_at) if at is not None}
        if _day(self.ends, context.repository.now().astimezone(zone).date()) not in days:
            coming = texts.moment(next_at, zone.key) if next_at else texts.NO_NEXT
            raise NotPossible(texts.none_then(schedule.number, self.ends, coming))

    def _waiting_since(self, context: OperationContext, schedule: RecurringSchedule) -> datetime | None:
        """When the occurrence was to begin that waits, such as for the PBX or an approval; None if none does."""
        if schedule.stored.next_at is not None:
            return None
        window = context.repository.schedules.window_after(schedule.recurrence, context.repository.now())
        return None if window is None else window.starts


class PauseSchedule(ScheduleControl):
    """Has a schedule begin nothing until it is resumed."""

    operation_id = "pause_schedule"
    phrase = "pause schedule {number}"
    examples = ("pause schedule 42",)

    def effect(self, context: OperationContext) -> JournalEffect:
        schedule = self.schedule(context)
        if schedule.stored.state is ScheduleState.PAUSED:
            raise NotPossible(texts.IS_PAUSED)
        values: Json = {"state": ScheduleState.PAUSED, "next_at": None, "waits_for": None, "note": texts.PAUSED_BY_HAND}
        return JournalEffect(
            title=texts.paused(schedule.number),
            shifts=self.called_off(context, schedule),
            schedules=self.changed(schedule, values),
        )


class ResumeSchedule(ScheduleControl):
    """Lets a paused schedule go on."""

    operation_id = "resume_schedule"
    phrase = "resume schedule {number}"
    also = ("resume {number}", "unpause schedule {number}")
    takes_back: ClassVar[bool] = False
    examples = ("resume schedule 42",)

    def effect(self, context: OperationContext) -> JournalEffect:
        schedule = self.schedule(context)
        if schedule.stored.state is ScheduleState.ACTIVE:
            raise NotPossible(texts.NOT_PAUSED)
        return self.renewed(context, schedule, {}, texts.resumed(schedule.number))


class DeleteSchedule(ScheduleControl):
    """Deletes a schedule, and ends what it has set now."""

    operation_id = "delete_schedule"
    phrase = "delete schedule {number}"
    also = ("remove schedule {number}", "end|stop schedule {number}")
    examples = ("delete schedule 42",)

    def effect(self, context: OperationContext) -> JournalEffect:
        schedule = self.schedule(context)
        values: Json = {"state": ScheduleState.ENDED, "next_at": None, "waits_for": None}
        return JournalEffect(
            title=texts.deleted(schedule.number),
            shifts=(*self.ending_now(context, schedule), *self.called_off(context, schedule)),
            schedules=self.changed(schedule, values),
        )


class Adopt(ScheduleControl):
    """Makes whoever asks the holder of a schedule, whose rights decide about its occurrences."""

    operation_id = "adopt"
    phrase = "adopt {number}"
    also = ("adopt schedule {number}", "take over schedule {number}")
    takes_back: ClassVar[bool] = False
    examples = ("adopt 42",)

    def effect(self, context: OperationContext) -> JournalEffect:
        schedule = self.schedule(context)
        request = schedule.stored.request.model_copy(update={"user": context.viewer.user})
        values: Json = {"request": request.model_dump(mode="json", exclude={"response_url"})}
        return self.renewed(context, schedule, values, texts.adopted(schedule.number))


def _instant(end: End, now: datetime) -> datetime:
    assert not isinstance(end.when, WallClock)  # noqa: S101 - the planner has settled it
    return end.when.at.astimezone(UTC) if isinstance(end.when, Instant) else now + end.when.elapsed


def _day(text: str, today: date) -> date | None:
    named = read_day("today" if fold(text) in TODAY else fold(text))
    return None if named is None else next(iter(dates_named(named, today)), None)
