"""Computes from the journal what the card of a recurring schedule shows now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.changes.plan import Plan, waits_for_approval
from bot.changes.schedules import RecurringSchedule
from bot.journal.models import Entry, Json, ScheduleState, State
from bot.journal.reader import Reader
from bot.messages.message import Fact, FormOffer, Offer
from bot.messages.request import Source
from bot.operations.catalog import load
from bot.operations.schedule_list import adopt_button, edit_form, format_whole_day, schedule_buttons
from bot.recurrence.model import Recurrence
from bot.texts import cards, changes, schedules
from bot.texts import schedule_cards as texts
from bot.times.format import format_dated


@dataclass(frozen=True, slots=True)
class ScheduleCard:
    """What the card of a schedule says now."""

    title: str
    status: str
    facts: tuple[Fact, ...]
    offers: tuple[Offer, ...] = ()
    forms: tuple[FormOffer, ...] = ()


def schedule_of(journal: Reader, entry: Entry) -> RecurringSchedule | None:
    """Returns the schedule that an entry has made; None if it has made none."""
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    stored = journal.stored_schedule(entry.id) if plan is not None and plan.repetition is not None else None
    return None if stored is None else RecurringSchedule(stored, Recurrence.model_validate(stored.recurrence))


def schedule_card(journal: Reader, schedule: RecurringSchedule, what: str, sequel: Sequence[Entry]) -> ScheduleCard:
    """Returns the card of a schedule.

    Args:
        what: What it does, and when.
        sequel: The later entries about the schedule, such as that it was paused.
    """
    latest = None if schedule.stored.latest is None else journal.get(schedule.stored.latest)
    end = None if latest is None else _coming_end(journal, latest)
    facts = tuple(_facts(journal, schedule, latest, end, sequel))
    match schedule.stored.state:
        case ScheduleState.ENDED:
            return ScheduleCard(cards.ended(what), schedules.STATUS_ENDED, facts)
        case ScheduleState.PAUSED:
            offers = schedule_buttons(schedule, in_effect=end is not None)
            adopt = () if schedule.was_paused_by_people else (adopt_button(schedule.number),)
            return ScheduleCard(
                texts.paused(what), schedules.STATUS_PAUSED, facts, (*offers, *adopt), (edit_form(schedule),)
            )
    offers = schedule_buttons(schedule, in_effect=end is not None)
    if end is None:
        return ScheduleCard(what, schedules.STATUS_ACTIVE, facts, offers, (edit_form(schedule),))
    until = _format(end.run_at, schedule, journal.now())
    return ScheduleCard(
        texts.in_effect(what, until), texts.status_in_effect(until), facts, offers, (edit_form(schedule),)
    )


def _coming_end(journal: Reader, latest: Entry) -> Entry | None:
    ends = (one for one in journal.entries_about(latest.id) if one.request.source is Source.CLOCK)
    return next((one for one in ends if not one.state.ended), None)


def _facts(
    journal: Reader, schedule: RecurringSchedule, latest: Entry | None, end: Entry | None, sequel: Sequence[Entry]
) -> Iterator[Fact]:
    stored, now = schedule.stored, journal.now()
    note = schedule.note
    if stored.state is not ScheduleState.ACTIVE:
        yield from _decided(sequel)
    if latest is not None:
        yield from _renamed(journal.get(schedule.number), latest)
        starts = _format_start(latest.run_at, schedule, now)
        yield Fact(label=schedules.LATEST, value=texts.occurrence(starts, _became(note, latest, end), latest.id))
    elif note:
        yield Fact(label=schedules.LATEST, value=note)
    if stored.state is ScheduleState.ACTIVE:
        yield Fact(label=schedules.NEXT, value=_next(schedule, now))
    if stored.request.user and stored.state is not ScheduleState.ENDED:
        yield Fact(label=schedules.HOLDER, value="", ids=(schedule.holder,))


def _renamed(made: Entry, latest: Entry) -> Iterator[Fact]:
    """Yields the present name of each group that was renamed since the schedule was made, as the latest time tells."""
    then, now = (_names(entry.plan) for entry in (made, latest))
    for id, name in now.items():
        if id in then and then[id] != name:
            yield Fact(label=changes.LABELS["name"], before=then[id], value=name)


def _names(plan: Json | None) -> dict[str, str]:
    """Returns the names of the groups that a plan changes, by id."""
    planned = Plan.model_validate(plan).undone if plan else ()
    return {one.target.id: one.target.title for one in planned if one.target.id is not None}


def _decided(sequel: Sequence[Entry]) -> Iterator[Fact]:
    """Yields who decided last about the schedule: who paused or deleted it."""
    made = [one for one in sequel if one.state is State.DONE]
    for entry in made[-1:]:
        label = getattr(load(entry.operations[0]), "card_label", cards.UNDONE)
        yield Fact(label=label, value=cards.BY_PERSON, ids=(entry.request.user,))


def _became(note: str | None, latest: Entry, end: Entry | None) -> str:
    """Returns what became of an occurrence; where the thread tells more, nothing else is said of it."""
    match latest.state:
        case State.REFUSED | State.FAILED:
            return texts.BECAME_REFUSED
        case State.UNKNOWN:
            return texts.BECAME_UNKNOWN
        case State.WAITING | State.RUNNING:
            became = texts.BEING_MADE
        case State.DONE:
            became = texts.BECAME_DONE
        case State.ALREADY:
            became = texts.BECAME_ALREADY
        case _:
            became = ""  # it could not begin: why is the schedule's note
    if waits_for_approval(latest):
        became = cards.STATUS_WAITING
    elif end is not None:
        became = texts.IN_EFFECT
    return texts.with_note(became, note or "")


def _next(schedule: RecurringSchedule, now: datetime) -> str:
    stored = schedule.stored
    if stored.next_at is None:
        return texts.NONE_LEFT
    starts = f"{_format_start(stored.next_at, schedule, now)}, {schedule.recurrence.zone}"
    return starts if stored.waits_for is None else texts.after_change(starts, stored.waits_for)


def _format(at: datetime, schedule: RecurringSchedule, now: datetime) -> str:
    """Formats a time with its date, by the clocks of the schedule's zone: cards stay for days."""
    zone = ZoneInfo(schedule.recurrence.zone or "UTC")
    return format_dated(at, zone, now, with_zone=False)


def _format_start(at: datetime, schedule: RecurringSchedule, now: datetime) -> str:
    """Formats when an occurrence begins: of whole days only the day."""
    return format_whole_day(at, now, schedule.recurrence) or _format(at, schedule, now)
