"""Verification of the hash chain of events."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, inspect, select

from bot.errors import JournalUnavailable
from bot.journal.events import ChainLink
from bot.journal.tables import chain, events

_BATCH_SIZE = 500  # rows
_UNREADABLE = (TypeError, ValueError)  # raised for a cell that holds no valid JSON or time


class ChainBroken(Exception):
    """The chain is broken; the text says where, and what was probably done."""


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """Result of a verification: the events after `pruned`, up to `head`, are intact."""

    pruned: ChainLink
    head: ChainLink
    not_compared: tuple[ChainLink, ...]
    """Posted heads of events that were pruned."""


def verify(connection: Connection, heads: Collection[ChainLink] = ()) -> VerifiedChain:
    """Verifies all events, in constant memory.

    Args:
        heads: heads as they were posted to Slack, to compare with.

    Raises:
        ChainBroken: at the first event that does not fit.
        JournalUnavailable: there is no chain.
    """
    require_chain(connection)
    pruned, head = _read_ends(connection.execute(select(chain)).one_or_none())
    posted = _PostedHeads(heads, pruned)
    last, pruning_recorded = pruned, pruned.number == 0
    with closing(_read_events(connection)) as rows:
        for row in rows:
            last = _check_event(last, row)
            posted.compare(last)
            pruning_recorded = pruning_recorded or _records_pruning(row, pruned)
    _check_head(last, head)
    posted.check_reached(last)
    if not pruning_recorded:
        raise ChainBroken(f"Events up to {pruned.number} are said to be pruned, and no event tells of that pruning.")
    return VerifiedChain(pruned, head, posted.not_compared)


def require_chain(connection: Connection) -> None:
    """Raises JournalUnavailable if the journal has no chain."""
    if not inspect(connection).has_table("chain"):
        raise JournalUnavailable("The journal is older than the chain of its events: start this Park once")


def _read_ends(row: Row[Any] | None) -> tuple[ChainLink, ChainLink]:
    pruned, head = (f"{row.pruned}:{row.pruned_hash}", f"{row.number}:{row.hash}") if row else ("", "")
    try:
        return ChainLink.read(pruned), ChainLink.read(head)
    except ValueError as fault:
        raise ChainBroken("The row that holds the ends of the chain was altered, or is gone.") from fault


def _read_events(connection: Connection) -> Generator[Row[Any], None, None]:
    last, query = 0, select(events).order_by(events.c.id)
    try:
        with connection.execute(query, execution_options={"yield_per": _BATCH_SIZE}) as found:
            for row in found:
                last = row.id
                yield row
    except _UNREADABLE:  # one row of the batch is unreadable, and those before it are still to be checked
        yield from _read_one_by_one(connection, last)


def _read_one_by_one(connection: Connection, last: int) -> Iterator[Row[Any]]:
    while True:
        query = select(events).where(events.c.id > last).order_by(events.c.id).limit(1)
        try:
            row = connection.execute(query).one()
        except _UNREADABLE as fault:
            raise ChainBroken(f"The event after {last} can't be read any more: it was altered.") from fault
        last = row.id
        yield row


def _check_event(last: ChainLink, row: Row[Any]) -> ChainLink:
    if row.id > last.number + 1:
        raise ChainBroken(f"{_range(last.number + 1, row.id - 1)} missing: after event {last.number} comes {row.id}.")
    if row.id <= last.number:
        raise ChainBroken(f"Event {row.id} stands where everything up to {last.number} was pruned.")
    try:
        link = last.followed_by(row._asdict())
    except _UNREADABLE:
        link = None
    if link is None or link.hash != row.hash:
        raise ChainBroken(
            f"Event {row.id} ({_describe(row)}) does not fit its hash: it was altered, or put in another's place."
        )
    return link


def _range(first: int, last: int) -> str:
    return f"Event {first} is" if first == last else f"Events {first} to {last} are"


def _describe(row: Row[Any]) -> str:
    owner = "the journal's own" if row.entry_id is None else f"change {row.entry_id}"
    return f"{owner}, {row.what}, {row.at.isoformat(timespec='seconds')}"


def _records_pruning(row: Row[Any], pruned: ChainLink) -> bool:
    """Returns whether the event records the pruning up to this link: without it, events were deleted by others."""
    data = row.data if row.what == "pruned" and isinstance(row.data, dict) else {}
    return (data.get("through"), data.get("hash")) == (pruned.number, pruned.hash)


def _check_head(last: ChainLink, head: ChainLink) -> None:
    if last.number < head.number:
        raise ChainBroken(f"{_range(last.number + 1, head.number)} missing: the end was cut off.")
    if last != head:
        raise ChainBroken(
            f"The chain ends with event {last.number}, and its own head says {head.number}: one was altered."
        )


class _PostedHeads:
    """Compares posted heads with the chain."""

    def __init__(self, heads: Collection[ChainLink], pruned: ChainLink) -> None:
        self._hashes: dict[int, set[str]] = {}
        for head in heads:
            self._hashes.setdefault(head.number, set()).add(head.hash)
        self.not_compared = tuple(head for head in heads if head.number < pruned.number)
        self.compare(pruned)

    def compare(self, link: ChainLink) -> None:
        if self._hashes.get(link.number, {link.hash}) != {link.hash}:
            raise ChainBroken(
                f"Event {link.number} is not the one that was posted: the chain was rewritten up to there."
            )

    def check_reached(self, last: ChainLink) -> None:
        latest = max(self._hashes, default=0)
        if latest > last.number:
            text = f"The chain ends with event {last.number}, and {latest} was posted: its tail was cut off."
            raise ChainBroken(text)
