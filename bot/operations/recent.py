"""Recent changes with their present state, a link to their card, and a button to take each back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bot.changes.plan import Plan
from bot.changes.repository import waits_for_approval
from bot.journal.models import Entry, State
from bot.messages.message import Offer, Posted, Row
from bot.messages.request import Source
from bot.operations.context import OperationContext
from bot.operations.pending import allowed_offers, may_see
from bot.operations.scheduling import original_operation
from bot.texts import cards, home

MAX_SCANNED = 50
"""Latest requests scanned for changes to show."""
STATES = {
    State.SCHEDULED: home.SCHEDULED,
    State.WAITING: home.UNDER_WAY,
    State.RUNNING: home.UNDER_WAY,
    State.DONE: home.DONE,
    State.FAILED: home.FAILED,
    State.EXPIRED: home.NOT_RUN,
    State.UNKNOWN: home.UNKNOWN,
}
"""Words for the states that are shown; refused, cancelled and redundant requests are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentChange:
    """A change, its present state, and when it was made; for a scheduled change, its start."""

    number: int
    user: str
    at: datetime
    line: str
    state: str
    link: str
    """URL of its card; empty where the requester can't open it."""
    offers: tuple[Offer, ...]
    pending: bool
    """Whether it is scheduled, waits for approval or is temporary."""

    def row(self) -> Row:
        """The change as a row of a message."""
        text = home.recent(self.number, self.line, self.state)
        return Row(text=text, ids=(self.user,), link=self.link, offers=self.offers)


def recent_changes(context: OperationContext, limit: int, *, pending: bool = True) -> Iterator[RecentChange]:
    """The newest changes that the requester may see, without the ends of temporary ones; raises JournalUnavailable.

    Args:
        pending: whether those that are listed as pending are listed here too.
    """
    return islice((one for one in _changes(context) if pending or not one.pending), limit)


def _changes(context: OperationContext) -> Iterator[RecentChange]:
    for entry in context.repository.recent(MAX_SCANNED):
        if entry.plan is None or entry.state not in STATES or entry.request.source is Source.CLOCK:
            continue
        plan = Plan.model_validate(entry.plan)
        if not may_see(context, entry, plan):
            continue
        state, offers = _state(context, entry, plan)
        yield RecentChange(
            number=entry.id,
            user=entry.request.user,
            at=entry.ended_at or entry.run_at,
            line=original_operation(entry).text(),
            state=state,
            link=card_link(context, entry),
            offers=allowed_offers(context, entry, plan, offers),
            pending=entry.state is State.SCHEDULED or state.startswith(home.ACTIVE),
        )


def _state(context: OperationContext, entry: Entry, plan: Plan) -> tuple[str, tuple[Offer, ...]]:
    """The state in words, and the button that takes back what is in effect or calls off what is scheduled."""
    repository = context.repository
    if entry.state is State.SCHEDULED:
        waits = waits_for_approval(entry)
        return home.WAITS if waits else home.SCHEDULED, (Offer(label=cards.CANCEL, line=f"cancel {entry.id}"),)
    if entry.state is not State.DONE:
        return STATES[entry.state], ()
    undo = f"undo {entry.id}"
    if repository.will_end(entry.id) and plan.times is not None:
        end = repository.scheduled_end_time(entry.id)
        until = plan.times.format_relative(end, repository.now()) if end else ""
        return home.active_until(until), (Offer(label=cards.END_NOW, line=undo),)
    if repository.is_in_effect(entry):
        return home.DONE, (Offer(label=cards.UNDO, line=undo),)
    ended = any(one.request.source is Source.CLOCK for one in repository.follow_ups(entry.id))
    return home.ENDED if ended else home.UNDONE, ()


def card_link(context: OperationContext, entry: Entry) -> str:
    """The link to a change's card, where the requester can open it: in a channel, or in their own direct messages."""
    posted = Posted.model_validate(entry.card) if entry.card else None
    if posted is None or posted.channel is None or posted.ts is None:
        return ""
    mine = entry.request.user == context.viewer.user
    return context.link(posted.channel, posted.ts) if mine or posted.how == "channel" else ""
