"""The events of whole entries, in batches: what history is told from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from bot.journal.entry import Event
from bot.journal.rows import event_of
from bot.journal.tables import events

AT_ONCE = 200
"""Entries."""
_OPENS = ("accepted", "refused")

Story = tuple[Event, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Entries by when they were asked for (`until` is not within), and by whom."""

    since: datetime | None = None
    until: datetime | None = None
    user: str | None = None


def newer(connection: Connection, wanted: Wanted, after: int) -> list[Story]:
    """The next entries after that number, oldest first; none: there are no more."""
    return _stories(connection, wanted, events.c.entry_id > after, events.c.entry_id.asc())


def older(connection: Connection, wanted: Wanted, before: int | None) -> list[Story]:
    """The next entries before that number, newest first; none: there are no more."""
    place = events.c.entry_id.is_not(None) if before is None else events.c.entry_id < before
    return _stories(connection, wanted, place, events.c.entry_id.desc())


def story_of(connection: Connection, number: int) -> Story:
    """Empty where it was pruned, or never was."""
    told = select(events).where(events.c.entry_id == number).order_by(events.c.id)
    return tuple(map(event_of, connection.execute(told)))


def _stories(
    connection: Connection, wanted: Wanted, place: ColumnElement[bool], order: ColumnElement[Any]
) -> list[Story]:
    opened = select(events.c.entry_id).where(events.c.what.in_(_OPENS), place, *_conditions(wanted))
    numbers: Sequence[int] = connection.scalars(opened.order_by(order).limit(AT_ONCE)).all()
    told = select(events).where(events.c.entry_id.in_(numbers)).order_by(order, events.c.id)
    every = map(event_of, connection.execute(told))
    return [tuple(story) for _, story in groupby(every, key=lambda event: event.entry)]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.since is not None:
        conditions.append(events.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(events.c.at < wanted.until)
    if wanted.user is not None:
        conditions.append(events.c.by == wanted.user)
    return conditions
