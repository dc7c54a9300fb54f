"""What has ended is told, at least once: a card and its reply in the thread, or a word to the asker alone."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.confirmation import Confirmation, understood_as
from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.journal import Entry, Journal
from bot.message import Fact, Message
from bot.operations import load
from bot.policy import Policy
from bot.standing import root, standing
from bot.voice import Posted, Voice

log = logging.getLogger(__name__)


class Teller:
    """The card is a checkpoint: only a kill between posting and recording it can show it twice, with the same id."""

    def __init__(
        self, journal: Journal, voice: Voice, policy: Policy, *, changed: Callable[[], None] = lambda: None
    ) -> None:
        """`changed` is called after each change that stands: whoever shows the present state draws it again."""
        self.journal, self.voice, self.policy, self.changed = journal, voice, policy, changed
        self._drawing = threading.Lock()  # two that draw one card could else leave the older state on it

    def tell(self, entry: Entry) -> None:
        """Now, or again when Slack is back; raise LeaseLost or JournalUnavailable."""
        try:
            self._say(entry, Confirmation.model_validate(entry.outcome))
        except SlackUnavailable as away:
            log.warning("change %d is settled, and Slack can't be told yet: %s", entry.id, away)
            self.journal.release(entry, datetime.now(UTC) + timedelta(seconds=away.retry_after))
        except SlackRefused as refusal:
            log.error("change %d is settled, and its asker can't be told: %s", entry.id, refusal)  # noqa: TRY400
            self._tell_others(entry)
            self.journal.told(entry)
        else:
            self.journal.told(entry)

    def _say(self, entry: Entry, said: Confirmation) -> None:
        if said.private is not None:
            self.voice.answer(entry.request, said.private)
        if said.card is not None:
            self._place(entry, said, said.card)
            self.changed()

    def _place(self, entry: Entry, said: Confirmation, card: Message) -> None:
        """Under the card of the change that it is about, which is brought up to date; else it has a card of its own."""
        about = root(self.journal, entry)
        posted = Posted.model_validate(about.card) if about.card else None
        if about.id == entry.id or posted is None or posted.ts is None:
            return self._show(entry, said, card)
        if entry.card is None:
            by = (Fact(label="By", value="", ids=(entry.request.user,)), Fact(label="Change", value=str(entry.id)))
            self.voice.trail(entry.request, posted, replace(card, facts=(*card.facts, *by)), said.mention)
            self._record(entry, posted.model_copy(update={"replied": True}))
        with self._drawing:
            if (now := standing(self.journal, about)) is not None:
                self.voice.show(about.request, about.id, now.card, now.status, posted)
        return None

    def _show(self, entry: Entry, said: Confirmation, card: Message) -> None:
        posted = Posted.model_validate(entry.card) if entry.card is not None else self._post(entry)
        if said.reply is not None and not posted.replied:
            self.voice.trail(entry.request, posted, said.reply, said.mention)
        if posted.how == "dm" and self.policy.announce is not None:
            self._record(
                entry, posted.model_copy(update={"replied": True})
            )  # it need not be said again with what fails
            self.voice.announce(self.policy.announce, entry.request, card)

    def _post(self, entry: Entry) -> Posted:
        now = standing(self.journal, entry)
        assert now is not None  # noqa: S101 - called for what has a card
        card = understood_as(now.card, entry.request.line, load(entry.asked[0]).text())
        posted = self.voice.show(entry.request, entry.id, card, now.status)
        self._record(entry, posted)
        return posted

    def _record(self, entry: Entry, posted: Posted) -> None:
        self.journal.checkpoint(entry, card=posted.model_dump(mode="json"))

    def _tell_others(self, entry: Entry) -> None:
        """What nobody could be shown where it was asked for."""
        card = Confirmation.model_validate(entry.outcome).card
        if card is None or self.policy.announce is None:
            return
        try:
            self.voice.announce(self.policy.announce, entry.request, card)
        except SlackFailure as failure:
            log.error("change %d could not be announced either: %s", entry.id, failure)  # noqa: TRY400
