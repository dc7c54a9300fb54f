"""Posts cards, replies and announcements about journal entries."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.changes.plan import Plan
from bot.errors import SlackFailure, SlackRefused
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.messages.message import Fact, Message, Messenger, Posted, with_note
from bot.messages.request import Source
from bot.operations.catalog import load
from bot.planning.preview import with_canonical_line
from bot.policy.store import PolicyStore
from bot.runtime.metrics import CONFIRMATIONS
from bot.runtime.scope import current_pbx
from bot.runtime.threads import KeyedLocks
from bot.texts import cards, wording
from bot.worker import confirmations
from bot.worker.announcing import Announcer
from bot.worker.card_copies import CardCopies
from bot.worker.card_state import CardState, is_told_by_schedule, present_card, root_entry
from bot.worker.delivery import GIVE_UP, Delivery
from bot.worker.outcome import Confirmation, plan_of, step_result
from bot.worker.replacement import called_off_occurrence, earlier_changes, followed_up

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
        on_untold: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """Connects the journal to Slack.

        Args:
            on_change: Called after each change to the PBX, so that views of its present state are updated.
            on_untold: Called with the reason when an outcome could be posted nowhere.
        """
        self.journal, self.messenger, self.policy_store, self.on_change = journal, messenger, policy_store, on_change
        self.on_untold = on_untold
        self._copies, self._announcer = CardCopies(journal, messenger), Announcer(messenger, policy_store)
        self._redrawing = KeyedLocks()  # two threads that redraw one card could leave the older state on it
        self._latest = object()  # another one with each outcome that begins to be told

    def notify(self, entry: Entry) -> None:
        """Posts the confirmation of an ended entry; what Slack does not take is posted later.

        The entry counts as told once somebody could read its outcome and nothing more is to be posted about it.

        Raises:
            LeaseLost: Another worker has taken the entry over.
            JournalUnavailable: The journal can't be written.
        """
        self._latest = object()
        delivery, confirmation = Delivery(self.journal, entry), Confirmation.model_validate(entry.outcome)
        readable = self._post(delivery, confirmation)
        now = self.journal.now()
        age = now - (entry.ended_at or now)
        if readable and (not delivery.failures or age > GIVE_UP):
            delivery.mark_notified()
            self._update_views(entry, confirmation)
            log.info("change %d was told of in Slack", entry.id)
            seconds = (now - max(entry.accepted_at, entry.run_at)).total_seconds()
            CONFIRMATIONS.labels(current_pbx()).observe(max(0.0, seconds))
            return
        reason = str(delivery.failures[-1]) if delivery.failures else "its card is held"
        if readable:
            log.warning("change %d is settled, and not everybody can be told yet: %s", entry.id, reason)
        else:
            log.error("change %d is settled, and can't be told yet: %s", entry.id, reason)
            if any(isinstance(failure, SlackRefused) for failure in delivery.failures):
                self.on_untold(reason)
        delivery.flush()
        self._update_views(entry, confirmation)
        self.journal.release(delivery.entry, now + delivery.retry_delay(age))

    def _update_views(self, entry: Entry, confirmation: Confirmation) -> None:
        """Updates the views of the present state, once it is stored where the card is that they link to."""
        if confirmation.card is not None or entry.request.source is Source.WORKFLOW or is_told_by_schedule(entry):
            self.on_change()

    def show_card(self, entry: Entry, state: CardState | None = None) -> Posted:
        """Posts the entry's card where the request was made, or updates it and its copies; returns where they are."""
        state = state or present_card(self.journal, entry)
        card = state.card
        if entry.request.source is not Source.WORKFLOW:  # nobody typed it
            card = with_canonical_line(card, entry.request.line, load(entry.operations[0]).text())
        existing = Posted.model_validate(entry.card) if entry.card else None
        posted = self.messenger.show(entry.request, state.number, card, state.status, existing)
        if existing is None:
            return self._copies.with_answer(entry, posted)
        copies = tuple(self._copies.show(str(copy.channel), entry, copy) or copy for copy in existing.copies)
        kept = {"copies": copies, "replied": existing.replied, "steps": existing.steps}
        return posted.model_copy(update=kept)

    def redraw_card(self, number: int) -> Posted:
        """Updates a change's card, and again if the journal has changed meanwhile, here or on another replica.

        A card that somebody has deleted is posted again, and is found there from then on.
        """
        with self._redrawing.of(number):
            entry = self.journal.get(number)
            state = present_card(self.journal, entry)
            while True:
                posted, card = self.show_card(entry, state), entry.card
                if posted.model_dump(mode="json") != card:
                    self.journal.move_card(number, card, posted.model_dump(mode="json"))
                entry, drawn = self.journal.get(number), state
                state = present_card(self.journal, entry)
                if state == drawn:
                    return posted

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
        copies = [self._copies.show(channel, waiting, root=posted) for channel in wanted if channel not in existing]
        return posted.model_copy(update={"copies": (*posted.copies, *filter(None, copies))})

    def notify_ends_soon(self, end: Entry) -> bool:
        """Announces the end of a temporary change in the thread of its card; returns False to be called again."""
        root = root_entry(self.journal, end)
        plan = Plan.model_validate(root.plan)
        if plan.times is None or root.card is None:
            return True
        message = confirmations.ends_soon(plan, root.id, plan.times.format_relative(end.run_at, self.journal.now()))
        return Delivery(self.journal, end).attempt("its reminder", lambda: self._reply(root, end, message))

    def notify_end_delayed(self, end: Entry, reason: Message) -> bool:
        """Reports that an end is late: on the card, in its thread, to the requester and in the announcement channel.

        Returns:
            Whether all of it is posted; else it is to be called again, and repeats nothing.
        """
        self.redraw_root(end)
        delivery, root = Delivery(self.journal, end), root_entry(self.journal, end)
        self._alarm(delivery, root, confirmations.end_delayed(end.about or root.id, reason), "late")
        return not delivery.failures

    def notify_occurrence_delayed(self, entry: Entry, text: str) -> bool:
        """Tells in the thread of a schedule that its occurrence can't begin yet; returns False to be called again."""
        root, message = root_entry(self.journal, entry), Message(title=text)
        delivery = Delivery(self.journal, entry)
        if root.card is None:
            return delivery.attempt("its notice", lambda: self.messenger.answer(entry.request, message))
        return delivery.attempt("its notice", lambda: self._reply(root, entry, message))

    def redraw_root(self, end: Entry) -> None:
        """Updates the card of the change that ends; an end does not wait for Slack, so a failure is only logged."""
        root = root_entry(self.journal, end)
        if root.card is None:
            return
        try:
            self.redraw_card(root.id)
        except SlackFailure as failure:
            log.warning("change %d: its card could not be updated: %s", root.id, failure)

    def _alarm(self, delivery: Delivery, root: Entry, message: Message, name: str) -> bool:
        """Tells of a failed end in the thread, which may be days old, to the requester, and to everybody.

        Each is posted although another one fails, and once only.

        Returns:
            Whether the requester or everybody was told.
        """
        end, channel = delivery.entry, self.policy_store.now.announce
        if root.card is not None:
            delivery.share(Posted.model_validate(root.card))
            delivery.step(f"{name}: thread", lambda: self._reply(root, end, message))
        told = delivery.step(f"{name}: requester", lambda: self.messenger.answer_directly(end.request, message))
        if channel is None:
            return told
        announce = partial(self.messenger.announce, channel, end.request, message)
        return delivery.step(f"{name}: announcement", announce) or told

    def _reply(self, root: Entry, entry: Entry, message: Message, *, mention: bool = True) -> None:
        if root.card is not None:
            self.messenger.reply_in_thread(entry.request, Posted.model_validate(root.card), message, mention)

    def _post(self, delivery: Delivery, confirmation: Confirmation) -> bool:
        """Posts everything about an outcome; returns whether somebody could read it."""
        entry, readable = delivery.entry, True
        if entry.request.source is Source.WORKFLOW:
            return self._report_step(delivery, confirmation)
        if is_told_by_schedule(entry):
            return self._post_occurrence(delivery, confirmation)
        if confirmation.private is not None:
            message = with_note(confirmation.private, entry.request.note)
            readable = delivery.attempt("its answer", lambda: self.messenger.answer(entry.request, message))
        if confirmation.card is not None:
            readable = self._post_card(delivery, confirmation, confirmation.card)
            self._redraw_others(delivery)
        return readable

    def _report_step(self, delivery: Delivery, confirmation: Confirmation) -> bool:
        """Tells Slack what came of a workflow's step, and shows it on the card of what it proposed."""
        entry, execution = delivery.entry, delivery.entry.request.execution or ""
        result = step_result(confirmation)
        told = delivery.step("step", lambda: self.messenger.report_step(execution, result))
        if delivery.posted is not None and delivery.posted.ts is not None and confirmation.card is not None:
            delivery.attempt("its card", lambda: self.redraw_card(entry.id))
        return told

    def _post_occurrence(self, delivery: Delivery, confirmation: Confirmation) -> bool:
        """Updates the card of the schedule, and tells in its thread what went wrong; else an occurrence is quiet."""
        entry, message = delivery.entry, confirmation.reply
        root = root_entry(self.journal, entry)
        if root.card is not None:
            delivery.attempt("the card of its schedule", lambda: self.redraw_card(root.id))
        self._redraw_others(delivery)
        if message is None:
            return True
        told = confirmation.tells_contact and self._announcer.tell_everybody(delivery, message)
        if root.card is None:
            return delivery.attempt("its answer", lambda: self.messenger.answer(entry.request, message)) or told
        delivery.share(Posted.model_validate(root.card))
        reply = partial(self._reply, self.journal.get(root.id), entry, message, mention=confirmation.mention)
        return delivery.step("outcome", reply) or told or self._announcer.post_elsewhere(delivery, message)

    def _redraw_others(self, delivery: Delivery) -> None:
        """Updates the cards of what the change has ended, called off, replaced, or left in effect again."""
        if (ended := self._ended(delivery.entry)) is not None and ended.card is not None:
            delivery.attempt("the card of what it ends", partial(self.redraw_card, ended.id))
        if (waiting := called_off_occurrence(self.journal, delivery.entry)) is not None:
            delivery.attempt("the card of what it calls off", partial(self.redraw_card, waiting.id))
        replaced = earlier_changes(self.journal, root_entry(self.journal, delivery.entry))
        for earlier in (*followed_up(self.journal, delivery.entry), *replaced):
            if earlier.card is not None and Posted.model_validate(earlier.card).ts is not None:
                delivery.attempt("the card of what it replaces", partial(self.redraw_card, earlier.id))

    def _ended(self, entry: Entry) -> Entry | None:
        """Returns the temporary change, or the schedule, that this change has ended."""
        plan = plan_of(entry)
        number = None if plan is None else plan.repetition.replaces if plan.repetition else plan.ends_change
        return None if number is None else root_entry(self.journal, self.journal.get(number))

    def _post_card(self, delivery: Delivery, confirmation: Confirmation, card: Message) -> bool:
        """Posts a follow-up in the thread of its change and updates that card; else a card of its own."""
        entry, posted = delivery.entry, delivery.posted
        root = root_entry(self.journal, entry)
        if root.id == entry.id or root.card is None or Posted.model_validate(root.card).ts is None:
            return self._post_own_card(delivery, confirmation, card)
        if entry.request.schedule is not None and entry.request.source is Source.CLOCK and not confirmation.mention:
            return delivery.attempt("the card of its schedule", lambda: self.redraw_card(root.id))
        # First the card: one that was deleted is posted again, and its thread is where this belongs.
        delivery.attempt("the card of what it follows", lambda: self.redraw_card(root.id))
        if posted is None or posted.shared:
            return self._post_in_thread(delivery, self.journal.get(root.id), confirmation, card)
        return self._post_own_card(delivery, confirmation, card)  # it waited for its time, or for approval, on its own

    def _post_in_thread(self, delivery: Delivery, root: Entry, confirmation: Confirmation, card: Message) -> bool:
        entry = delivery.entry
        is_end = entry.request.source is Source.CLOCK
        by = () if is_end else (Fact(label=cards.BY, value="", ids=(entry.request.user,)),)
        message = replace(card, facts=(*card.facts, *by, *_number(entry)))
        if is_end and confirmation.mention:  # the end failed, and nobody may read a thread that is days old
            return self._alarm(delivery, root, message, "failed")
        delivery.share(shown := Posted.model_validate(root.card))
        reply = partial(self._reply, root, entry, message, mention=confirmation.mention)
        told = [delivery.step("outcome", reply), self._announcer.tell_where_not_shown(delivery, shown, message)]
        return any(told) or self._announcer.post_elsewhere(delivery, message)

    def _post_own_card(self, delivery: Delivery, confirmation: Confirmation, card: Message) -> bool:
        readable = delivery.attempt("its card", lambda: self._put_card(delivery))
        posted = delivery.posted
        if readable and confirmation.reply is not None and posted is not None and not posted.replied:
            reply = partial(self.messenger.reply_in_thread, delivery.entry.request, posted, confirmation.reply)
            if delivery.attempt("its reply", lambda: reply(mention=confirmation.mention)):
                delivery.save_later(posted.model_copy(update={"replied": True}))
        if confirmation.tells_contact:
            delivery.step("contact", lambda: self._announcer.tell_contact(delivery.entry, card))
        self._copies.announce_emergency(delivery)
        posted, channel = delivery.posted, self.policy_store.now.announce
        told = {copy.channel for copy in posted.copies} if posted is not None else set()
        if posted is not None and posted.how == "dm" and channel is not None and channel not in told:
            delivery.step("announcement", lambda: self._copies.add(delivery, channel))
        if readable and posted is not None:
            return not posted.held
        shown = present_card(self.journal, delivery.entry).card  # tells when it ends; its buttons would grow stale
        elsewhere = replace(shown, facts=(*shown.facts, *_number(delivery.entry)), offers=())
        return self._announcer.post_elsewhere(delivery, elsewhere)

    def _put_card(self, delivery: Delivery) -> None:
        """Posts the card, updates one that was posted when the change was scheduled, or posts one that is held."""
        entry, posted = delivery.entry, delivery.posted
        if posted is None or posted.held:
            latest, state = self._latest, present_card(self.journal, entry)
            delivery.save(self.show_card(entry, state))
            # what has ended while it was posted, perhaps on another replica, did not know where it is
            is_latest = self._latest is latest and self.journal.database.exclusive
            if not is_latest and present_card(self.journal, delivery.entry) != state:
                delivery.save(self.redraw_card(entry.id))
        elif entry.run_at != entry.accepted_at and not posted.replied:  # earlier too where the clock was set back
            delivery.save(self.redraw_card(entry.id))


def _number(entry: Entry) -> tuple[Fact, ...]:
    return () if plan_of(entry) is None else (Fact(label=cards.CHANGE, value=wording.change_number(entry.id)),)
