"""Verification of the hash chain of events, and of the entries against their events."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, inspect, select

from bot.audit.entries import ChainBroken, check_entries
from bot.errors import JournalUnavailable
from bot.journal.events import ChainLink
from bot.journal.pruning import kept_digest
from bot.journal.rows import UNREADABLE as _UNREADABLE
from bot.journal.tables import chain, events

_BATCH_SIZE = 500  # rows


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
    last, kept = pruned, _KeptEvents(pruned)
    with closing(_read_events(connection)) as rows:
        for row in rows:
            if row.id <= pruned.number:
                posted.compare(kept.check(row))
                continue
            last = _check_event(last, row)
            posted.compare(last)
            kept.look_for_record(row)
    _check_head(last, head)
    posted.check_reached(last)
    kept.check_record()
    check_entries(connection, pruned=pruned.number > 0)
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
        raise ChainBroken("The record of the chain's ends was altered or deleted.") from fault


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
    return _check_hash(last, row)


def _check_hash(last: ChainLink, row: Row[Any]) -> ChainLink:
    try:
        link = last.followed_by(row._asdict())
    except _UNREADABLE:
        link = None
    if link is None or link.hash != row.hash:
        raise ChainBroken(f"Event {row.id} ({_describe(row)}) doesn't match its hash: it was altered or moved.")
    return link


def _range(first: int, last: int) -> str:
    return f"Event {first} is" if first == last else f"Events {first} to {last} are"


def _describe(row: Row[Any]) -> str:
    owner = "the journal's own" if row.entry_id is None else f"#{row.entry_id}"
    return f"{owner}, {row.what}, {row.at.isoformat(timespec='seconds')}"


class _KeptEvents:
    """Checks the events that stayed when those around them were pruned, against the event that records the pruning."""

    def __init__(self, pruned: ChainLink) -> None:
        self._pruned, self._rows = pruned, list[_KeptEvent]()
        self._record: dict[str, Any] | None = {} if pruned.number == 0 else None

    def check(self, row: Row[Any]) -> ChainLink:
        if row.previous is None:
            raise ChainBroken(f"Event {row.id} should not exist: everything up to {self._pruned.number} was pruned.")
        self._rows.append(_KeptEvent(row.id, row.previous, row.hash))
        return _check_hash(ChainLink(row.id - 1, row.previous), row)

    def look_for_record(self, row: Row[Any]) -> None:
        data = row.data if row.what == "pruned" and isinstance(row.data, dict) else {}
        if (data.get("through"), data.get("hash")) == (self._pruned.number, self._pruned.hash):
            self._record = data

    def check_record(self) -> None:
        through = self._pruned.number
        if self._record is None:
            raise ChainBroken(f"Events up to {through} were pruned, but no event records that.")
        if self._record.get("kept_digest") != (kept_digest(self._rows) if self._rows else None):
            raise ChainBroken(f"The events kept up to {through} are not those recorded when the others were pruned.")


class _KeptEvent(NamedTuple):
    id: int
    previous: str
    hash: str


def _check_head(last: ChainLink, head: ChainLink) -> None:
    if last.number < head.number:
        raise ChainBroken(f"{_range(last.number + 1, head.number)} missing: the end of the chain was cut off.")
    if last != head:
        raise ChainBroken(
            f"The chain ends with event {last.number}, but its head says {head.number}: one of them was altered."
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
            text = (
                f"The chain ends with event {last.number}, but {latest} was posted: the end of the chain was cut off."
            )
            raise ChainBroken(text)
