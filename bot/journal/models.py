"""Entry, State, Event, FollowUp, ..."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Row

from bot.messages.request import Request

Json: TypeAlias = dict[str, Any]
"""A JSON object, whose shape is its writer's."""


class State(StrEnum):
    """Where a request stands; everything but WAITING, SCHEDULED and RUNNING is ended."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    """Planned, shown, and not due yet: it holds up nobody."""
    RUNNING = "running"
    DONE = "done"
    ALREADY = "already"
    """There was nothing to do."""
    REFUSED = "refused"
    FAILED = "failed"
    """Nothing was changed."""
    EXPIRED = "late"
    """Not begun in time, and handed back to the asker."""
    CANCELLED = "cancelled"
    """Scheduled, and called off before it was due."""
    UNKNOWN = "unsettled"
    """The outcome is unknown: set aside, it blocks nobody."""

    @property
    def ended(self) -> bool:
        return self not in (State.WAITING, State.SCHEDULED, State.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The answer to a delivery: not `fresh` if an earlier one had the same key."""

    id: int
    fresh: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One request as it stood when it was read; `id` is what people call "change 42". Times are in UTC."""

    id: int
    request: Request
    asked: list[Json]
    """The readings of the line; the one that was chosen, once that is known."""
    rule: str | None
    """Of the policy, that allowed it."""
    policy: str | None
    """The fingerprint of that policy, or of the one that refused it."""
    footprint: frozenset[str]
    state: State
    run_at: datetime
    """When it was meant to run, be it at once: what "too late" counts from. Giving back leaves it alone."""
    due_at: datetime | None
    """Not to be claimed before; None is at once."""
    attempt: int
    """How often it was claimed."""
    owner: str | None
    lease_until: datetime | None
    began: bool
    """A write may have gone out: read back before anything else."""
    plan: Json | None
    outcome: Json | None
    card: Json | None
    """Where the confirmation stands: channel, ts, ..."""
    told: bool
    about: int | None
    """The change that this one takes back, ends, keeps, extends or calls off."""
    accepted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """What holds for all of Park, since when, and through which Slack user."""

    name: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """What is to be done about a change later, journaled in the commit that ends the change."""

    request: Request
    asked: list[Json]
    run_at: datetime
    due_at: datetime
    """When it is to be looked at first: earlier than `run_at` where something is to be said before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reschedule:
    """A scheduled entry gets another time, or None: called off. Only if it still stands at `seen`."""

    id: int
    seen: datetime
    """Its `run_at` as it was read."""
    run_at: datetime | None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened to an entry, and through whom: a Slack user, a worker, or "restart"."""

    id: int
    entry: int | None
    """None: it happened to the journal itself."""
    at: datetime
    what: str
    by: str
    data: Json | None
    hash: str
    """Over the event before, and this one."""


def entry_of(row: Row[Any]) -> Entry:
    """From a whole row of `entries`."""
    columns = dict(row._mapping)
    request = Request.model_validate({**columns.pop("request"), "response_url": columns.pop("response_url")})
    footprint = frozenset(columns.pop("footprint"))
    told = columns.pop("told_at") is not None
    del columns["key"]
    return Entry(request=request, footprint=footprint, told=told, **columns)


def event_of(row: Row[Any]) -> Event:
    """From a whole row of `events`."""
    columns = dict(row._mapping)
    return Event(entry=columns.pop("entry_id"), **columns)
