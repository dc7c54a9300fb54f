"""A drift in words."""

from dataclasses import asdict
from datetime import datetime

from bot.changes import Change
from bot.changes.diff import RingGroupName, facts
from bot.journal import Json
from bot.journal.drifts import Drift
from bot.message import Fact, Message, Offer


def kept(change: Change, ring_group: RingGroupName) -> list[Json]:
    """What was and what is, as the journal keeps it: to tell of it needs no PBX."""
    return [] if change.already else [asdict(fact) for fact in facts(change, ring_group)]


def message(drift: Drift) -> Message:
    """For everybody, with the button."""
    change = Change.model_validate(drift.change)
    what = "The call park server" if change.target.is_server else change.target.title
    noticed = Fact(label="Noticed", value=f"{_said(drift.found_at)}; at {_said(drift.since)} it was not so")
    by = (Fact(label="By", value=drift.by),) if drift.by else ()
    back = Offer(label="Put it back", line=f"put back drift {drift.id}")
    return Message(
        title=f"{what} was {_done(change, anew=drift.anew)} outside Park",
        facts=(*(Fact(**fact) for fact in drift.facts), *by, noticed),
        notes=("Its settings and members are as they were before.",) if change.already else (f"Drift {drift.id}",),
        offers=() if change.already else (back,),
    )


def _done(change: Change, *, anew: bool) -> str:
    if anew:
        return "deleted, and made anew,"
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "changed"


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
