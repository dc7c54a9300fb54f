"""The events as a chain: each carries a hash over the one before it and over its own content."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Connection, insert, select, update

from bot.journal.entry import Json
from bot.journal.tables import chain, events

GENESIS = "0" * 64
"""What stands before the first event."""
PARK = "park"
"""By whom that happens which nobody asked for."""


@dataclass(frozen=True, slots=True)
class Link:
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

    def followed_by(self, event: Json) -> "Link":
        """The link of the next event: `entry_id`, `at`, `what`, `by` and `data` of it."""
        at: datetime = event["at"]
        told = [event["entry_id"], at.astimezone(UTC).isoformat(timespec="microseconds"), event["what"], event["by"]]
        number = self.number + 1
        text = json.dumps([self.hash, number, *told, event["data"]], sort_keys=True, separators=(",", ":"))
        return Link(number, hashlib.sha256(text.encode()).hexdigest())


START = Link(0, GENESIS)
_HEAD = select(chain.c.number, chain.c.hash).where(chain.c.id == 1).with_for_update()
_EVENTS, _MOVED = insert(events), update(chain).where(chain.c.id == 1)


def append(connection: Connection, told: Sequence[dict[str, Any]]) -> Link:
    """Write events in this order; the head's row is locked from here to the commit, so that no two follow one."""
    row = connection.execute(_HEAD).one()
    link, rows = Link(row.number, row.hash), []
    for event in told:
        link = link.followed_by(event)
        rows.append({"id": link.number, "hash": link.hash, **event})
    connection.execute(_EVENTS, rows)
    connection.execute(_MOVED, {"number": link.number, "hash": link.hash})
    return link


def tell_of_itself(connection: Connection, what: str, data: Json, *, at: datetime) -> Link:
    """An event of the journal's own, which belongs to no entry."""
    return append(connection, [{"entry_id": None, "at": at, "what": what, "by": PARK, "data": data}])
