"""The append-only, hash-chained events, and queries of them by entry."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Self, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, insert, select, true, update

from bot.journal.models import Event, Json
from bot.journal.prepared import Prepared
from bot.journal.rows import UNREADABLE, read_rows
from bot.journal.scripts import Script, script_of
from bot.journal.tables import chain, events, row_values

GENESIS = "0" * 64
"""The hash that the first event is chained to."""
PARK = "park"
"""`by` of events that no user and no worker caused."""
BATCH_SIZE = 200
"""Entries whose events are read with one query."""
CLOCK_SET_BACK = timedelta(days=2)
"""By how much a clock may be set back without a search in a period missing what was recorded before."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An event's number, which has no gaps, and its hash: 64 hexadecimal digits of SHA-256."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Parses the printed form, in backticks or not; raises ValueError for anything else."""
        number, _, digits = text.strip("` ").partition(":")
        if not number.isdecimal() or len(digits) != 64 or set(digits) - set("0123456789abcdef"):
            raise ValueError(f"{text} is no head: a number, a colon and 64 digits from 0 to f, as Park posted it")
        return cls(int(number), digits)

    def followed_by(self, event: Json) -> "ChainLink":
        """Returns the link of the next event, from its `entry_id`, `at`, `what`, `by` and `data`."""
        at: datetime = event["at"]
        fields = [event["entry_id"], at.astimezone(UTC).isoformat(timespec="microseconds"), event["what"], event["by"]]
        number = self.number + 1
        text = json.dumps([self.hash, number, *fields, event["data"]], sort_keys=True, separators=(",", ":"))
        return ChainLink(number, hashlib.sha256(text.encode()).hexdigest())


_LAST_EVENT = Prepared(select(chain.c.number, chain.c.hash).where(chain.c.id == 1))
HEAD = _LAST_EVENT.of()
"""Reads the head of the chain: for transactions that append events, to be read ahead."""
_INSERT_EVENT, _UPDATE_HEAD = Prepared(insert(events)), Prepared(update(chain).where(chain.c.id == 1))
_MOVE_HEAD = Prepared(
    update(chain).where(
        chain.c.id == 1, chain.c.number == bindparam("known_number"), chain.c.hash == bindparam("known_hash")
    )
)
_HEAD = "head"
"""In `Script.kept`: the head as this transaction leaves it."""
_latest_heads = WeakKeyDictionary[Engine, ChainLink]()
"""The head that this process has stored last, which saves reading it; not that of the chain if a commit has failed, or
another process has appended events."""


def append(connection: Connection, new_events: Sequence[dict[str, Any]]) -> ChainLink:
    """Appends events in this order, and locks the head of the chain until the commit.

    Args:
        new_events: `entry_id`, `at`, `what`, `by` and `data` of each.

    Returns:
        The new head.
    """
    if (script := script_of(connection)) is not None:
        return _append_with_commit(connection, script, new_events)
    link, rows = _move_known_head(connection, new_events) or _move_head(connection, new_events)
    _INSERT_EVENT.send_each(connection, rows)
    _latest_heads[connection.engine] = link
    return link


def _append_with_commit(connection: Connection, script: Script, new_events: Sequence[dict[str, Any]]) -> ChainLink:
    """Appends events without waiting for an answer; a number that is taken already lets the commit fail."""
    link, rows = _chained(script.kept.get(_HEAD) or ChainLink(**HEAD.rows(connection)[0]), new_events)
    _UPDATE_HEAD.send(connection, {"number": link.number, "hash": link.hash})
    _INSERT_EVENT.send_each(connection, rows)
    script.kept[_HEAD] = link
    return link


_Appended: TypeAlias = tuple[ChainLink, list[dict[str, Any]]]
"""The new head of the chain, and the rows of the events before it."""


def _move_known_head(connection: Connection, new_events: Sequence[dict[str, Any]]) -> _Appended | None:
    """Moves the head on if it is the one that this process has stored last; returns None if it is another."""
    if (known := _latest_heads.get(connection.engine)) is None:
        return None
    link, rows = _chained(known, new_events)
    moved = {"known_number": known.number, "known_hash": known.hash, "number": link.number, "hash": link.hash}
    return (link, rows) if _MOVE_HEAD.execute(connection, moved) == 1 else None


def _move_head(connection: Connection, new_events: Sequence[dict[str, Any]]) -> _Appended:
    (row,) = HEAD.rows(connection)
    link, rows = _chained(ChainLink(**row), new_events)
    _UPDATE_HEAD.execute(connection, {"number": link.number, "hash": link.hash})
    return link, rows


def _chained(link: ChainLink, new_events: Sequence[dict[str, Any]]) -> _Appended:
    rows = []
    for event in new_events:
        link = link.followed_by(event)
        rows.append({"id": link.number, "hash": link.hash, **event})
    return link, rows


EventData: TypeAlias = Mapping[str, Json | None]
"""Names of events, in order, and the data of each."""


def append_for_entry(connection: Connection, entry_id: int, new_events: EventData, *, by: str, at: datetime) -> None:
    """Appends events of one entry, in this order."""
    rows = [{"entry_id": entry_id, "at": at, "what": what, "by": by, "data": data} for what, data in new_events.items()]
    if rows:
        append(connection, rows)


_CHECKPOINT_COLUMNS = {
    "planned": ("operations", "rule", "policy", "plan"),
    "began": ("began",),
    "shown": ("card",),
    "noted": ("outcome",),
}
"""Event -> the columns of a checkpoint that it records."""


def checkpoint_events(values: dict[str, Any]) -> EventData:
    """Returns the events that record a checkpoint of these columns of `entries`."""
    found = {
        what: {_DATA_KEYS.get(name, name): values[name] for name in names if name in values}
        for what, names in _CHECKPOINT_COLUMNS.items()
    }
    return {what: data for what, data in found.items() if data}


_DATA_KEYS = {"operations": "asked"}
"""Columns -> their keys in the data of events, where those differ: hashes cover the keys."""


EntryEvents: TypeAlias = tuple[Event, ...]
"""All events of one entry, the oldest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventQuery:
    """Selects entries by the time of the request (`until` is exclusive) and by user id."""

    since: datetime | None = None
    until: datetime | None = None
    user: str | None = None
    or_ended: bool = False
    """Whether an entry is also selected if it ended in that time."""
    limit: int = BATCH_SIZE
    """Entries that are read at once."""


def events_after(connection: Connection, query: EventQuery, after: int) -> list[EntryEvents]:
    """Returns the events of the next entries with higher ids than `after`, oldest entry first; empty at the end."""
    return _events_by_entry(connection, query, events.c.entry_id > after, events.c.entry_id.asc())


def events_before(connection: Connection, query: EventQuery, before: int | None) -> list[EntryEvents]:
    """Returns the events of the next entries with lower ids than `before`, newest entry first; empty at the end."""
    position = events.c.entry_id < (_ABOVE_ALL if before is None else before)
    return _events_by_entry(connection, query, position, events.c.entry_id.desc())


def events_among(connection: Connection, query: EventQuery, ids: Collection[int]) -> list[EntryEvents]:
    """Returns the events of those of these entries that a query selects, newest entry first."""
    return _events_by_entry(connection, query, events.c.entry_id.in_(ids), events.c.entry_id.desc())


_OF_ENTRY = Prepared(select(events).where(events.c.entry_id == bindparam("of_entry")).order_by(events.c.id))


def events_of_entry(connection: Connection, entry_id: int) -> EntryEvents:
    """Returns the events of one entry that can be read; empty if they were pruned or there is no such entry."""
    with suppress(*UNREADABLE):  # then the rows are read one by one
        return tuple(map(_event_from_values, _OF_ENTRY.rows(connection, {"of_entry": entry_id})))
    rows, _ = read_rows(connection, _OF_ENTRY.statement, events.c.id, {"of_entry": entry_id})
    return tuple(map(_event_from_row, rows))


def events_of_entries(connection: Connection, ids: Collection[int]) -> dict[int, EntryEvents]:
    """Returns the events of several entries by entry; entries without events are missing."""
    rows = connection.execute(select(events).where(events.c.entry_id.in_(ids)).order_by(events.c.entry_id, events.c.id))
    found = groupby(map(_event_from_row, rows), key=lambda event: event.entry or 0)
    return {entry_id: tuple(of_entry) for entry_id, of_entry in found}


_ABOVE_ALL = 2**62
_FIRST = ("accepted", "refused")
_FIRST_AND_LAST = (*_FIRST, "ended", "cancelled")


def _events_by_entry(
    connection: Connection, query: EventQuery, position: ColumnElement[bool], order: ColumnElement[Any]
) -> list[EntryEvents]:
    first_events = events.c.what.in_(_FIRST)
    matching = select(events.c.entry_id).where(first_events, position, *_conditions(query))
    if query.or_ended:
        recorded = events.c.id >= _first_event(connection, query.since) if query.since is not None else true()
        in_period = select(events.c.entry_id).where(events.c.what.in_(_FIRST_AND_LAST), recorded, *_times(query))
        by_user = () if query.user is None else (events.c.by == query.user,)
        matching = select(events.c.entry_id).where(first_events, position, *by_user, events.c.entry_id.in_(in_period))
    ids: Sequence[int] = connection.scalars(matching.order_by(order).limit(query.limit)).all()
    if not ids:
        return []
    of_entries = select(events).where(events.c.entry_id.in_(ids)).order_by(order, events.c.id)
    rows, _ = read_rows(connection, of_entries, events.c.id)
    found = (tuple(one) for _, one in groupby(map(_event_from_row, rows), key=lambda event: event.entry))
    return [one for one in found if one[0].what in _FIRST]  # of others, the first event can't be read


_LAST_ID = Prepared(select(chain.c.number).where(chain.c.id == 1))
_TIME_OF_NEXT = Prepared(select(events.c.at).where(events.c.id >= bindparam("least")).order_by(events.c.id).limit(1))


def _first_event(connection: Connection, since: datetime) -> int:
    """Returns the id of an event before which there is none of `since` or later.

    Events are recorded in the order of time, except that a clock may have been set back, by `CLOCK_SET_BACK` at most.
    """
    low, high, earlier = 0, int(_LAST_ID.scalar(connection, {})), since - CLOCK_SET_BACK
    try:
        while low < high:
            middle = (low + high) // 2
            at = _TIME_OF_NEXT.scalar(connection, {"least": middle})
            low, high = (middle + 1, high) if at is not None and at < earlier else (low, middle)
    except UNREADABLE:
        return 0
    return low


def _event_from_row(row: Row[Any]) -> Event:
    return _event_from_values(row_values(row, events))


def _event_from_values(values: Json) -> Event:
    del values["previous"]
    return Event(entry=values.pop("entry_id"), **values)


def _conditions(query: EventQuery) -> list[ColumnElement[bool]]:
    return [*_times(query), *([] if query.user is None else [events.c.by == query.user])]


def _times(query: EventQuery) -> list[ColumnElement[bool]]:
    conditions = []
    if query.since is not None:
        conditions.append(events.c.at >= query.since)
    if query.until is not None:
        conditions.append(events.c.at < query.until)
    return conditions
