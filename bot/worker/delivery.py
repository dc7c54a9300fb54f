"""The messages about one outcome: each is posted once, and the failure of one does not stop the others."""

import logging
from collections.abc import Callable
from datetime import timedelta

from bot.errors import SlackFailure, SlackUnavailable
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.messages.message import Posted

log = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = timedelta(seconds=2), timedelta(minutes=5)
"""The shortest and the longest delay before a refused message is tried again; the delay doubles in between."""
HOPELESS_RETRY = timedelta(hours=1)
"""The delay for what was refused for a day: nobody may ever be able to read it."""
GIVE_UP = timedelta(days=1)
"""How long further messages, such as announcements, are tried once somebody could read the outcome."""


class Delivery:
    """Posts the messages about a claimed entry, and records which are posted."""

    def __init__(self, journal: Journal, entry: Entry) -> None:
        self._journal, self.entry = journal, entry
        self.posted = Posted.model_validate(entry.card) if entry.card else None
        """Where the entry's card is; None before the first attempt."""
        self.failures: list[SlackFailure] = []
        self._is_saved = True

    def attempt(self, what: str, post: Callable[[], object]) -> bool:
        """Posts something that is not recorded here, or may be posted again; returns whether it succeeded."""
        self.flush()
        try:
            post()
        except SlackFailure as failure:
            log.warning("change %d: %s could not be posted: %s", self.entry.id, what, failure)
            self.failures.append(failure)
            return False
        return True

    def step(self, name: str, post: Callable[[], object]) -> bool:
        """Posts a further message unless it was posted before; returns whether it is posted now."""
        if self.posted is not None and name in self.posted.steps:
            return True
        if not self.attempt(name, post):
            return False
        posted = self.posted or Posted(how="nowhere", channel=None, held=True)
        self.save(posted.model_copy(update={"steps": (*posted.steps, name)}))
        return True

    def share(self, card: Posted) -> None:
        """Records further messages with the card of an earlier change, in whose thread this one is told."""
        if self.posted is None:
            fresh = {"shared": True, "replied": False, "steps": (), "copies": ()}
            self.posted = card.model_copy(update=fresh)

    def save(self, posted: Posted) -> None:
        """Records where the card is and what was posted."""
        self.save_later(posted)
        self.flush()

    def save_later(self, posted: Posted) -> None:
        """Records what was posted, before anything else is posted or with the end of the delivery."""
        if posted != self.posted:
            self.posted, self._is_saved = posted, False

    def flush(self) -> None:
        """Stores what is still to be recorded.

        Not durably: the commit that ends the delivery, or gives the entry back, is. A power cut before it has messages
        posted twice, as a kill between posting one and recording it does.
        """
        if not self._is_saved and self.posted is not None:
            card = self.posted.model_dump(mode="json")
            self.entry = self._journal.checkpoint(self.entry, card=card, durable=False)
            self._is_saved = True

    def mark_notified(self) -> None:
        """Marks the outcome as reported, with what is still to be recorded in the same commit."""
        card = None if self._is_saved or self.posted is None else self.posted.model_dump(mode="json")
        self._journal.mark_notified(self.entry, card)

    def retry_delay(self, age: timedelta) -> timedelta:
        """Returns when to try again what failed: when Slack wants it, or after as long as it has failed.

        Args:
            age: Time since the entry has ended.
        """
        away = [failure.retry_after for failure in self.failures if isinstance(failure, SlackUnavailable)]
        longest = LAST_RETRY if age < GIVE_UP else HOPELESS_RETRY
        return timedelta(seconds=max(away)) if away else max(min(age, longest), FIRST_RETRY)
