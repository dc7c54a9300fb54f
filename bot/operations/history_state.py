"""What the history, Home and the panel show of a request as of now: its state, the link to its card, the undo."""

from dataclasses import dataclass

from bot.changes.plan import Plan
from bot.errors import NotFound
from bot.journal.history import HistoryRecord
from bot.journal.models import Entry
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


def state_of_record(context: OperationContext, record: HistoryRecord) -> PresentState:
    """The state of a record as of now; that of its last event if the journal has no entry any more."""
    try:
        return state_of_entry(context, context.repository.entry(record.change))
    except NotFound:
        return PresentState(text=texts.STATES.get(record.outcome, record.outcome))


def state_of_entry(context: OperationContext, entry: Entry) -> PresentState:
    """The state of an entry as its card shows it; the button takes it back, or calls it off."""
    shown = context.viewer.history.card(entry) if entry.request.source is not Source.CLOCK else None
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    taking_back = (f"undo {entry.id}", f"cancel {entry.id}")
    offers = tuple(offer for offer in shown.offers if offer.line in taking_back) if shown else ()
    return PresentState(
        text=shown.status if shown else texts.STATES[entry.state],
        link=_card_link(context, entry),
        offers=allowed_offers(context, entry, plan, offers[:1]) if offers and plan else (),
    )


def _card_link(context: OperationContext, entry: Entry) -> str:
    """The link to a change's card, where the requester can open it: in a channel, or in their own direct messages."""
    posted = Posted.model_validate(entry.card) if entry.card else None
    if posted is None or posted.channel is None or posted.ts is None:
        return ""
    mine = entry.request.user == context.viewer.user
    return context.link(posted.channel, posted.ts) if mine or posted.how == "channel" else ""
