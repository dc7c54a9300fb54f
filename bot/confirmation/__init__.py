"""What is said of a change: before it, after it, and of its times."""

from bot.confirmation.model import Confirmation
from bot.confirmation.outcomes import (
    LAST_NOW,
    alarm,
    done,
    fault,
    handed_back,
    moved,
    not_seen,
    refused_by_pbx,
    unsettled,
)
from bot.confirmation.preview import approver_facts, plan_facts, preview, understood_as
from bot.confirmation.timed import (
    asked,
    asked_anew,
    ended_already,
    ends_soon,
    lapsed,
    not_begun,
    not_ended,
    scheduled,
    still_waiting,
)

__all__ = [
    "LAST_NOW",
    "Confirmation",
    "alarm",
    "approver_facts",
    "asked",
    "asked_anew",
    "done",
    "ended_already",
    "ends_soon",
    "fault",
    "handed_back",
    "lapsed",
    "moved",
    "not_begun",
    "not_ended",
    "not_seen",
    "plan_facts",
    "preview",
    "refused_by_pbx",
    "scheduled",
    "still_waiting",
    "understood_as",
    "unsettled",
]
