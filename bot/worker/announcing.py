"""Messages to those whom the policy names: the contact, and the channel of announcements."""

import logging
import re
from dataclasses import replace
from functools import partial

from bot.errors import SlackRefused
from bot.journal.models import Entry
from bot.messages.message import Fact, Message, Messenger, Posted
from bot.messages.request import Source
from bot.policy.store import PolicyStore
from bot.texts import cards
from bot.worker.delivery import Delivery

log = logging.getLogger(__name__)


class Announcer:
    """Posts what nobody would read otherwise to the policy's contact and to the channel of announcements."""

    def __init__(self, messenger: Messenger, policy_store: PolicyStore) -> None:
        self._messenger, self._policy_store = messenger, policy_store

    def post_elsewhere(self, delivery: Delivery, message: Message) -> bool:
        """Announces what could not be told where it was asked; returns whether somebody could read it.

        While Slack is away or rejects the app, nothing else would work either, and the outcome is held.
        """
        if not all(type(failure) is SlackRefused for failure in delivery.failures):
            return False
        request = delivery.entry.request
        for channel in self._channels(contact_first=False):
            if delivery.step(f"instead: {channel}", partial(self._messenger.announce, channel, request, message)):
                delivery.failures.clear()
                return True
        return False

    def tell_where_not_shown(self, delivery: Delivery, card: Posted, message: Message) -> bool:
        """Tells what was done about an earlier change to those who don't see its card; returns whether one could read.

        Whoever asked for it elsewhere is answered there, in private. A card that is in a direct message, perhaps since
        its channel can't be posted to any more, is seen by nobody else.

        Args:
            card: where that change's card is.
        """
        request, told = delivery.entry.request, False
        shown_in = {card.channel, *(copy.channel for copy in card.copies)}
        asked_in, channel = request.channel or request.direct, self._policy_store.now.announce
        if request.source is not Source.CLOCK and asked_in is not None and asked_in not in shown_in:
            told = delivery.step("asker", partial(self._messenger.answer, request, message))
        if card.how == "dm" and channel is not None and channel not in shown_in:
            told = delivery.step("announcement", partial(self._messenger.announce, channel, request, message)) or told
        return told

    def tell_contact(self, entry: Entry, card: Message) -> None:
        """Posts the card to the policy's contact, or where announcements go if that can't be posted to."""
        message = replace(card, facts=(*card.facts, Fact(label=cards.ASKED_BY, value="", ids=(entry.request.user,))))
        refusal: SlackRefused | None = None
        for channel in self._channels(contact_first=True):
            try:
                self._messenger.post(channel, message)
            except SlackRefused as error:
                log.warning("change %d could not be told to %s: %s", entry.id, channel, error)
                refusal = error
            else:
                return
        if refusal is not None:
            raise refusal

    def tell_everybody(self, delivery: Delivery, message: Message) -> bool:
        """Posts a message to the contact and to the channel of announcements; returns whether one could read it."""
        posts = {channel: partial(self._messenger.post, channel, message) for channel in self._channels()}
        told = [delivery.step(f"everybody: {channel}", post) for channel, post in posts.items()]
        return any(told)

    def _channels(self, *, contact_first: bool = True) -> list[str]:
        policy = self._policy_store.now
        both = [channel_of(policy.contact), policy.announce]
        return list(dict.fromkeys(filter(None, both if contact_first else reversed(both))))


def channel_of(contact: str | None) -> str | None:
    """Returns the contact if it is the id of a channel or a user, where messages can be posted."""
    return contact if contact and re.fullmatch("[CGUW][A-Z0-9]{8,}", contact) else None
