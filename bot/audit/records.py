"""From the events of an entry to what history says of it: nothing is taken from where no chain proves it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from bot.audit.told import as_told, named
from bot.history import Record
from bot.journal import Event, Json, State
from bot.journal.reading import Reader
from bot.journal.stories import Story, Wanted, newer, older


class Histories:
    """Batch by batch, so that no writer waits for a reader that takes its time."""

    def __init__(self, journal: Reader) -> None:
        self._database = journal.database

    def newest_first(
        self, *, before: int | None = None, since: datetime | None = None, user: str | None = None
    ) -> Iterator[Record]:
        """Raise JournalUnavailable."""
        wanted = Wanted(since=since, user=user)
        while stories := self._older(wanted, before):
            yield from map(record, stories)
            before = stories[-1][0].entry

    def _older(self, wanted: Wanted, before: int | None) -> list[Story]:
        with self._database.reading() as connection:
            return older(connection, wanted, before)


def oldest_first(connection: Connection, wanted: Wanted) -> Iterator[Record]:
    """In one view, for an export."""
    after = 0
    while stories := newer(connection, wanted, after):
        yield from map(record, stories)
        after = stories[-1][0].entry or after


def record(story: Story) -> Record:
    """The last word of each thing that the story tells."""
    known: Json = {"state": State.WAITING, "rule": None, "plan": None, "outcome": {}, "ended": None}
    for event in story:
        known |= _TELLS[event.what](event) if event.what in _TELLS else {}
    request, names = known["request"], named(known["asked"], known["plan"])
    return Record(
        change=story[0].entry or 0,
        at=story[0].at,
        ended_at=known["ended"],
        user=request["user"],
        line=names.line or request["line"],
        said=as_told(known["state"], known["plan"], known["outcome"]),
        door=request["door"],
        channel=request["channel"],
        outcome=known["state"],
        reason=_reason(known["state"], known["outcome"]),
        rule=known["rule"],
        groups=names.groups,
        renamed=names.renamed,
    )


def _data(event: Event) -> Json:
    return event.data or {}


def _ended(event: Event) -> Json:
    return {"state": State.REFUSED, **_data(event), "ended": event.at}


_TELLS: dict[str, Callable[[Event], Json]] = {
    "accepted": _data,
    "planned": _data,
    "refused": _ended,
    "ended": _ended,
}
"""What each event adds to what is known."""


def _reason(state: str, outcome: Json) -> str:
    if state in (State.DONE, State.ALREADY):
        return ""
    said = outcome.get("private") or outcome.get("reply") or {}
    return str(outcome.get("reason") or said.get("title", ""))
