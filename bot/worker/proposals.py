"""Clicks on the proposals of workflows: which are let through, what decides a proposal, and how it notices."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.errors import NotPossible, NotUnderstood, StalePlan
from bot.journal.journal import Journal
from bot.journal.models import Entry, Reschedule, State
from bot.messages.message import Message, Offer
from bot.messages.request import Source
from bot.operations.base import Operation
from bot.operations.catalog import load
from bot.operations.parser import parse_unconfirmed
from bot.texts import workflows as texts
from bot.worker.outcome import Confirmation, plan_of


def expiry(proposal: Entry) -> datetime:
    """Returns when a proposal expires: what its card says."""
    card = Confirmation.model_validate(proposal.outcome).card if proposal.outcome else None
    times = (fact.at for fact in card.facts) if card is not None else iter(())
    return next((at for at in times if at is not None), proposal.run_at)


def is_decisive(click: Entry) -> bool:
    """Whether a click on a proposal decides it: an approval may still be given, and a refusal leaves it to others.

    What was announced, because it waited for approval or for its time, decides it however it ends.
    """
    if click.state is State.SCHEDULED:
        plan = plan_of(click)
        return plan is not None and not plan.waits_for_approval
    return click.state.ended and (click.state is not State.REFUSED or click.card is not None)


def check_proposal(journal: Journal, click: Entry) -> None:
    """Raises NotPossible unless the proposal that a click decides is still open to it.

    Clicks on one proposal run one after the other. What has a plan was let through before.
    """
    if click.request.proposal is None or click.plan is not None:
        return
    proposal = journal.get(click.request.proposal)
    others = [one for one in journal.decisions_on(proposal) if one.id != click.id]
    taken = any(is_decisive(one) or one.state is State.SCHEDULED for one in others)
    declined = any(one.state is State.DONE for one in journal.entries_about(proposal.id))
    is_over = proposal.state.ended or click.accepted_at >= expiry(proposal)
    if proposal.request.source is not Source.WORKFLOW or is_over or taken or declined:
        raise NotPossible(texts.decided_already(proposal.id))


def notice_of(journal: Journal, click: Entry, state: State) -> tuple[Reschedule, ...]:
    """Returns what wakes a proposal in the same commit in which a click on it comes to a state."""
    if click.request.proposal is None or (state is State.REFUSED and click.card is None):
        return ()
    proposal = journal.get(click.request.proposal)
    if proposal.state is not State.SCHEDULED:
        return ()  # it looks at its clicks by itself
    return (Reschedule(id=proposal.id, expected_run_at=proposal.run_at, run_at=journal.now()),)


def schedule_and_notify(
    journal: Journal, click: Entry, run_at: datetime, due_at: datetime | None = None, **known: Any
) -> None:
    """Schedules a change, as `Journal.schedule` does, and wakes the proposal that it was asked for with, if any."""
    try:
        journal.schedule(click, run_at, due_at, shifts=notice_of(journal, click, State.SCHEDULED), **known)
    except StalePlan:  # the proposal was woken meanwhile, and looks at its clicks by itself
        journal.schedule(click, run_at, due_at, **known)


def for_proposal(message: Message, click: Entry) -> Message:
    """Returns the answer to a click, whose buttons decide the proposal too where they do the same in another way."""
    number = click.request.proposal
    if number is None:
        return message
    asked = load(click.operations[0])
    offers = (replace(one, proposal=number) if _does_the_same(one, asked) else one for one in message.offers)
    return replace(message, offers=tuple(offers))


def _does_the_same(offer: Offer, asked: Operation) -> bool:
    try:
        other = parse_unconfirmed(offer.line)[0]
    except NotUnderstood:
        return False
    return type(other) is type(asked) and _without_times(other) == _without_times(asked)


def _without_times(operation: Operation) -> list[tuple[str, object]]:
    return [(name, value) for name, _, value in operation.said() if name not in operation.times()]
