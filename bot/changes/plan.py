"""What an operation is going to do: its changes, texts, times and approvals, as the journal stores it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.changes.change import Change, changed_parts
from bot.changes.snapshot import Person
from bot.policy.model import Approvers
from bot.times.format import format_dated, format_moment

MOST_NAMED = 3
"""Members that a title lists by name; of more it says the number only."""


class Schedule(BaseModel):
    """Start and end in UTC, None where there is none; `zone` is the requester's IANA time zone."""

    model_config = ConfigDict(frozen=True)

    zone: str
    starts: datetime | None = None
    ends: datetime | None = None

    def format_dated(self, at: datetime) -> str:
        """Returns a time as text with its date, for messages that stay for days."""
        return format_dated(at, ZoneInfo(self.zone))

    def format_relative(self, at: datetime, now: datetime) -> str:
        """Returns a time as text relative to `now` (today, tomorrow), for messages that are read at once."""
        return format_moment(at, now, ZoneInfo(self.zone))


class ApprovalRequest(BaseModel):
    """The approval that a plan needs before its changes are made."""

    model_config = ConfigDict(frozen=True)

    asked: tuple[Approvers, ...]
    """Groups of approvers, each of which has to approve."""
    since: datetime
    """When the approval was requested; earlier approvals were given to another plan."""
    until: datetime
    """When the request expires."""
    zone: str
    """The requester's IANA time zone."""
    given: bool = False
    """Whether all approvals were given."""

    def expiry_text(self) -> str:
        """Returns the time of expiry as text with date and zone."""
        return format_dated(self.until, ZoneInfo(self.zone))


class Emergency(BaseModel):
    """Why a change that needs an emergency is made, and the ids of the channels that are notified of it."""

    model_config = ConfigDict(frozen=True)

    reason: str
    channels: tuple[str, ...]


class Plan(BaseModel):
    """The changes of an operation and the texts that describe them."""

    model_config = ConfigDict(frozen=True)

    title: str
    """Title of the confirmation: what was done, in the past tense."""
    preview_title: str
    """Title of the preview: what is going to be done."""
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What the changes mean for calls, and what they don't cover."""
    already: tuple[str, ...] = ()
    """What was as requested before; the whole answer if there are no changes."""
    irreversible: tuple[str, ...] = ()
    """What an undo can't restore."""
    about: int | None = None
    """Number of the change that this plan reverts."""
    replaces: int | None = None
    """Number of the temporary change that this plan replaces, so that its undo reverts both."""
    saved_prompt: str | None = None
    """Reference of the prompt file that was backed up because the changes might lose it."""
    times: Schedule | None = None
    approval: ApprovalRequest | None = None
    emergency: Emergency | None = None

    @property
    def waits_for_approval(self) -> bool:
        """Whether an approval is missing."""
        return self.approval is not None and not self.approval.given

    def parts(self) -> frozenset[tuple[str, str]]:
        """Returns what is changed: the key of each target with each part, as `changed_parts` names them."""
        return frozenset((change.target.key, part) for change in self.changes for part in changed_parts(change))

    def digest(self) -> str:
        """Returns 16 characters that depend on all changes, short enough for the value of a button."""
        digests = "-".join(change.digest() for change in self.changes)
        return hashlib.sha256(digests.encode()).hexdigest()[:16]


def new_approval_request(
    approvers: tuple[Approvers, ...], times: Schedule | None, *, now: datetime, zone: str, fixed: bool
) -> ApprovalRequest:
    """Returns a request that expires after the shortest of the approvers' periods.

    Args:
        fixed: start and end are given as times of day, so that the request also expires at the first of them.
    """
    limits = [now + min(one.within for one in approvers)]
    if times is not None and fixed:
        limits += [at for at in (times.starts, times.ends) if at is not None]
    return ApprovalRequest(asked=approvers, since=now, until=min(limits), zone=zone)


def mention_list(people: Sequence[Person]) -> str:
    """Returns members for a title: by name up to MOST_NAMED, else how many they are."""
    return ", ".join(map(str, people)) if len(people) <= MOST_NAMED else f"{len(people)} users"
