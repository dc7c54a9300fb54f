"""Computes from the journal what the card of a change shows now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.changes.plan import Plan, Schedule, waits_for_approval
from bot.changes.repository import called_off_by, ended_by, is_partly_done
from bot.changes.set_since import FEW
from bot.changes.write_switch import current_pause
from bot.journal.models import Entry, State
from bot.journal.reader import Reader, about
from bot.journal.targets import made_on, objects_of
from bot.messages.message import Fact, FormOffer, Message, Offer, Posted
from bot.messages.request import Source
from bot.operations.approvals import Refuse
from bot.operations.base import ControlOperation
from bot.operations.catalog import load
from bot.operations.scheduling import (
    Cancel,
    Keep,
    approval_buttons,
    scheduled_change_buttons,
    temporary_change_buttons,
)
from bot.planning.preview import approver_facts
from bot.texts import cards, outcomes
from bot.worker.outcome import Confirmation, is_end_of_pause, plan_of
from bot.worker.replacement import changes_since, effective_undo, is_over, is_replaced, partial_undo
from bot.worker.schedule_card import schedule_card, schedule_of


@dataclass(frozen=True, slots=True)
class CardState:
    """The message and the status that a card shows; `number` is None where it is about no change to the PBX."""

    card: Message
    status: str
    number: int | None


@dataclass(frozen=True, slots=True)
class _Present:
    """What a card says of its change now; `holds` tells whether the change is in effect, or still to come."""

    title: str
    status: str
    offers: tuple[Offer, ...] = ()
    facts: tuple[Fact, ...] = ()
    holds: bool = True


def for_copy(card: Message, plan: Plan | None = None, channel: str = "") -> Message:
    """Returns the card as other channels see it: it can be withdrawn only where it was asked for.

    In the channels that are told of emergencies the title says that it is one.
    """
    offers = tuple(one for one in card.offers if one.label != cards.WITHDRAW)
    alarm = plan is not None and plan.emergency is not None and channel in plan.emergency.channels
    return replace(card, title=cards.emergency(card.title) if alarm else card.title, offers=offers)


def root_entry(journal: Reader, entry: Entry) -> Entry:
    """Returns the change that a chain of follow-ups began with, such as an undo of an undo."""
    while entry.about is not None:
        entry = journal.get(entry.about)
    if is_told_by_schedule(entry) and entry.request.schedule is not None:
        return journal.get(entry.request.schedule)  # its schedule's card stands for it
    return entry


def is_told_by_schedule(entry: Entry) -> bool:
    """Whether an entry is an occurrence without a card of its own, which it has only if it needed an approval."""
    if entry.request.source is not Source.SCHEDULE:
        return False
    card = Posted.model_validate(entry.card) if entry.card else None
    return card is None or card.shared or card.how == "nowhere"


def card_state(journal: Reader, entry: Entry) -> CardState | None:
    """Returns the present state of the entry's card; None if it has no card."""
    confirmation = Confirmation.model_validate(entry.outcome)
    card = confirmation.card
    if card is None:
        return None
    plan = plan_of(entry)
    number = None if isinstance(load(entry.operations[0]), ControlOperation) else entry.id
    if entry.request.source is Source.WORKFLOW:
        return _proposal_card(journal, entry, card, confirmation.status)
    sequel = journal.entries_about(entry.id)
    note = (Fact(label=cards.NOTE, value=entry.request.note),) if entry.request.note else ()
    if plan is not None and (schedule := schedule_of(journal, entry)) is not None:
        shown = schedule_card(journal, schedule, plan.preview_title, sequel)
        facts = (*card.facts, *note, *shown.facts)
        message = replace(card, title=shown.title, facts=facts, offers=shown.offers, forms=shown.forms)
        return CardState(message, shown.status, number)
    told = _Present(card.title, confirmation.status, card.offers)
    if plan is not None:
        now = _present(journal, entry, plan, told, sequel)
    else:
        now = _pause_over(told) if is_over(journal, entry) else told
    facts = (*card.facts, *note, *_plan_facts(entry, plan), *_sequel_facts(journal, plan, sequel), *now.facts)
    reject = FormOffer(label=cards.REJECT, operation=Refuse.operation_id, arguments={"number": entry.id})
    message = replace(
        card,
        title=now.title,
        facts=facts,
        notes=card.notes if now.holds else (),
        offers=now.offers,
        forms=(reject,) if waits_for_approval(entry) else (),
    )
    return CardState(message, now.status, number)


def _proposal_card(journal: Reader, entry: Entry, card: Message, status: str) -> CardState:
    """Returns the card of what a workflow proposed: as it was stored, with its note and with who declined it."""
    note = (Fact(label=cards.NOTE, value=entry.request.note),) if entry.request.note else ()
    facts = (*card.facts, *note, *_sequel_facts(journal, None, journal.entries_about(entry.id)))
    return CardState(replace(card, facts=facts), status, entry.id)


def present_card(journal: Reader, entry: Entry) -> CardState:
    """Returns the present state of the card of an entry that has one."""
    ahead = [about(entry.id)]
    if entry.state in (State.DONE, State.UNKNOWN) and entry.plan is not None:
        ahead.append(made_on(objects_of(entry.plan), FEW, after=entry))
    with journal.snapshot(*ahead):
        state = card_state(journal, entry)
    assert state is not None  # noqa: S101 - only called for entries that have a card
    return state


def _plan_facts(entry: Entry, plan: Plan | None) -> Iterator[Fact]:
    """Yields the emergency's reason, the approvers, and the times of a change that has not begun."""
    if plan is None:
        return
    if plan.emergency is not None:
        yield Fact(label=cards.EMERGENCY, value=plan.emergency.reason)
    if entry.state is not State.SCHEDULED:
        return
    if plan.waits_for_approval:
        yield from approver_facts(plan)
    elif plan.times is not None:
        yield Fact(label=cards.BEGINS, value=plan.times.format_dated(entry.run_at))
        if plan.times.ends is not None:
            yield Fact(label=cards.UNTIL, value=plan.times.format_dated(plan.times.ends))


def _sequel_facts(
    journal: Reader, plan: Plan | None, sequel: Sequence[Entry], label: str | None = None
) -> Iterator[Fact]:
    """Yields what was done about the change afterwards, in order; undo and redo alternate."""
    label = label or cards.UNDONE
    other = cards.DONE_AGAIN if label == cards.UNDONE else cards.UNDONE
    for entry in sequel:
        operation = load(entry.operations[0])
        if is_end_of_pause(entry):
            yield from (Fact(label=cards.ENDED, value=cards.AUTOMATICALLY),) if entry.state is State.DONE else ()
        elif isinstance(operation, ControlOperation) and entry.state is State.DONE:
            withdrawn = isinstance(operation, Cancel) and plan is not None and plan.waits_for_approval
            label_of_it = cards.WITHDRAWN if withdrawn else operation.card_label
            yield Fact(label=label_of_it, value=cards.BY_PERSON, ids=(entry.request.user,))
        elif entry.request.source is Source.CLOCK and plan is not None and plan.times is not None:
            yield from _end_facts(entry, plan.times, _why_late(journal, entry))
        elif entry.state is State.DONE:
            ends = label == cards.UNDONE and plan is not None and _is_temporary(plan, sequel)
            shown = cards.ENDED if ends else label
            if is_partly_done(entry):
                shown = cards.PARTLY_UNDONE if label == cards.UNDONE else cards.PARTLY_DONE_AGAIN
            yield Fact(label=shown, value=cards.by_change(entry.id), ids=(entry.request.user,))
            yield from _sequel_facts(journal, plan_of(entry), journal.entries_about(entry.id), other)


def _is_temporary(plan: Plan, sequel: Sequence[Entry]) -> bool:
    """Returns whether a change was to end by itself until it ended: one that was kept is undone like any other."""
    kept = any(one.state is State.DONE and isinstance(load(one.operations[0]), Keep) for one in sequel)
    return plan.is_temporary and not kept


def _why_late(journal: Reader, end: Entry) -> str | None:
    """Returns why an end that is due has not been made yet; None if it has, or is not due."""
    if end.state.ended:
        return None
    if end.failing_since is not None:
        return end.failure or ""
    return outcomes.PAUSED if end.run_at <= journal.now() and current_pause(journal) is not None else None


def _end_facts(end: Entry, times: Schedule, why_late: str | None) -> Iterator[Fact]:
    if why_late is not None:
        yield Fact(label=cards.LATE, value=cards.should_have_ended(times.format_dated(end.run_at), why_late))
        return
    match end.state:
        case State.SCHEDULED:
            yield Fact(label=cards.UNTIL, value=times.format_dated(end.run_at))
        case State.DONE | State.ALREADY:
            yield Fact(label=cards.ENDED, value=cards.by_itself(times.format_dated(end.ended_at or end.run_at)))
        case State.REFUSED | State.FAILED | State.UNKNOWN:
            yield Fact(label=cards.NOT_ENDED, value=cards.see_thread(times.format_dated(end.run_at)))


def _present(journal: Reader, entry: Entry, plan: Plan, told: _Present, sequel: Sequence[Entry]) -> _Present:
    """Returns what the card shows now instead of the title, the status and the buttons it was confirmed with."""
    planned = plan.preview_title
    match entry.state:
        case State.SCHEDULED if plan.waits_for_approval:
            title = cards.awaiting_approval(planned)
            return _Present(title, cards.STATUS_WAITING, approval_buttons(entry.id, plan))
        case State.SCHEDULED:
            starts = plan.times.format_short(entry.run_at) if plan.times else ""
            status = cards.status_scheduled(starts)
            return _Present(cards.scheduled(planned), status, scheduled_change_buttons(entry.id))
        case State.CANCELLED:
            return _called_off(journal, entry, plan, sequel)
        case State.DONE | State.UNKNOWN if plan.changes:
            return _after_write(journal, entry, plan, told, sequel)
    return told


def _pause_over(told: _Present) -> _Present:
    return _Present(cards.ended(told.title), cards.STATUS_ENDED, holds=False)


def _called_off(journal: Reader, entry: Entry, plan: Plan, sequel: Sequence[Entry]) -> _Present:
    planned = plan.preview_title
    decided = [load(one.operations[0]) for one in sequel if one.state is State.DONE]
    if any(isinstance(one, Refuse) for one in decided):
        return _Present(cards.rejected(planned), cards.STATUS_REJECTED, holds=False)
    if plan.waits_for_approval and any(isinstance(one, Cancel) for one in decided):
        return _Present(cards.withdrawn(planned), cards.STATUS_WITHDRAWN, holds=False)
    facts = tuple(_schedule_facts(journal, entry))
    return _Present(cards.cancelled(planned), cards.STATUS_CANCELLED, facts=facts, holds=False)


def _schedule_facts(journal: Reader, entry: Entry) -> Iterator[Fact]:
    """Yields what somebody did about a schedule that called off its occurrence."""
    by = called_off_by(journal, entry)
    if by is None or by.about == entry.id:  # a fact says that already
        return
    label = cards.REPLACED if by.plan is not None else getattr(load(by.operations[0]), "card_label", cards.UNDONE)
    yield Fact(label=label, value=cards.by_change(by.id), ids=(by.request.user,))


def _after_write(journal: Reader, entry: Entry, plan: Plan, told: _Present, sequel: Sequence[Entry]) -> _Present:
    """Returns the state of a change that was made, or may have been."""
    planned = plan.preview_title
    if undo := effective_undo(journal, sequel):
        if _is_temporary(plan, sequel) or undo.request.source is Source.CLOCK:
            return _Present(cards.ended(planned), cards.STATUS_ENDED, holds=False)
        if redo := partial_undo(journal, journal.entries_about(undo.id)):
            return _half_way(planned, entry, undo, redo)
        again = Offer(label=cards.DO_AGAIN, line=f"undo {undo.id}")
        return _Present(cards.undone(planned), cards.STATUS_UNDONE, (again,), holds=False)
    if partial := partial_undo(journal, sequel):
        return _half_way(planned, entry, entry, partial)
    if (by := ended_by(journal, entry.id, sequel)) is not None:
        return _replaced(planned, by)
    since = changes_since(journal, entry, plan)
    if since and is_replaced(plan, since):
        return _replaced(planned, since[0], Offer(label=cards.UNDO, line=f"undo {entry.id}"))
    facts = tuple(
        Fact(label=cards.CHANGED_SINCE, value=cards.by_change(one.id), ids=(one.request.user,)) for one in since
    )
    if entry.state is State.UNKNOWN:
        return replace(told, facts=facts)
    return replace(_in_effect(journal, entry, plan, told, sequel), facts=facts)


def _half_way(planned: str, entry: Entry, undone: Entry, partial: Entry) -> _Present:
    """Returns what a card shows after an undo, or an undo of its undo, that stopped after some of its changes."""
    rest, back = f"undo {undone.id}", f"undo {partial.id}"
    if undone is entry:
        offers = (Offer(label=cards.UNDO_REST, line=rest), Offer(label=cards.DO_AGAIN, line=back))
        return _Present(cards.partly_undone(planned), cards.STATUS_PARTLY_UNDONE, offers, holds=False)
    offers = (Offer(label=cards.DO_REST, line=rest), Offer(label=cards.UNDO, line=back))
    return _Present(cards.partly_done_again(planned), cards.STATUS_PARTLY_DONE_AGAIN, offers, holds=False)


def _replaced(planned: str, by: Entry, *offers: Offer) -> _Present:
    fact = Fact(label=cards.REPLACED, value=cards.by_change(by.id), ids=(by.request.user,))
    return _Present(cards.replaced(planned), cards.status_replaced(by.id), offers, facts=(fact,), holds=False)


def _in_effect(journal: Reader, entry: Entry, plan: Plan, told: _Present, sequel: Sequence[Entry]) -> _Present:
    ends = [one for one in sequel if one.request.source is Source.CLOCK]
    coming = next((end for end in ends if not end.state.ended), None)
    if coming is not None and plan.times is not None:
        at, buttons = plan.times.format_short(coming.run_at), temporary_change_buttons(entry.id)
        if _why_late(journal, coming) is not None:
            return _Present(cards.late(plan.preview_title), cards.status_late(at), buttons)
        return _Present(cards.active(plan.title, at), cards.status_active(at), buttons)
    if any(end.state.ended and end.state is not State.CANCELLED for end in ends):
        anyway = Offer(label=cards.RESTORE_ANYWAY, line=f"preview undo {entry.id} anyway")
        return _Present(cards.not_ended(plan.preview_title), cards.STATUS_NOT_ENDED, (anyway,))
    undo = Offer(label=cards.UNDO, line=f"undo {entry.id}")
    return _Present(plan.title, told.status, (undo,) if plan.leaves_something else ())
