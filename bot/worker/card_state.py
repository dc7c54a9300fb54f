"""Computes from the journal what the card of a change shows now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.changes.plan import Plan, Schedule
from bot.changes.repository import ended_by, waits_for_approval
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.messages.message import Fact, FormOffer, Message, Offer
from bot.messages.request import Source
from bot.operations.approvals import Refuse
from bot.operations.base import ControlOperation
from bot.operations.catalog import load
from bot.operations.scheduling import approval_buttons, scheduled_change_buttons, temporary_change_buttons
from bot.planning.preview import approver_facts
from bot.worker.outcome import Confirmation, plan_of


@dataclass(frozen=True, slots=True)
class CardState:
    """The message and the status that a card shows."""

    card: Message
    status: str


def root_entry(journal: Reader, entry: Entry) -> Entry:
    """Returns the change that a chain of follow-ups began with, such as an undo of an undo."""
    while entry.about is not None:
        entry = journal.get(entry.about)
    return entry


def card_state(journal: Reader, entry: Entry) -> CardState | None:
    """Returns the present state of the entry's card; None if it has no card."""
    confirmation = Confirmation.model_validate(entry.outcome)
    if confirmation.card is None:
        return None
    plan = plan_of(entry)
    sequel = journal.entries_about(entry.id)
    note = (Fact(label="Note", value=entry.request.note),) if entry.request.note else ()
    by = ended_by(journal, entry.id)
    ended = (Fact(label="Ended", value=f"with change {by.id}, by", ids=(by.request.user,)),) if by else ()
    facts = (*confirmation.card.facts, *note, *_plan_facts(entry, plan), *_sequel_facts(journal, plan, sequel), *ended)
    status, offers = _status_and_offers(journal, entry, plan, confirmation.status, confirmation.card.offers, sequel)
    refuse = FormOffer(label="Refuse", operation=Refuse.operation_id, arguments={"number": entry.id})
    forms = (refuse,) if waits_for_approval(entry) else ()
    return CardState(replace(confirmation.card, facts=facts, offers=offers, forms=forms), status)


def _plan_facts(entry: Entry, plan: Plan | None) -> Iterator[Fact]:
    """Yields the emergency's reason, the approvers, and the times of a change that has not begun."""
    if plan is None:
        return
    if plan.emergency is not None:
        yield Fact(label="Emergency", value=plan.emergency.reason)
    if entry.state is not State.SCHEDULED:
        return
    if plan.waits_for_approval:
        yield from approver_facts(plan)
    elif plan.times is not None:
        yield Fact(label="Begins", value=plan.times.format_dated(entry.run_at))
        if plan.times.ends is not None:
            yield Fact(label="Until", value=plan.times.format_dated(plan.times.ends))


def _sequel_facts(
    journal: Reader, plan: Plan | None, sequel: Sequence[Entry], label: str = "Taken back"
) -> Iterator[Fact]:
    """Yields what was done about the change afterwards, in order; undo and redo alternate."""
    other = "Done again" if label == "Taken back" else "Taken back"
    for entry in sequel:
        operation = load(entry.operations[0])
        if isinstance(operation, ControlOperation) and entry.state is State.DONE:
            yield Fact(label=operation.card_label, value=f"change {entry.id}, by", ids=(entry.request.user,))
        elif entry.request.source is Source.CLOCK and plan is not None and plan.times is not None:
            yield from _end_facts(entry, plan.times)
        elif entry.state is State.DONE:
            yield Fact(label=label, value=f"change {entry.id}, by", ids=(entry.request.user,))
            yield from _sequel_facts(journal, plan_of(entry), journal.entries_about(entry.id), other)


def _end_facts(end: Entry, times: Schedule) -> Iterator[Fact]:
    if end.failing_since is not None and not end.state.ended:
        yield Fact(label="Late", value=f"should have ended {times.format_dated(end.run_at)}: {end.failure}")
        return
    match end.state:
        case State.SCHEDULED:
            yield Fact(label="Until", value=times.format_dated(end.run_at))
        case State.DONE | State.ALREADY:
            yield Fact(label="Ended", value=f"by itself, {times.format_dated(end.ended_at or end.run_at)}")
        case State.REFUSED | State.FAILED | State.UNKNOWN:
            yield Fact(label="Could not be ended", value=f"{times.format_dated(end.run_at)}, see below")


def _status_and_offers(
    journal: Reader, entry: Entry, plan: Plan | None, status: str, offers: tuple[Offer, ...], sequel: Sequence[Entry]
) -> tuple[str, tuple[Offer, ...]]:
    """Returns what the card shows now instead of the status and the buttons it was confirmed with."""
    match entry.state:
        case State.SCHEDULED if plan is not None and plan.waits_for_approval:
            return status, approval_buttons(entry.id, plan)
        case State.SCHEDULED:
            return status, scheduled_change_buttons(entry.id)
        case State.CANCELLED:
            refused = any(isinstance(load(one.operations[0]), Refuse) for one in sequel if one.state is State.DONE)
            return "refused" if refused else "called off", ()
        case State.DONE if plan is not None:
            return _status_and_offers_once_done(journal, entry, plan, status, sequel)
    return status, offers


def _status_and_offers_once_done(
    journal: Reader, entry: Entry, plan: Plan | None, status: str, sequel: Sequence[Entry]
) -> tuple[str, tuple[Offer, ...]]:
    if undo := _effective_undo(journal, sequel):
        temporary = plan is not None and plan.times is not None and plan.times.ends is not None
        if temporary or undo.request.source is Source.CLOCK:
            return "ended", ()
        return "taken back", (Offer(label="Do it again", line=f"undo {undo.id}"),)
    if ended_by(journal, entry.id) is not None:
        return "ended", ()
    ends = [one for one in sequel if one.request.source is Source.CLOCK]
    if coming := [end for end in ends if not end.state.ended]:
        is_late = any(end.failing_since is not None for end in coming)
        return "late to end" if is_late else f"{status}, for a time", temporary_change_buttons(entry.id)
    if any(end.state.ended and end.state is not State.CANCELLED for end in ends):
        return "could not be ended", (Offer(label="Put back as before", line=f"preview undo {entry.id} anyway"),)
    return status, (Offer(label="Undo", line=f"undo {entry.id}"),)


def _effective_undo(journal: Reader, sequel: Sequence[Entry]) -> Entry | None:
    """Returns the entry that undid the change and was not undone itself."""
    for one in sequel:
        undone = one.state is State.DONE or (one.state is State.ALREADY and one.request.source is Source.CLOCK)
        if one.plan is not None and undone and _effective_undo(journal, journal.entries_about(one.id)) is None:
            return one
    return None
