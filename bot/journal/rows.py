"""From rows to what the journal speaks of."""

from typing import Any

from sqlalchemy import Row

from bot.journal.entry import Entry, Event
from bot.request import Request


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
