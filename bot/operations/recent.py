"""Recent changes with their present state, a link to their card, and a button to take each back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bot.changes.plan import Plan
from bot.journal.models import State
from bot.messages.message import Offer, Row
from bot.messages.request import Source
from bot.operations.context import OperationContext
from bot.operations.history_state import state_of_entry
from bot.operations.pending import may_see
from bot.operations.scheduling import original_operation
from bot.texts import home

MAX_SCANNED = 50
"""Latest requests scanned for changes to show."""
LEFT_OUT = (State.REFUSED, State.CANCELLED, State.ALREADY)
"""States of requests that changed nothing, and were told so."""


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
    return islice(_changes(context, with_pending=pending), limit)


def _changes(context: OperationContext, *, with_pending: bool) -> Iterator[RecentChange]:
    for entry in context.repository.recent(MAX_SCANNED):
        if entry.plan is None or entry.state in LEFT_OUT or entry.request.source is Source.CLOCK:
            continue
        is_pending = entry.state is State.SCHEDULED or context.repository.will_end(entry.id)
        if (is_pending and not with_pending) or not may_see(context, entry, Plan.model_validate(entry.plan)):
            continue
        now = state_of_entry(context, entry)
        yield RecentChange(
            number=entry.id,
            user=entry.request.user,
            at=entry.ended_at or entry.run_at,
            line=original_operation(entry).text(),
            state=now.text,
            link=now.link,
            offers=now.offers,
            pending=is_pending,
        )
