"""Copies of a change's card in other channels, which show the same state and link to the first card."""

import logging
from functools import partial

from bot.errors import SlackFailure
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.messages.message import Messenger, Posted
from bot.worker.card_state import for_copy, present_card
from bot.worker.delivery import Delivery
from bot.worker.outcome import plan_of

log = logging.getLogger(__name__)


class CardCopies:
    """Posts and updates copies: for approvers, for channels that are told of emergencies, and for announcements."""

    def __init__(self, journal: Journal, messenger: Messenger) -> None:
        self.journal, self.messenger = journal, messenger

    def put(self, channel: str, entry: Entry, posted: Posted | None = None, root: Posted | None = None) -> Posted:
        """Posts or updates a copy in a channel, or in a direct message to a user; raises SlackFailure.

        Args:
            posted: Where the copy is; None to post one.
            root: Where the first card is, for a link to it.
        """
        state = present_card(self.journal, entry)
        card = for_copy(state.card, plan_of(entry), channel)
        return self.messenger.copy(channel, entry.request, state.number, card, state.status, posted, root)

    def show(
        self, channel: str, entry: Entry, posted: Posted | None = None, root: Posted | None = None
    ) -> Posted | None:
        """Posts or updates a copy like `put`; returns None if Slack does not take it."""
        try:
            return self.put(channel, entry, posted, root)
        except SlackFailure as failure:
            log.error("change %d can't be shown in %s: %s", entry.id, channel, failure)  # noqa: TRY400
            return None

    def with_answer(self, entry: Entry, posted: Posted) -> Posted:
        """Shows the card also to whoever asked in a direct message, if it was posted in a channel."""
        direct = entry.request.direct
        if direct is None or posted.channel in (None, direct) or posted.how == "dm":
            return posted
        copy = self.show(direct, entry, root=posted)
        return posted.model_copy(update={"copies": (*posted.copies, copy)}) if copy else posted

    def add(self, delivery: Delivery, channel: str) -> None:
        """Posts a copy and records where it is; raises SlackFailure."""
        copy = self.put(channel, delivery.entry, root=delivery.posted)
        if delivery.posted is not None:
            delivery.save(delivery.posted.model_copy(update={"copies": (*delivery.posted.copies, copy)}))

    def announce_emergency(self, delivery: Delivery) -> None:
        """Shows an emergency in the channels that the policy names, once in each."""
        plan = plan_of(delivery.entry)
        for channel in plan.emergency.channels if plan and plan.emergency else ():
            if delivery.posted is None or delivery.posted.channel != channel:
                delivery.step(f"emergency: {channel}", partial(self.add, delivery, channel))
