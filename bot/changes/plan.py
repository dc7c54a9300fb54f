"""Plan, Schedule, ApprovalRequest, Emergency."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.changes.change import Change
from bot.changes.snapshot import Person
from bot.policy.model import Approvers
from bot.times.format import say_dated, say_moment


class Schedule(BaseModel):
    """In UTC; `zone` is the asker's, by its IANA name."""

    model_config = ConfigDict(frozen=True)

    zone: str
    starts: datetime | None = None
    ends: datetime | None = None

    def dated(self, at: datetime) -> str:
        """For a card, which stands for days: with the date."""
        return say_dated(at, ZoneInfo(self.zone))

    def moment(self, at: datetime, now: datetime) -> str:
        """For what is read at once: today, tomorrow."""
        return say_moment(at, now, ZoneInfo(self.zone))


class ApprovalRequest(BaseModel):
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


class Emergency(BaseModel):
    """Why a change is made that is for emergencies only, and the ids of the channels that hear of it."""

    model_config = ConfigDict(frozen=True)

    reason: str
    channels: tuple[str, ...]


def new_approval_request(
    approvers: tuple[Approvers, ...], times: Schedule | None, *, now: datetime, zone: str, fixed: bool
) -> ApprovalRequest:
    """It lapses before its own time is over; `fixed`: that time does not move with its beginning."""
    limits = [now + min(one.within for one in approvers)]
    if times is not None and fixed:
        limits += [at for at in (times.starts, times.ends) if at is not None]
    return ApprovalRequest(asked=approvers, since=now, until=min(limits), zone=zone)


MOST_NAMED = 3


def mention_list(people: Sequence[Person]) -> str:
    """In a title: by name as long as that can be read at a glance."""
    return ", ".join(map(str, people)) if len(people) <= MOST_NAMED else f"{len(people)} users"


class Plan(BaseModel):
    """`title` opens the confirmation: what was done, in the past tense; `wish` opens a preview."""

    model_config = ConfigDict(frozen=True)

    title: str
    wish: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What it means for calls, and what it doesn't cover."""
    already: tuple[str, ...] = ()
    """What was so before; with no changes left, all there is to say."""
    loses: tuple[str, ...] = ()
    """What can't be had back as it was."""
    about: int | None = None
    """The change that it takes back."""
    replaces: int | None = None
    """The temporary change in whose place it comes: taken back, it goes to where that one began."""
    saved: str | None = None
    """What the prompt is called whose file was kept, where this might cost it."""
    times: Schedule | None = None
    approval: ApprovalRequest | None = None
    emergency_info: Emergency | None = None

    @property
    def waits(self) -> bool:
        """Whether others have to approve it before anything else."""
        return self.approval is not None and not self.approval.given

    def digest(self) -> str:
        """Of all its changes, in 16 characters however many they are: it has to fit a button."""
        digests = "-".join(change.digest() for change in self.changes)
        return hashlib.sha256(digests.encode()).hexdigest()[:16]
