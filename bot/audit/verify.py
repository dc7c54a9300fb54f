"""Verify the hash chain."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, inspect, select

from bot.errors import JournalUnavailable
from bot.journal.events import ChainLink
from bot.journal.tables import chain, events

_AT_ONCE = 500  # rows
_UNREADABLE = (TypeError, ValueError)
"""What becomes of a cell that holds neither JSON nor a time where there was one."""


class ChainBroken(Exception):
    """The text says where, and what it looks like."""


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """What was found in order: events up to `head`, from after `pruned` on; heads too old to be compared."""

    pruned: ChainLink
    head: ChainLink
    unseen: tuple[ChainLink, ...]


def verify(connection: Connection, heads: Collection[ChainLink] = ()) -> VerifiedChain:
    """Walk it once, in constant memory; raise Broken at the first link that does not hold."""
    check_chained(connection)
    state = connection.execute(select(chain)).one_or_none()
    pruned, head = _ends(state)
    posted = _Posted(heads, pruned)
    last, affirmed = pruned, pruned.number == 0
    with closing(_rows(connection)) as rows:
        for row in rows:
            last = _next(last, row)
            posted.compare(last)
            affirmed = affirmed or _affirms(row, pruned)
    _check_end(last, head)
    posted.check_reached(last)
    if not affirmed:
        raise ChainBroken(f"Events up to {pruned.number} are said to be pruned, and no event tells of that pruning.")
    return VerifiedChain(pruned, head, posted.unseen)


def check_chained(connection: Connection) -> None:
    """Raise JournalUnavailable where an older Park wrote it last."""
    if not inspect(connection).has_table("chain"):
        raise JournalUnavailable("The journal is older than the chain of its events: start this Park once")


def _ends(state: Row[Any] | None) -> tuple[ChainLink, ChainLink]:
    said = (f"{state.pruned}:{state.pruned_hash}", f"{state.number}:{state.hash}") if state else ("", "")
    try:
        return ChainLink.read(said[0]), ChainLink.read(said[1])
    except ValueError as fault:
        raise ChainBroken("The row that holds the ends of the chain was altered, or is gone.") from fault


def _rows(connection: Connection) -> Generator[Row[Any], None, None]:
    last, every = 0, select(events).order_by(events.c.id)
    try:
        with connection.execute(every, execution_options={"yield_per": _AT_ONCE}) as found:
            for row in found:
                last = row.id
                yield row
    except _UNREADABLE:  # somewhere in what was fetched at once: the rows before it still count
        yield from _one_by_one(connection, last)


def _one_by_one(connection: Connection, last: int) -> Iterator[Row[Any]]:
    while True:
        one = select(events).where(events.c.id > last).order_by(events.c.id).limit(1)
        try:
            row = connection.execute(one).one()
        except _UNREADABLE as fault:
            raise ChainBroken(f"The event after {last} can't be read any more: it was altered.") from fault
        last = row.id
        yield row


def _next(last: ChainLink, row: Row[Any]) -> ChainLink:
    if row.id > last.number + 1:
        raise ChainBroken(f"{_span(last.number + 1, row.id - 1)} missing: after event {last.number} comes {row.id}.")
    if row.id <= last.number:
        raise ChainBroken(f"Event {row.id} stands where everything up to {last.number} was pruned.")
    link = _linked(last, row)
    if link is None or link.hash != row.hash:
        raise ChainBroken(
            f"Event {row.id} ({_about(row)}) does not fit its hash: it was altered, or put in another's place."
        )
    return link


def _linked(last: ChainLink, row: Row[Any]) -> ChainLink | None:
    try:
        return last.followed_by(row._asdict())
    except _UNREADABLE:
        return None


def _span(first: int, last: int) -> str:
    return f"Event {first} is" if first == last else f"Events {first} to {last} are"


def _about(row: Row[Any]) -> str:
    whose = "the journal's own" if row.entry_id is None else f"change {row.entry_id}"
    return f"{whose}, {row.what}, {row.at.isoformat(timespec='seconds')}"


def _affirms(row: Row[Any], pruned: ChainLink) -> bool:
    """A pruning is an event itself: nobody can claim one that the chain does not know."""
    told = row.data if row.what == "pruned" and isinstance(row.data, dict) else {}
    return (told.get("through"), told.get("hash")) == (pruned.number, pruned.hash)


def _check_end(last: ChainLink, head: ChainLink) -> None:
    if last.number < head.number:
        raise ChainBroken(f"{_span(last.number + 1, head.number)} missing: the end was cut off.")
    if last != head:
        raise ChainBroken(
            f"The chain ends with event {last.number}, and its own head says {head.number}: one was altered."
        )


class _Posted:
    """Heads that were posted, compared on the way."""

    def __init__(self, heads: Collection[ChainLink], pruned: ChainLink) -> None:
        self._wanted: dict[int, set[str]] = {}
        for head in heads:
            self._wanted.setdefault(head.number, set()).add(head.hash)
        self.unseen = tuple(head for head in heads if head.number < pruned.number)
        self.compare(pruned)

    def compare(self, link: ChainLink) -> None:
        if self._wanted.get(link.number, {link.hash}) != {link.hash}:
            raise ChainBroken(
                f"Event {link.number} is not the one that was posted: the chain was rewritten up to there."
            )

    def check_reached(self, last: ChainLink) -> None:
        most = max(self._wanted, default=0)
        if most > last.number:
            raise ChainBroken(f"The chain ends with event {last.number}, and {most} was posted: its tail was cut off.")
