"""What an operation is going to do: its changes, texts, times and approvals, as the journal stores it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.changes.change import Change, changed_parts, continued, filled_in, join
from bot.changes.snapshot import Person, Snapshot
from bot.journal.models import Entry, State
from bot.policy.model import Approvers
from bot.recurrence.model import Recurrence
from bot.texts import cards
from bot.texts import changes as texts
from bot.times.format import format_dated, format_moment, format_weekday

DAYS_OF_WEEK = 7
MIN_LENGTH_FOR_REMINDER = timedelta(minutes=20)
"""Requests for approval that expire sooner get no reminder."""
MOST_NAMED = 3
"""Members that a title lists by name; of more it says the number only."""


class Schedule(BaseModel):
    """Start and end in UTC, None where there is none; `zone` is the requester's IANA time zone."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    zone: str
    starts: datetime | None = None
    ends: datetime | None = None
    asked_at: datetime | None = None
    """When the change was asked for: dates of another year are shown with their year."""

    def format_dated(self, at: datetime, *, with_zone: bool = True) -> str:
        """Returns a time as text with its date, for messages that stay for days."""
        return format_dated(at, ZoneInfo(self.zone), self.asked_at, with_zone=with_zone)

    def format_short(self, at: datetime) -> str:
        """Returns a time within a week as weekday and time, else with its date; without the zone."""
        zone = ZoneInfo(self.zone)
        local = at.astimezone(zone)
        asked = self.asked_at.astimezone(zone).date() if self.asked_at else None
        near = asked is not None and 0 <= (local.date() - asked).days < DAYS_OF_WEEK
        if near and (local.hour, local.minute) != (0, 0):
            return format_weekday(at, zone)
        return format_dated(at, zone, self.asked_at, with_zone=False)

    def format_relative(self, at: datetime, now: datetime) -> str:
        """Returns a time as text relative to `now` (today, tomorrow), for messages that are read at once."""
        return format_moment(at, now, ZoneInfo(self.zone))


class ApprovalRequest(BaseModel):
    """The approval that a plan needs before its changes are made."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    asked: tuple[Approvers, ...]
    """Groups of approvers, each of which has to approve."""
    since: datetime
    """When the approval was requested."""
    after: int | None = None
    """Id of the last entry that was accepted before it was requested: approvals up to that one were given to another
    plan. None in journals of before it was stored: then those accepted before `since` were."""
    until: datetime
    """When the request expires."""
    zone: str
    """The requester's IANA time zone."""
    given: bool = False
    """Whether all approvals were given."""

    @property
    def remind_at(self) -> datetime:
        """When the approvers are reminded: after three quarters of the time; the expiry itself if that is short."""
        length = self.until - self.since
        return self.since + length * 3 / 4 if length >= MIN_LENGTH_FOR_REMINDER else self.until

    def expiry_text(self) -> str:
        """Returns the time of expiry as text with date and zone."""
        return format_dated(self.until, ZoneInfo(self.zone), self.since)


class Emergency(BaseModel):
    """Why a change that needs an emergency is made, and the ids of the channels that are notified of it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    reason: str
    channels: tuple[str, ...]


class Repetition(BaseModel):
    """The schedule that a plan makes."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    recurrence: Recurrence
    parts: tuple[tuple[str, str], ...]
    """What each occurrence changes: the key of each target with each part, in order."""
    replaces: int | None = None
    """Number of the schedule in whose place it comes."""


class Plan(BaseModel):
    """The changes of an operation and the texts that describe them."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    title: str
    """Title of the confirmation: what was done, in the past tense."""
    preview_title: str
    """Title of the preview: what is going to be done."""
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What the changes mean for calls, and what they don't cover."""
    overlaps: tuple[str, ...] = ()
    """Of a schedule: which others are in effect at the same time, and which of them goes first; of a change that begins
    later, which schedules are in effect then. That changes with them, so a card that stays says of when it is."""
    already: tuple[str, ...] = ()
    """What was as requested before; the whole answer if there are no changes."""
    irreversible: tuple[str, ...] = ()
    """What an undo can't restore."""
    about: int | None = None
    """Number of the change that this plan reverts."""
    ends_change: int | None = None
    """Number of the temporary change that this plan takes back before it does anything else."""
    by_stages: bool = False
    """Whether it has many changes, of which those that were made stay where the rest can't be made."""
    left: tuple[Change, ...] = ()
    """Of such a plan that was stopped: what was not made; then `changes` are those that were."""
    base: tuple[Change, ...] | None = None
    """The changes from how it was before both, where the plan ends a temporary change; where it completes an end that
    failed half-way, those from before that one; of a schedule, those that an occurrence would make now; else None."""
    completes: tuple[Change, ...] = ()
    """What an end that failed half-way has written, where the plan makes the rest of it; that end is called off."""
    repetition: Repetition | None = None
    """The schedule that the plan makes; then it has no changes itself."""
    lasts_since: datetime | None = None
    """When the temporary change began that this one continues; its whole length is limited by the policy."""
    saved_prompt: str | None = None
    """Reference of the prompt file that was backed up because the changes might lose it."""
    times: Schedule | None = None
    approval: ApprovalRequest | None = None
    emergency: Emergency | None = None

    @property
    def undone(self) -> tuple[Change, ...]:
        """The changes that its undo, and its end, take back."""
        return self.changes if self.base is None else self.base

    @property
    def written(self) -> tuple[Change, ...]:
        """The changes on the PBX that nothing else holds, in their order."""
        return (*self.completes, *self.changes)

    @property
    def shown(self) -> tuple[Change, ...]:
        """The changes to show: what is done or, of a schedule, what an occurrence would do now."""
        return self.changes if self.repetition is None else self.undone

    @property
    def is_noop(self) -> bool:
        """Whether there is nothing to do: everything is as asked, and no schedule is made."""
        return self.repetition is None and all(change.is_noop for change in self.changes)

    @property
    def targets(self) -> frozenset[str]:
        """The keys of the PBX objects that it changes, by id or by the name to be created."""
        return frozenset(change.target.key for change in self.changes)

    @property
    def leaves_something(self) -> bool:
        """Whether there is something to undo: a plan may find all as it wants once it has ended a temporary change."""
        return not all(change.is_noop for change in self.undone)

    @property
    def is_temporary(self) -> bool:
        """Whether it ends by itself."""
        return self.times is not None and self.times.ends is not None

    def with_ids(self, readings: Sequence[Snapshot | None]) -> Self:
        """Returns a copy whose targets have the ids of the groups that were created.

        Args:
            readings: what was read back of each change's target, in order.
        """
        changes = tuple(map(_with_id, self.changes, readings))
        return self.model_copy(update={"changes": changes})

    def continuing(self, earlier: Self) -> Self:
        """Returns the plan with what an interrupted attempt at an earlier plan of the same entry has written.

        Without that, the entry would tell and undo only what was left to do.
        """
        written = {one.target.key: one for one in earlier.changes}
        changes = tuple(
            continued(one, written[one.target.key]) if one.target.key in written else one for one in self.changes
        )
        already = self.already if all(change.is_noop for change in changes) else ()
        return self.model_copy(update={"changes": changes, "already": already})

    def completing(self, earlier: Self) -> Self:
        """Returns the plan with what an interrupted attempt at another entry has written, for its undo and for drift.

        That entry is called off with this one, so that nothing else would hold its part.
        """
        whole = self.continuing(earlier).changes
        pairs = zip(whole, self.changes, strict=True)
        made = [one.model_copy(update={"after": rest.before}) for one, rest in pairs if one != rest]
        return self.model_copy(update={"base": whole, "completes": tuple(made)}) if made else self

    def with_emergency(self, reason: str | None, channels: tuple[str, ...]) -> Self:
        """Returns the plan with the reason of its emergency, if there is one, and the channels to notify."""
        emergency = None if reason is None else Emergency(reason=reason, channels=channels)
        return self if emergency is None else self.model_copy(update={"emergency": emergency})

    @property
    def waits_for_approval(self) -> bool:
        """Whether an approval is missing."""
        return self.approval is not None and not self.approval.given

    def parts(self) -> frozenset[tuple[str, str]]:
        """Returns what is changed: the key of each target with each part, as `changed_parts` names them."""
        return frozenset((change.target.key, part) for change in self.changes for part in changed_parts(change))

    def digest(self) -> str:
        """Returns 16 characters that depend on all changes, short enough for the value of a button."""
        digests = "-".join(change.digest() for change in (*self.changes, *(self.base or ())))
        digests += self.repetition.model_dump_json() if self.repetition else ""
        return hashlib.sha256(digests.encode()).hexdigest()[:16]


def waits_for_approval(entry: Entry) -> bool:
    """Returns whether a change waits for approval."""
    is_planned = entry.state is State.SCHEDULED and entry.plan is not None
    return is_planned and Plan.model_validate(entry.plan).waits_for_approval


def _with_id(change: Change, reading: Snapshot | None) -> Change:
    if change.before is not None or reading is None or reading.id is None:
        return change
    return change.model_copy(update={"target": change.target.model_copy(update={"id": reading.id})})


def joined_plan(first: Plan, second: Plan, *, since: datetime) -> Plan:
    """Returns a plan that takes a temporary change back and then does what was planned on that state.

    Args:
        first: the plan that takes the temporary change back.
        second: the plan on the state after `first`; to its `before` its own undo goes.
        since: when the temporary change began.
    """
    ended = {change.target.key: change for change in first.changes}
    base = tuple(
        filled_in(change, ended[change.target.key]) if change.target.key in ended else change
        for change in second.changes
    )
    both = [join(ended[one.target.key], one) if one.target.key in ended else one for one in base]
    planned = {change.target.key for change in base}
    both += [change for change in first.changes if change.target.key not in planned]
    both.sort(key=lambda change: bool(change.added))  # nobody can be in two groups: out of one, then into another
    return second.model_copy(
        update={
            "changes": tuple(both),
            "base": base,
            "ends_change": first.about,
            "completes": first.completes,
            "lasts_since": since if second.times and second.times.ends else None,
            "notes": (*([cards.ends_first(first.about)] if first.about else []), *second.notes),
        }
    )


def new_approval_request(
    approvers: tuple[Approvers, ...], times: Schedule | None, *, now: datetime, after: int, zone: str, fixed: bool
) -> ApprovalRequest:
    """Returns a request that expires after the shortest of the approvers' periods.

    Args:
        after: id of the last entry that was accepted by now.
        fixed: start and end are given as times of day, so that the request also expires at the first of them.
    """
    limits = [now + min(one.within for one in approvers)]
    if times is not None and fixed:
        limits += [at for at in (times.starts, times.ends) if at is not None]
    return ApprovalRequest(asked=approvers, since=now, after=after, until=min(limits), zone=zone)


def mention_list(people: Sequence[Person]) -> str:
    """Returns members for a title: by name up to MOST_NAMED, else how many they are."""
    return texts.people(list(map(str, people)), MOST_NAMED)
