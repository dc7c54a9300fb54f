"""The one durable record of requests and their changes: the queue, the clock, and the append-only events."""

from bot.errors import LeaseLost
from bot.journal.entry import Accepted, Entry, Event, Flag, FollowUp, Json, Shift, State
from bot.journal.journal import Journal
from bot.journal.migrations import bring_up_to_date

__all__ = [
    "Accepted", "Entry", "Event", "Flag", "FollowUp", "Journal", "Json", "LeaseLost", "Shift", "State",
    "bring_up_to_date",
]  # fmt: skip
