"""What is said of a change: before it, after it, and of its times."""

from bot.confirmation.model import Confirmation
from bot.confirmation.outcomes import LAST_NOW, done, fault, handed_back, moved, not_seen, refused_by_pbx, unsettled
from bot.confirmation.preview import preview, understood_as
from bot.confirmation.timed import ended_already, ends_soon, not_begun, not_ended, scheduled, still_waiting

__all__ = [
    "LAST_NOW",
    "Confirmation",
    "done",
    "ended_already",
    "ends_soon",
    "fault",
    "handed_back",
    "moved",
    "not_begun",
    "not_ended",
    "not_seen",
    "preview",
    "refused_by_pbx",
    "scheduled",
    "still_waiting",
    "understood_as",
    "unsettled",
]
