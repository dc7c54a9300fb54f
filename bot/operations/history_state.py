"""What an entry of the history shows as of now: its state, the link to its card, and the button that takes it back."""

from dataclasses import dataclass

from bot.changes.plan import Plan
from bot.errors import NotFound
from bot.journal.history import HistoryRecord
from bot.messages.message import Offer
from bot.messages.request import Source
from bot.operations.context import OperationContext
from bot.operations.pending import allowed_offers
from bot.operations.recent import card_link
from bot.texts import history as texts


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentState:
    """The state of an entry in words, its link and its buttons."""

    text: str
    link: str = ""
    offers: tuple[Offer, ...] = ()


def present_state(context: OperationContext, record: HistoryRecord) -> PresentState:
    """The state of a record as its card shows it now; that of its last event if the journal has no entry any more."""
    recorded = texts.STATES.get(record.outcome, record.outcome)
    try:
        entry = context.repository.entry(record.change)
    except NotFound:
        return PresentState(text=recorded)
    shown = context.viewer.history.card(entry) if entry.request.source is not Source.CLOCK else None
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    taking_back = (f"undo {entry.id}", f"cancel {entry.id}")
    offers = tuple(offer for offer in shown.offers if offer.line in taking_back) if shown else ()
    return PresentState(
        text=shown.status if shown else recorded,
        link=card_link(context, entry),
        offers=allowed_offers(context, entry, plan, offers[:1]) if offers and plan else (),
    )
