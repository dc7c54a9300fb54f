"""Append-only, hash-chained events; reading them per entry."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Self, TypeAlias

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.journal.models import Event, Json, event_of
from bot.journal.tables import chain, events

GENESIS = "0" * 64
"""What stands before the first event."""
PARK = "park"
"""By whom that happens which nobody asked for."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An event by its number, which has no gaps, and its hash: 64 hexadecimal digits of SHA-256."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Self:
        """As it was printed; raise ValueError for anything else."""
        number, _, digits = text.strip("` ").partition(":")
        if not number.isdecimal() or len(digits) != 64 or set(digits) - set("0123456789abcdef"):
            raise ValueError(f"{text} is no head: a number, a colon and 64 digits from 0 to f, as Park posted it")
        return cls(int(number), digits)

    def followed_by(self, event: Json) -> "ChainLink":
        """The link of the next event: `entry_id`, `at`, `what`, `by` and `data` of it."""
        at: datetime = event["at"]
        told = [event["entry_id"], at.astimezone(UTC).isoformat(timespec="microseconds"), event["what"], event["by"]]
        number = self.number + 1
        text = json.dumps([self.hash, number, *told, event["data"]], sort_keys=True, separators=(",", ":"))
        return ChainLink(number, hashlib.sha256(text.encode()).hexdigest())


START = ChainLink(0, GENESIS)
_HEAD = select(chain.c.number, chain.c.hash).where(chain.c.id == 1).with_for_update()
_EVENTS, _MOVED = insert(events), update(chain).where(chain.c.id == 1)


def append(connection: Connection, told: Sequence[dict[str, Any]]) -> ChainLink:
    """Write events in this order; the head's row is locked from here to the commit, so that no two follow one."""
    row = connection.execute(_HEAD).one()
    link, rows = ChainLink(row.number, row.hash), []
    for event in told:
        link = link.followed_by(event)
        rows.append({"id": link.number, "hash": link.hash, **event})
    connection.execute(_EVENTS, rows)
    connection.execute(_MOVED, {"number": link.number, "hash": link.hash})
    return link


def tell_of_itself(connection: Connection, what: str, data: Json, *, at: datetime) -> ChainLink:
    """An event of the journal's own, which belongs to no entry."""
    return append(connection, [{"entry_id": None, "at": at, "what": what, "by": PARK, "data": data}])


Happened: TypeAlias = Mapping[str, Json | None]
"""What happened, in order, and the data of each."""
STEPS = {"planned": ("asked", "rule", "policy", "plan"), "began": ("began",), "shown": ("card",), "noted": ("outcome",)}
"""Event -> the columns that a checkpoint of that name writes."""


def tell(connection: Connection, number: int, happened: Happened, *, by: str, at: datetime) -> None:
    """Add to the entry's story, in this order: what happened, and its data."""
    told = [{"entry_id": number, "at": at, "what": what, "by": by, "data": data} for what, data in happened.items()]
    if told:
        append(connection, told)


def checkpoints(known: dict[str, Any]) -> Happened:
    """What the story says of what is known now."""
    story = {what: {name: known[name] for name in names if name in known} for what, names in STEPS.items()}
    return {what: data for what, data in story.items() if data}


AT_ONCE = 200
"""Entries."""
_OPENS = ("accepted", "refused")

Story = tuple[Event, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EventQuery:
    """Entries by when they were asked for (`until` is not within), and by whom."""

    since: datetime | None = None
    until: datetime | None = None
    user: str | None = None


def newer(connection: Connection, wanted: EventQuery, after: int) -> list[Story]:
    """The next entries after that number, oldest first; none: there are no more."""
    return _stories(connection, wanted, events.c.entry_id > after, events.c.entry_id.asc())


def older(connection: Connection, wanted: EventQuery, before: int | None) -> list[Story]:
    """The next entries before that number, newest first; none: there are no more."""
    place = events.c.entry_id.is_not(None) if before is None else events.c.entry_id < before
    return _stories(connection, wanted, place, events.c.entry_id.desc())


def story_of(connection: Connection, number: int) -> Story:
    """Empty where it was pruned, or never was."""
    told = select(events).where(events.c.entry_id == number).order_by(events.c.id)
    return tuple(map(event_of, connection.execute(told)))


def _stories(
    connection: Connection, wanted: EventQuery, place: ColumnElement[bool], order: ColumnElement[Any]
) -> list[Story]:
    opened = select(events.c.entry_id).where(events.c.what.in_(_OPENS), place, *_conditions(wanted))
    numbers: Sequence[int] = connection.scalars(opened.order_by(order).limit(AT_ONCE)).all()
    told = select(events).where(events.c.entry_id.in_(numbers)).order_by(order, events.c.id)
    every = map(event_of, connection.execute(told))
    return [tuple(story) for _, story in groupby(every, key=lambda event: event.entry)]


def _conditions(wanted: EventQuery) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.since is not None:
        conditions.append(events.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(events.c.at < wanted.until)
    if wanted.user is not None:
        conditions.append(events.c.by == wanted.user)
    return conditions
