"""What became of an entry of the history by now, the link to its card, and the button that takes it back."""

from dataclasses import dataclass

from bot.changes.plan import Plan
from bot.changes.repository import waits_for_approval
from bot.errors import NotFound, NotPossible
from bot.journal.history import HistoryRecord
from bot.journal.models import Entry, State
from bot.messages.message import Offer, Posted
from bot.messages.request import Source
from bot.operations.context import OperationContext
from bot.operations.pending import allowed_offers
from bot.texts import history as texts


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentState:
    """The state of an entry in words, its link and its buttons."""

    text: str
    link: str = ""
    offers: tuple[Offer, ...] = ()


def present_state(context: OperationContext, record: HistoryRecord) -> PresentState:
    """The state of a record as of now; that of its last event if the journal no longer has the entry."""
    try:
        entry = context.repository.entry(record.change)
    except NotFound:
        return PresentState(text=texts.STATES.get(record.outcome, record.outcome))
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    text, offer = _state(context, entry, plan)
    offers = allowed_offers(context, entry, plan, (offer,)) if offer and plan else ()
    return PresentState(text=text, link=_link(context, entry), offers=offers)


def _state(context: OperationContext, entry: Entry, plan: Plan | None) -> tuple[str, Offer | None]:
    """The state in words, and the button that takes back what is in effect or cancels what is scheduled."""
    now = context.repository.now()
    if entry.state is State.SCHEDULED and entry.request.source is not Source.CLOCK:
        cancel = Offer(label=texts.CANCEL, line=f"cancel {entry.id}")
        if waits_for_approval(entry):
            return texts.WAITING_FOR_APPROVAL, cancel
        return texts.scheduled_for(plan.times.format_relative(entry.run_at, now)) if plan and plan.times else "", cancel
    if entry.state is not State.DONE or plan is None or not plan.changes or entry.request.source is Source.CLOCK:
        return texts.STATES.get(entry.state, entry.state), None
    undo = f"undo {entry.id}"
    end = _scheduled_end(context, entry)
    if end is not None and plan.times is not None:
        at = plan.times.format_relative(end.run_at, now)
        state = texts.late(at) if end.failing_since is not None else texts.active_until(at)
        return state, Offer(label=texts.END_NOW, line=undo)
    if context.repository.is_in_effect(entry):
        return texts.STATES[State.DONE], Offer(label=texts.UNDO, line=undo)
    try:
        context.repository.applied_plan(entry.id)
    except NotPossible:  # another change ended it with the same click
        return texts.ENDED, None
    was_temporary = plan.times is not None and plan.times.ends is not None
    return texts.ENDED if was_temporary else texts.UNDONE, None


def _scheduled_end(context: OperationContext, entry: Entry) -> Entry | None:
    """The end of a temporary change that is still to come, or under way."""
    follow_ups = context.repository.follow_ups(entry.id)
    return next((one for one in follow_ups if one.request.source is Source.CLOCK and not one.state.ended), None)


def _link(context: OperationContext, entry: Entry) -> str:
    """The link to the card where the requester can open it: in a channel, or in their own direct messages."""
    posted = Posted.model_validate(entry.card) if entry.card else None
    if posted is None or posted.channel is None or posted.ts is None:
        return ""
    mine = entry.request.user == context.viewer.user
    return context.link(posted.channel, posted.ts) if mine or posted.how == "channel" else ""
