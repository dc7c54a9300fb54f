"""What a change needs where no rule simply allows it: others who approve it, or an emergency."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.fields.when import say_dated
from bot.policy import Approvers
from bot.times import Times


class Approval(BaseModel):
    """Asked of others before the change is made; what they approve is the plan that it belongs to."""

    model_config = ConfigDict(frozen=True)

    asked: tuple[Approvers, ...]
    """Each of these has to be satisfied."""
    since: datetime
    until: datetime
    """Then it lapses."""
    zone: str
    given: bool = False

    def lapses(self) -> str:
        """With date and zone."""
        return say_dated(self.until, ZoneInfo(self.zone))


class Urgency(BaseModel):
    """Why a change is made that is for emergencies only, and the ids of the channels that hear of it."""

    model_config = ConfigDict(frozen=True)

    reason: str
    channels: tuple[str, ...]


def asked_now(
    approvers: tuple[Approvers, ...], times: Times | None, *, now: datetime, zone: str, fixed: bool
) -> Approval:
    """It lapses before its own time is over; `fixed`: that time does not move with its beginning."""
    limits = [now + min(one.within for one in approvers)]
    if times is not None and fixed:
        limits += [at for at in (times.starts, times.ends) if at is not None]
    return Approval(asked=approvers, since=now, until=min(limits), zone=zone)
