"""Values that the journal stores and returns: entries, their states, events, flags and follow-ups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cmp_to_key
from typing import Any, NamedTuple, Self, TypeAlias

from bot.messages.request import Request

Json: TypeAlias = dict[str, Any]
"""A JSON object, whose shape is known to its writer only."""
SERVER_KEY = "the call park server"
"""The key of the call park server among PBX objects, where others have their id or name; the journal holds it."""


class State(StrEnum):
    """State of an entry; the values are those in the database."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    """Planned and announced, but not due yet: it blocks no other entry."""
    RUNNING = "running"
    DONE = "done"
    ALREADY = "already"
    """The PBX was already in the wanted state."""
    REFUSED = "refused"
    FAILED = "failed"
    """Nothing was changed."""
    EXPIRED = "late"
    """Not started in time, and handed back to the user."""
    CANCELLED = "cancelled"
    """Scheduled, and cancelled before it was due."""
    UNKNOWN = "unsettled"
    """It is unknown whether the change was made; it blocks no other entry."""

    @property
    def ended(self) -> bool:
        """Whether this is a final state."""
        return self not in (State.WAITING, State.SCHEDULED, State.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """Result of storing a request; `fresh` is False if an entry with the same key existed."""

    id: int
    fresh: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One stored request, as it was when it was read; `id` is the number in "change 42". Times are in UTC."""

    id: int
    request: Request
    operations: list[Json]
    """The operations that the line can mean; only the chosen one, once that is known."""
    rule: str | None
    """Name of the policy rule that allowed it."""
    policy: str | None
    """Fingerprint of the policy that allowed or refused it."""
    footprint: frozenset[str]
    """Names and numbers in the request; entries whose footprints overlap run in the order of their acceptance."""
    state: State
    run_at: datetime
    """When it was meant to run: expiry counts from here. Releasing the entry does not change it."""
    due_at: datetime | None
    """When it can be claimed first; None is at once."""
    attempt: int
    """How often it was claimed."""
    owner: str | None
    """The worker that claimed it."""
    lease_until: datetime | None
    began: bool
    """A write may have been sent to the PBX, so the PBX has to be read before anything else."""
    plan: Json | None
    outcome: Json | None
    card: Json | None
    """Where the confirmation was posted: channel, ts, and so on."""
    notified: bool
    """Whether the outcome was reported in Slack, after which nothing is left to do."""
    about: int | None
    """Id of the change that this entry undoes, ends, keeps, extends or cancels."""
    accepted_at: datetime
    ended_at: datetime | None
    failing_since: datetime | None = None
    """When it failed first without a success since; whether it is given up is decided by this time."""
    failure: str | None = None
    """Why it failed last, as text for people."""
    failure_told: bool = False
    """Whether people were told in Slack that it fails."""

    def made_after(self, other: Self) -> bool:
        """Returns whether it took effect after another change or, if it has not ended, was asked for after that.

        Changes of one target run in the order of acceptance, unless one of them was scheduled or waited for approval:
        then the times decide.
        """
        if not (self._was_put_off or other._was_put_off):
            return self.id > other.id
        return (self.ended_at or self.accepted_at, self.id) > (other.ended_at or other.accepted_at, other.id)

    @property
    def _was_put_off(self) -> bool:
        """Whether it has ended, and had begun at a later time than it was accepted."""
        return self.ended_at is not None and self.run_at > self.accepted_at


def newest_first(made: Iterable[Entry]) -> list[Entry]:
    """Returns changes in the order in which they took effect, the last one first."""

    def order(one: Entry, other: Entry) -> int:
        return -1 if one.made_after(other) else 1

    return sorted(made, key=cmp_to_key(order))


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """A flag for the whole bot, such as the pause; `by` is the id of the Slack user who set it."""

    name: str
    text: str
    by: str
    at: datetime


class FailingEnds(NamedTuple):
    """How many ends of temporary changes are due and have failed so far, and since when the first one has."""

    number: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """An entry whose row can't be read, so that it is neither run nor reported until it can be read again."""

    entry: int
    reason: str
    at: datetime
    told: bool
    """Whether people were told in Slack."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """A request to be accepted in the commit that ends a change, such as the end of a temporary change."""

    request: Request
    operations: list[Json]
    run_at: datetime
    due_at: datetime
    """When it is to be claimed first: before `run_at` if a notice is to be sent before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reschedule:
    """Moves a scheduled entry to `run_at`, or cancels it if that is None; refused if its time was changed meanwhile."""

    id: int
    expected_run_at: datetime
    """The entry's `run_at` when it was read."""
    run_at: datetime | None
    due_at: datetime | None = None


class ScheduleState(StrEnum):
    """State of a recurring schedule; the values are those in the database."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    """Deleted, replaced, or without a further occurrence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSchedule:
    """A recurring schedule; `number` is that of the entry that made it."""

    number: int
    state: ScheduleState
    recurrence: Json
    operation: Json
    """What each occurrence does."""
    request: Request
    """What each occurrence is asked with: its user is the holder, whose rights decide."""
    parts: frozenset[tuple[str, str]]
    """What an occurrence changes: the key of each target with each part."""
    next_at: datetime | None
    """When the next occurrence begins; None while one is being begun, and where none is to come."""
    waits_for: int | None
    """Number of the change whose end the next occurrence waits for."""
    begun: int
    """How many occurrences have come due so far."""
    latest: int | None
    """Id of the latest occurrence's entry."""
    note: str | None
    """Why it is paused, or what became of the latest occurrence, as text for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleUpdate:
    """New values of a schedule, stored in the commit that ends an entry; `next_at` is void unless it is active."""

    number: int
    values: Json
    is_new: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event in the chain; `by` is a Slack user, a worker, "restart" or "park"."""

    id: int
    entry: int | None
    """None for events of the journal itself."""
    at: datetime
    what: str
    by: str
    data: Json | None
    hash: str
    """SHA-256 over the previous event's hash and this event."""
