"""Carries out the occurrences of recurring schedules, and stores when each schedule recurs next."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.changes.plan import Plan, Schedule
from bot.changes.schedules import RecurringSchedule, Schedules
from bot.changes.write_switch import WriteSwitch
from bot.errors import (
    EndDue,
    JournalUnavailable,
    LeaseLost,
    NotAllowed,
    ParkError,
    Refused,
    TargetBusy,
    WaitsForChange,
    said,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, Json, Reschedule, ScheduleState, ScheduleUpdate, State
from bot.messages.message import Fact, Message, Offer
from bot.messages.request import Source
from bot.operations.catalog import dump
from bot.planning.planner import AuthorizedPlan
from bot.recurrence.windows import Window
from bot.texts import schedules as texts
from bot.texts import wording
from bot.worker.executor import Executor
from bot.worker.lease import LeaseGuard, RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.outcome import Confirmation, Outcome, plan_of

log = logging.getLogger(__name__)


class OccurrenceExecutor:
    """Begins occurrences while their time lasts; whatever becomes of one, its schedule goes on.

    One that can't begin yet is retried until its time is over. One that finds a change in effect which goes first ends,
    and its schedule waits for the end of that change.
    """

    def __init__(
        self,
        journal: Journal,
        schedules: Schedules,
        executor: Executor,
        notifier: Notifier,
        write_switch: WriteSwitch,
        retry_policy: RetryPolicy,
    ) -> None:
        self._journal, self._schedules, self._executor, self._notifier = journal, schedules, executor, notifier
        self._write_switch, self._retry_policy = write_switch, retry_policy

    def plan(self, lease_guard: LeaseGuard) -> AuthorizedPlan | Outcome | None:
        """Returns the plan of an occurrence whose time it is, its outcome if it can't begin, or None if it waits.

        Raises:
            Refused: it is not allowed any more, or not possible.
        """
        entry, now = lease_guard.entry, self._journal.now()
        schedule = self._schedule_of(entry)
        if schedule.stored.state is not ScheduleState.ACTIVE:
            return Outcome(State.CANCELLED, _quiet(texts.not_active(schedule.number)))
        window = self._schedules.window_after(schedule.recurrence, now)
        if window is None or window.starts > now:
            return self._missed(entry, schedule)
        if self._write_switch.blocked:
            later = min(now + self._retry_policy.pause_recheck, window.ends)
            self._journal.postpone(entry, later, durable=False)
            return None
        try:
            times = Schedule(zone=schedule.recurrence.zone or "UTC", ends=window.ends, asked_at=entry.run_at)
            return self._executor.plan_occurrence(entry, times)
        except WaitsForChange as stop:
            return self._waits(schedule, window, stop)
        except (TargetBusy, JournalUnavailable, LeaseLost, Refused):
            raise
        except ParkError as fault:
            log.info("occurrence %d waits: %s", entry.id, fault)
            self._retry_later(entry, schedule, window, fault)
            return None

    def _retry_later(self, entry: Entry, schedule: RecurringSchedule, window: Window, fault: ParkError) -> None:
        """Records why an occurrence can't begin, and tells people once that has lasted for a while."""
        entry, now = self._journal.record_failure(entry, said(fault))
        failing_for = now - (entry.failing_since or now)
        told = entry.failure_told or isinstance(fault, EndDue)  # that an end is late is told by the end
        if not told and failing_for >= self._retry_policy.late_notice:
            until = texts.moment(window.ends, schedule.recurrence.zone or "UTC")
            if self._notifier.notify_occurrence_delayed(entry, texts.delayed(schedule.number, said(fault), until)):
                entry = self._journal.mark_failure_told(entry)
        self._journal.postpone(entry, min(now + self._retry_policy.end_retry_delay(failing_for), window.ends))

    def _schedule_of(self, entry: Entry) -> RecurringSchedule:
        assert entry.request.schedule is not None  # noqa: S101 - the journal sets it for each occurrence
        found = self._schedules.find(entry.request.schedule)
        assert found is not None  # noqa: S101 - a schedule stays as long as its occurrences
        return found

    def _missed(self, entry: Entry, schedule: RecurringSchedule) -> Outcome:
        due = self._schedules.window_after(schedule.recurrence, entry.run_at)
        if due is None or due.starts > entry.run_at:  # the days of a calendar have changed, or it named none
            return Outcome(State.EXPIRED, _quiet(""))
        since = texts.moment(entry.run_at, schedule.recurrence.zone or "UTC")
        number = self._schedules.number_over(schedule.recurrence, entry.run_at)
        text = texts.missed(since, number, (self._why_late(entry) or texts.NOT_RUNNING).rstrip("."))
        return Outcome(State.EXPIRED, Confirmation(reply=Message(title=text), mention=True))

    def _waits(self, schedule: RecurringSchedule, window: Window, stop: WaitsForChange) -> Outcome:
        if stop.until is None or stop.until >= window.ends:
            return Outcome(State.EXPIRED, _quiet(texts.left_out(stop.number)))
        until = texts.moment(stop.until, schedule.recurrence.zone or "UTC")
        values: Json = {"next_at": stop.until, "waits_for": stop.number}
        update = ScheduleUpdate(number=schedule.number, values=values)
        return Outcome(State.EXPIRED, _quiet(texts.waits(stop.number, until)), schedule_updates=(update,))

    def _why_late(self, entry: Entry) -> str | None:
        """Returns why an occurrence is late; None if it is not: to be queued behind others is not to be late."""
        grace = entry.run_at + self._retry_policy.start_grace
        if entry.failing_since is not None:
            return entry.failure if self._journal.now() > grace else None
        if grace < entry.accepted_at <= self._journal.now():  # else the clock was set back since
            return texts.NOT_RUNNING
        return texts.WAS_PAUSED if entry.due_at is not None and entry.due_at > grace else None

    def finished(self, entry: Entry, outcome: Outcome) -> Outcome:
        """Returns the outcome of an occurrence as it is told, with what its schedule does next.

        The card of the schedule shows it; only what somebody has to know is told in its thread.
        """
        schedule = self._schedule_of(entry)
        told = outcome.confirmation if entry.card is not None else self._told(entry, outcome, schedule)
        told_text = told.reply.title if told.reply is not None else told.private.title if told.private else None
        values: Json = {"note": told_text, **self._next(entry, outcome, schedule)}
        for update in outcome.schedule_updates:
            values |= update.values
        if told.reply is None:
            told = told.model_copy(update={"private": None})
        update = ScheduleUpdate(number=schedule.number, values=values)
        return replace(outcome, confirmation=told, schedule_updates=(update,))

    def _told(self, entry: Entry, outcome: Outcome, schedule: RecurringSchedule) -> Confirmation:
        said = outcome.confirmation
        if outcome.state in (State.DONE, State.ALREADY):
            reason = self._why_late(entry)
            since = texts.moment(entry.run_at, schedule.recurrence.zone or "UTC")
            reply = Message(title=texts.late(since, reason.rstrip("."))) if reason else None
            return Confirmation(card=said.card, status=said.status, reply=reply)
        message = said.card or said.private or said.reply
        if message is None or (said.private is not None and outcome.state in (State.EXPIRED, State.CANCELLED)):
            return said
        title = message.title if said.reply is message else texts.failed(schedule.number, message.title)
        reply = replace(message, title=title)
        return Confirmation(card=said.card, reply=reply, mention=True, tells_contact=said.tells_contact)

    def _next(self, entry: Entry, outcome: Outcome, schedule: RecurringSchedule) -> Json:
        """Returns the time after the occurrence that this entry was, or was to be."""
        plan, now = plan_of(entry), self._journal.now()
        if outcome.state in (State.DONE, State.UNKNOWN) and plan is not None and plan.times and plan.times.ends:
            return self._schedules.next_values(schedule.recurrence, plan.times.ends)
        window = self._schedules.window_after(schedule.recurrence, now)
        present = window is not None and window.starts <= now
        return self._schedules.next_values(schedule.recurrence, window.ends if window and present else now)

    def refused(self, entry: Entry, refused: Refused) -> Outcome:
        """Returns the outcome of an occurrence that is refused: without the right of its holder the schedule pauses."""
        if not isinstance(refused, NotAllowed):
            return Outcome(State.REFUSED, Confirmation(private=refused.message))
        number = self._schedule_of(entry).number
        offer = Offer(label=texts.ADOPT, line=f"adopt {number}")
        notes = (refused.message.title.removesuffix(wording.NOTHING_CHANGED).strip(), texts.SOMEBODY_CAN_ADOPT)
        holder = Fact(label=texts.HOLDER, value="", ids=(entry.request.user,))
        message = Message(title=texts.paused_itself(number), facts=(holder,), notes=notes, offers=(offer,))
        values: Json = {"state": ScheduleState.PAUSED, "next_at": None, "waits_for": None}
        update = ScheduleUpdate(number=number, values=values)
        return Outcome(
            State.REFUSED, Confirmation(reply=message, mention=True, tells_contact=True), schedule_updates=(update,)
        )


def occurrence_end(entry: Entry) -> datetime | None:
    """Returns until when an occurrence that was planned may begin; None for any other entry."""
    plan = plan_of(entry) if entry.request.source is Source.SCHEDULE else None
    return plan.times.ends if plan is not None and plan.times is not None else None


def _quiet(note: str) -> Confirmation:
    """What only the card of the schedule says."""
    return Confirmation(private=Message(title=note)) if note else Confirmation()


def follow_calendars(journal: Journal, schedules: Schedules, updates: Iterable[ScheduleUpdate]) -> None:
    """Stores when schedules recur next if a calendar was read between the computation of that and its commit."""
    for update in updates:
        one = schedules.find(update.number)
        moved = schedules.moved_to(one) if one is not None else None
        if one is not None and one.stored.next_at is not None and moved is not None:
            journal.move_schedule(one.number, expected=one.stored.next_at, next_at=moved)


def schedule_updates(schedules: Schedules, entry: Entry, outcome: Outcome, ended: Entry | None) -> list[ScheduleUpdate]:
    """Returns what a change means for schedules: it has ended an occurrence, or what their next one waits for.

    Args:
        ended: the change that this one has ended or undone with the same click.
    """
    plan = plan_of(entry)
    if plan is None or outcome.state not in (State.DONE, State.ALREADY):
        return []
    numbers = {number for number in (plan.about, plan.ends_change) if number is not None}
    updates = [update for number in numbers for update in schedules.waiting_for(number)]
    if ended is not None:
        until = plan.times.ends if plan.times else None
        overridden = schedules.after_override(ended, entry, until)
        updates += [overridden] if overridden is not None else []
    return updates


def new_schedule(entry: Entry, planned: AuthorizedPlan, schedules: Schedules) -> ScheduleUpdate:
    """Returns the schedule that an entry makes."""
    plan: Plan = planned.plan
    assert plan.repetition is not None  # noqa: S101 - the caller has looked
    operation = planned.operation.model_copy(update={"recurs": None})
    update = {"line": operation.text(), "response_url": None, "expects": None, "ends_change": None, "note": ""}
    request = entry.request.model_copy(update=update)
    recurrence = plan.repetition.recurrence
    values: Json = {
        "state": ScheduleState.ACTIVE,
        "recurrence": recurrence.model_dump(mode="json"),
        "operation": dump(operation),
        "request": request.model_dump(mode="json", exclude={"response_url"}),
        "parts": [list(part) for part in plan.repetition.parts],
        **schedules.next_values(recurrence, schedules.now()),
    }
    return ScheduleUpdate(number=entry.id, is_new=True, values=values)


def replaced_schedule(
    number: int, by: int, schedules: Schedules, now: datetime
) -> tuple[list[ScheduleUpdate], list[Reschedule]]:
    """Returns what deletes a schedule in whose place another one comes, and ends what it has set now."""
    values: Json = {"state": ScheduleState.ENDED, "next_at": None, "waits_for": None, "note": texts.overridden(by)}
    schedule = schedules.get(number)
    present = schedules.present(schedule)
    shifts = list(schedules.called_off(schedule))
    if present is not None and present[1].state is State.SCHEDULED and present[1].run_at > now:
        shifts.append(Reschedule(id=present[1].id, expected_run_at=present[1].run_at, run_at=now))
    return [ScheduleUpdate(number=number, values=values)], shifts
