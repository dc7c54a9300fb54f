"""Cards, replies, announcements in Slack."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.changes.plan import Plan
from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.messages.message import Fact, Message, Messenger, Posted
from bot.messages.request import Request, Source
from bot.operations.catalog import load
from bot.planning.preview import understood_as
from bot.policy.store import PolicyStore
from bot.runtime.metrics import CONFIRMATIONS
from bot.worker import confirmations as confirmation
from bot.worker.card_state import card_state, root
from bot.worker.outcome import Confirmation

log = logging.getLogger(__name__)


class Notifier:
    """The card is a checkpoint: only a kill between posting and recording it can show it twice, with the same id."""

    def __init__(
        self,
        journal: Journal,
        messenger: Messenger,
        policy_store: PolicyStore,
        *,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called after each change that stands: whoever shows the present state draws it again."""
        self.journal, self.messenger, self.policy_store, self.changed = journal, messenger, policy_store, changed
        self._drawing = threading.Lock()  # two that draw one card could else leave the older state on it

    def tell(self, entry: Entry) -> None:
        """Now, or again when Slack is back; raise LeaseLost or JournalUnavailable."""
        try:
            self._say(entry, Confirmation.model_validate(entry.outcome))
        except SlackUnavailable as away:
            log.warning("change %d is settled, and Slack can't be told yet: %s", entry.id, away)
            self.journal.release(entry, self.journal.now() + timedelta(seconds=away.retry_after))
        except SlackRefused as refusal:
            log.error("change %d is settled, and its asker can't be told: %s", entry.id, refusal)  # noqa: TRY400
            self._tell_others(entry)
            self.journal.told(entry)
        else:
            self._told(entry)

    def _told(self, entry: Entry) -> None:
        waited = self.journal.now() - max(entry.accepted_at, entry.run_at)
        self.journal.told(entry)
        log.info("change %d was told of in Slack", entry.id)
        CONFIRMATIONS.observe(max(0.0, waited.total_seconds()))

    def show(self, entry: Entry) -> Posted:
        """Its card, as it stands now: put where it was asked for, or brought up to date where it is."""
        now = card_state(self.journal, entry)
        assert now is not None  # noqa: S101 - called for what has a card
        card = understood_as(now.card, entry.request.line, load(entry.asked[0]).text())
        posted = Posted.model_validate(entry.card) if entry.card else None
        shown = self.messenger.show(entry.request, entry.id, card, now.status, posted)
        for copy in shown.copies:
            self._copy(str(copy.channel), entry, copy)
        return shown

    def ask(self, waiting: Entry) -> Posted:
        """Its card, and copies where its rules say; whoever may approve is mentioned, again where it has moved."""
        plan = Plan.model_validate(waiting.plan)
        posted = self.show(waiting)
        if plan.approval is None:
            return posted
        if waiting.card is not None:
            self.messenger.trail(waiting.request, posted, confirmation.asked_anew(plan), mention=True)
        card_state = {copy.channel for copy in posted.copies} | {posted.channel}
        wanted = dict.fromkeys(one.channel for one in plan.approval.asked if one.channel)
        copies = [self._copy(channel, waiting) for channel in wanted if channel not in card_state]
        return posted.model_copy(update={"copies": (*posted.copies, *filter(None, copies))})

    def _copy(self, channel: str, waiting: Entry, posted: Posted | None = None) -> Posted | None:
        """Best effort: the card stands where it was asked for."""
        now = card_state(self.journal, waiting)
        assert now is not None  # noqa: S101 - called for what has a card
        try:
            return self.messenger.copy(channel, waiting.request, waiting.id, now.card, now.status, posted)
        except SlackFailure as failure:
            log.error("change %d can't be shown in %s: %s", waiting.id, channel, failure)  # noqa: TRY400
            return None

    def ends_soon(self, end: Entry) -> None:
        """Shortly before."""
        about = root(self.journal, end)
        plan = Plan.model_validate(about.plan)
        if plan.times is not None:
            at = plan.times.moment(end.run_at, self.journal.now())
            self._mention(about, end, confirmation.ends_soon(plan, about.id, at))

    def still_waiting(self, end: Entry, why: str) -> None:
        """The PBX is away when its time has come."""
        about = root(self.journal, end)
        self._mention(about, end, confirmation.still_waiting(about.id, why))

    def _mention(self, about: Entry, end: Entry, message: Message) -> None:
        """Best effort: the end itself is what counts, and waits for no Slack."""
        try:
            self._trail(about, end.request, message, mention=True)
        except SlackFailure as failure:
            log.warning("change %d: nothing could be said of its end: %s", about.id, failure)

    def _trail(self, about: Entry, request: Request, message: Message, *, mention: bool) -> None:
        if about.card is not None:
            self.messenger.trail(request, Posted.model_validate(about.card), message, mention)

    def _say(self, entry: Entry, said: Confirmation) -> None:
        if said.private is not None:
            self.messenger.answer(entry.request, said.private)
        if said.card is not None:
            self._place(entry, said, said.card)
            self.changed()

    def draw(self, number: int) -> None:
        """Its card as the journal has it now; again, where that has moved on meanwhile, here or on another replica."""
        with self._drawing:
            entry = self.journal.get(number)
            while True:
                self.show(entry)
                drawn, entry = entry, self.journal.get(number)
                if (drawn.state, drawn.run_at, drawn.plan) == (entry.state, entry.run_at, entry.plan):
                    return

    def _place(self, entry: Entry, said: Confirmation, card: Message) -> None:
        """Under the card of the change that it is about, which is brought up to date; else it has a card of its own."""
        about = root(self.journal, entry)
        if about.id == entry.id or about.card is None or Posted.model_validate(about.card).ts is None:
            return self._show(entry, said, card)
        if entry.card is None:
            self._follow(entry, about, said, card)
        else:  # it waited for its time, or for approval, on a card of its own
            self._show(entry, said, card)
        self.draw(about.id)
        return None

    def _follow(self, entry: Entry, about: Entry, said: Confirmation, card: Message) -> None:
        by_itself = entry.request.source is Source.CLOCK
        who = () if by_itself else (Fact(label="By", value="", ids=(entry.request.user,)),)
        told = replace(card, facts=(*card.facts, *who, Fact(label="Change", value=str(entry.id))))
        self._trail(about, entry.request, told, mention=said.mention)
        self._record(entry, Posted.model_validate(about.card).model_copy(update={"replied": True}))
        if by_itself and said.mention:
            self._raise_alarm(entry, told)

    def _raise_alarm(self, end: Entry, told: Message) -> None:
        """A thread of last week may be seen by nobody: an end that failed goes to the asker and to `announce` too."""
        self.messenger.answer(end.request.model_copy(update={"channel": None, "thread": None}), told)
        self._announce(end, told)

    def _show(self, entry: Entry, said: Confirmation, card: Message) -> None:
        if entry.card is None:
            posted = self.show(entry)
            self._record(entry, posted)
        else:
            posted = Posted.model_validate(entry.card)
            if entry.run_at > entry.accepted_at and not posted.replied:  # the card of what was scheduled
                self.draw(entry.id)
        if said.reply is not None and not posted.replied:
            self.messenger.trail(entry.request, posted, said.reply, said.mention)
        posted = self._sound_alarm(entry, posted, card)
        if posted.how == "dm" and self.policy_store.now.announce is not None:
            self._record(
                entry, posted.model_copy(update={"replied": True})
            )  # it need not be said again with what fails
            self.messenger.announce(self.policy_store.now.announce, entry.request, card)

    def _sound_alarm(self, entry: Entry, posted: Posted, card: Message) -> Posted:
        """An emergency's reason goes to the channels that the policy names, each once."""
        emergency_info = Plan.model_validate(entry.plan).emergency_info if entry.plan else None
        if emergency_info is None:
            return posted
        for channel in emergency_info.channels:
            if channel not in (posted.channel, *posted.alarmed):
                posted = posted.model_copy(update={"replied": True, "alarmed": (*posted.alarmed, channel)})
                self.messenger.announce(channel, entry.request, confirmation.alarm(card, emergency_info))
                self._record(entry, posted)
        return posted

    def _record(self, entry: Entry, posted: Posted) -> None:
        self.journal.checkpoint(entry, card=posted.model_dump(mode="json"))

    def _tell_others(self, entry: Entry) -> None:
        """What nobody could be shown where it was asked for."""
        if (card := Confirmation.model_validate(entry.outcome).card) is not None:
            self._announce(entry, card)

    def _announce(self, entry: Entry, card: Message) -> None:
        """Best effort."""
        if self.policy_store.now.announce is None:
            return
        try:
            self.messenger.announce(self.policy_store.now.announce, entry.request, card)
        except SlackFailure as failure:
            log.error("change %d could not be announced either: %s", entry.id, failure)  # noqa: TRY400
