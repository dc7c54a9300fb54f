"""Posts cards, replies and announcements about journal entries."""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.changes.plan import Plan
from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.messages.message import Fact, Message, Messenger, Posted, with_note
from bot.messages.request import Request, Source
from bot.operations.catalog import load
from bot.planning.preview import with_canonical_line
from bot.policy.store import PolicyStore
from bot.runtime.metrics import CONFIRMATIONS
from bot.worker import confirmations
from bot.worker.card_state import CardState, card_state, root_entry
from bot.worker.outcome import Confirmation, plan_of
from bot.worker.replacement import earlier_changes

log = logging.getLogger(__name__)


class Notifier:
    """Posts confirmations; each posted message is a checkpoint.

    Only a crash between posting a card and recording it can show the card twice, with the same change number.
    """

    def __init__(
        self,
        journal: Journal,
        messenger: Messenger,
        policy_store: PolicyStore,
        *,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Connects the journal to Slack.

        Args:
            on_change: Called after each change to the PBX, so that views of its present state are updated.
        """
        self.journal, self.messenger, self.policy_store, self.on_change = journal, messenger, policy_store, on_change
        self._redrawing = threading.Lock()  # two threads that redraw one card could leave the older state on it

    def notify(self, entry: Entry) -> None:
        """Posts the confirmation of an ended entry, or releases the entry until Slack is available again.

        Raises:
            LeaseLost: Another worker has taken the entry over.
            JournalUnavailable: The journal can't be written.
        """
        try:
            self._post(entry, Confirmation.model_validate(entry.outcome))
        except SlackUnavailable as away:
            log.warning("change %d is settled, and Slack can't be told yet: %s", entry.id, away)
            self.journal.release(entry, self.journal.now() + timedelta(seconds=away.retry_after))
        except SlackRefused as refusal:
            log.error("change %d is settled, and its asker can't be told: %s", entry.id, refusal)  # noqa: TRY400
            if (card := Confirmation.model_validate(entry.outcome).card) is not None:
                self._announce(entry, card)
            self.journal.mark_notified(entry)
        else:
            delay = self.journal.now() - max(entry.accepted_at, entry.run_at)
            self.journal.mark_notified(entry)
            log.info("change %d was told of in Slack", entry.id)
            CONFIRMATIONS.observe(max(0.0, delay.total_seconds()))

    def show_card(self, entry: Entry) -> Posted:
        """Posts the entry's card where the request was made, or updates it and its copies."""
        state = self._state(entry)
        card = with_canonical_line(state.card, entry.request.line, load(entry.operations[0]).text())
        existing = Posted.model_validate(entry.card) if entry.card else None
        posted = self.messenger.show(entry.request, entry.id, card, state.status, existing)
        for copy in posted.copies:
            self._show_copy(str(copy.channel), entry, copy)
        return posted

    def redraw_card(self, number: int) -> None:
        """Updates a change's card, and again if the journal has changed meanwhile, here or on another replica."""
        with self._redrawing:
            entry = self.journal.get(number)
            while True:
                self.show_card(entry)
                drawn, entry = entry, self.journal.get(number)
                if (drawn.state, drawn.run_at, drawn.plan) == (entry.state, entry.run_at, entry.plan):
                    return

    def request_approval(self, waiting: Entry) -> Posted:
        """Posts the card and copies of it for approvers; mentions them again if the plan has changed."""
        plan = Plan.model_validate(waiting.plan)
        posted = self.show_card(waiting)
        if plan.approval is None:
            return posted
        if waiting.card is not None:
            self.messenger.reply_in_thread(
                waiting.request, posted, confirmations.approval_needed_again(plan), mention=True
            )
        existing = {copy.channel for copy in posted.copies} | {posted.channel}
        wanted = dict.fromkeys(one.channel for one in plan.approval.asked if one.channel)
        copies = [self._show_copy(channel, waiting) for channel in wanted if channel not in existing]
        return posted.model_copy(update={"copies": (*posted.copies, *filter(None, copies))})

    def notify_ends_soon(self, end: Entry) -> None:
        """Announces the end of a temporary change in the thread of its card."""
        root = root_entry(self.journal, end)
        plan = Plan.model_validate(root.plan)
        if plan.times is not None:
            at = plan.times.format_relative(end.run_at, self.journal.now())
            self._reply_about_end(root, end, confirmations.ends_soon(plan, root.id, at))

    def notify_end_delayed(self, end: Entry, reason: Message) -> bool:
        """Reports that an end is late: on the card, in its thread, to the requester and in the announcement channel.

        Returns:
            Whether the message was posted where somebody reads it.
        """
        self.redraw_root(end)
        root = root_entry(self.journal, end)
        message = confirmations.end_delayed(root.id, reason)
        in_thread = self._reply_about_end(root, end, message)
        in_private = self._answer_directly(end, message)
        return self._announce(end, message) or in_private or in_thread

    def redraw_root(self, end: Entry) -> None:
        """Updates the card of the change that ends; an end does not wait for Slack, so a failure is only logged."""
        root = root_entry(self.journal, end)
        if root.card is None:
            return
        try:
            self.redraw_card(root.id)
        except SlackFailure as failure:
            log.warning("change %d: its card could not be updated: %s", root.id, failure)

    def _state(self, entry: Entry) -> CardState:
        state = card_state(self.journal, entry)
        assert state is not None  # noqa: S101 - only called for entries that have a card
        return state

    def _show_copy(self, channel: str, entry: Entry, posted: Posted | None = None) -> Posted | None:
        """Posts or updates a copy of the card; None if the channel can't be posted to."""
        state = self._state(entry)
        try:
            return self.messenger.copy(channel, entry.request, entry.id, state.card, state.status, posted)
        except SlackFailure as failure:
            log.error("change %d can't be shown in %s: %s", entry.id, channel, failure)  # noqa: TRY400
            return None

    def _reply_about_end(self, root: Entry, end: Entry, message: Message) -> bool:
        """Replies in the thread, if there is one; an end does not wait for Slack, so a failure is only logged."""
        try:
            self._reply(root, end.request, message, mention=True)
        except SlackFailure as failure:
            log.warning("change %d: nothing could be said of its end: %s", root.id, failure)
            return False
        return root.card is not None

    def _answer_directly(self, entry: Entry, message: Message) -> bool:
        """Sends a direct message to the requester; a failure is only logged."""
        try:
            self.messenger.answer(entry.request.model_copy(update={"channel": None, "thread": None}), message)
        except SlackFailure as failure:
            log.warning("change %d: its requester could not be told: %s", entry.id, failure)
            return False
        return True

    def _reply(self, root: Entry, request: Request, message: Message, *, mention: bool) -> None:
        if root.card is not None:
            self.messenger.reply_in_thread(request, Posted.model_validate(root.card), message, mention)

    def _post(self, entry: Entry, confirmation: Confirmation) -> None:
        if confirmation.private is not None:
            self.messenger.answer(entry.request, with_note(confirmation.private, entry.request.note))
        if confirmation.card is not None:
            self._post_card(entry, confirmation, confirmation.card)
            self._redraw_ended(entry)
            self._redraw_earlier(entry)
            self.on_change()

    def _redraw_ended(self, entry: Entry) -> None:
        """Updates the card of the temporary change that this one has ended."""
        plan = plan_of(entry)
        if plan is not None and plan.ends_change is not None:
            ended = root_entry(self.journal, self.journal.get(plan.ends_change))
            if ended.card is not None:
                self.redraw_card(ended.id)

    def _redraw_earlier(self, entry: Entry) -> None:
        """Updates the cards of earlier changes that this one has replaced, or has left in effect again."""
        for earlier in earlier_changes(self.journal, root_entry(self.journal, entry)):
            if earlier.card is not None and Posted.model_validate(earlier.card).ts is not None:
                self.redraw_card(earlier.id)

    def _post_card(self, entry: Entry, confirmation: Confirmation, card: Message) -> None:
        """Posts a follow-up in the thread of its change and updates that card; else a card of its own."""
        root = root_entry(self.journal, entry)
        if root.id == entry.id or root.card is None or Posted.model_validate(root.card).ts is None:
            self._post_own_card(entry, confirmation, card)
            return
        if entry.card is None:
            self._post_in_thread(entry, root, confirmation, card)
        else:  # it waited for its time, or for approval, on a card of its own
            self._post_own_card(entry, confirmation, card)
        self.redraw_card(root.id)

    def _post_in_thread(self, entry: Entry, root: Entry, confirmation: Confirmation, card: Message) -> None:
        is_end = entry.request.source is Source.CLOCK
        by = () if is_end else (Fact(label="By", value="", ids=(entry.request.user,)),)
        message = replace(card, facts=(*card.facts, *by, Fact(label="Change", value=str(entry.id))))
        self._reply(root, entry.request, message, mention=confirmation.mention)
        self._save(entry, Posted.model_validate(root.card).model_copy(update={"replied": True}))
        if is_end and confirmation.mention:  # the end failed, and nobody may read a thread that is days old
            self.messenger.answer(entry.request.model_copy(update={"channel": None, "thread": None}), message)
            self._announce(entry, message)

    def _post_own_card(self, entry: Entry, confirmation: Confirmation, card: Message) -> None:
        if entry.card is None:
            posted = self.show_card(entry)
            self._save(entry, posted)
        else:
            posted = Posted.model_validate(entry.card)
            if entry.run_at > entry.accepted_at and not posted.replied:  # posted when the change was scheduled
                self.redraw_card(entry.id)
        if confirmation.reply is not None and not posted.replied:
            self.messenger.reply_in_thread(entry.request, posted, confirmation.reply, confirmation.mention)
        if confirmation.tells_contact:
            self._save(entry, posted.model_copy(update={"replied": True}))
            self._tell_contact(entry, card)
        posted = self._announce_emergency(entry, posted, card)
        if posted.how == "dm" and (channel := self.policy_store.now.announce) is not None:
            # saved first: if announcing fails, the reply is not repeated with it
            self._save(entry, posted.model_copy(update={"replied": True}))
            self.messenger.announce(channel, entry.request, card)

    def _tell_contact(self, entry: Entry, card: Message) -> None:
        """Posts the card to the policy's contact, or where announcements go if that can't be posted to."""
        policy = self.policy_store.now
        message = replace(card, facts=(*card.facts, Fact(label="Asked by", value="", ids=(entry.request.user,))))
        contact = policy.contact if policy.contact and re.fullmatch("[CGUW][A-Z0-9]{8,}", policy.contact) else None
        for channel in filter(None, (contact, policy.announce)):
            try:
                self.messenger.post(channel, message)
            except SlackRefused as refusal:
                log.warning("change %d could not be told to %s: %s", entry.id, channel, refusal)
            else:
                return

    def _announce_emergency(self, entry: Entry, posted: Posted, card: Message) -> Posted:
        """Announces an emergency in the channels that the policy names, once in each."""
        plan = plan_of(entry)
        emergency = plan.emergency if plan else None
        if emergency is None:
            return posted
        for channel in emergency.channels:
            if channel not in (posted.channel, *posted.alarmed):
                posted = posted.model_copy(update={"replied": True, "alarmed": (*posted.alarmed, channel)})
                self.messenger.announce(channel, entry.request, confirmations.emergency_notice(card, emergency))
                self._save(entry, posted)
        return posted

    def _save(self, entry: Entry, posted: Posted) -> None:
        self.journal.checkpoint(entry, card=posted.model_dump(mode="json"))

    def _announce(self, entry: Entry, card: Message) -> bool:
        """Posts to the policy's announcement channel, if there is one; a failure is only logged."""
        if (channel := self.policy_store.now.announce) is None:
            return False
        try:
            self.messenger.announce(channel, entry.request, card)
        except SlackFailure as failure:
            log.error("change %d could not be announced either: %s", entry.id, failure)  # noqa: TRY400
            return False
        return True
