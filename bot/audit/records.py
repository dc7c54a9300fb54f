"""From the events of an entry to what history says of it: nothing is taken from where no chain proves it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.audit.told import UNKNOWN, Groups, as_told, named
from bot.history import Record
from bot.journal import Event, Json, State
from bot.journal.reading import Reader
from bot.journal.stories import Story, Wanted, newer, older, story_of


class Histories:
    """Batch by batch, so that no writer waits for a reader that takes its time."""

    def __init__(self, journal: Reader) -> None:
        self._database = journal.database

    def newest_first(
        self, *, before: int | None = None, since: datetime | None = None, user: str | None = None
    ) -> Iterator[Record]:
        """Raise JournalUnavailable."""
        wanted = Wanted(since=since, user=user)
        while found := self._older(wanted, before):
            yield from found
            before = found[-1].change

    def _older(self, wanted: Wanted, before: int | None) -> list[Record]:
        with self._database.reading() as connection:
            return [record(connection, story) for story in older(connection, wanted, before)]


def oldest_first(connection: Connection, wanted: Wanted) -> Iterator[Record]:
    """In one view, for an export."""
    after = 0
    while stories := newer(connection, wanted, after):
        for story in stories:
            yield record(connection, story)
        after = stories[-1][0].entry or after


def record(connection: Connection, story: Story) -> Record:
    """The last word of each thing that the story tells; of what it is about, its own story is asked."""
    known = _known(story)
    request = known["request"]
    names = named(known["asked"], known["plan"], partial(_groups, connection, story[0].entry or 0))
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


def _known(story: Story) -> Json:
    known: Json = {"state": State.WAITING, "rule": None, "plan": None, "outcome": {}, "ended": None}
    for event in story:
        known |= _TELLS[event.what](event) if event.what in _TELLS else {}
    return known


def _groups(connection: Connection, later: int, number: int) -> Groups:
    """Of a change that a later one is about."""
    if number >= later:  # there was no such change when that was typed
        return ()
    known = _known(story_of(connection, number))
    return (
        named(known["asked"], known["plan"], partial(_groups, connection, number)).groups
        if "asked" in known
        else UNKNOWN
    )


def _data(event: Event) -> Json:
    return event.data or {}


def _ended(event: Event) -> Json:
    return {"state": State.REFUSED, **_data(event), "ended": event.at}


_TELLS: dict[str, Callable[[Event], Json]] = {
    "accepted": _data,
    "planned": _data,
    "scheduled": lambda _: {"state": State.SCHEDULED},
    "cancelled": lambda event: {"state": State.CANCELLED, "ended": event.at},
    "refused": _ended,
    "ended": _ended,
}
"""What each event adds to what is known."""


def _reason(state: str, outcome: Json) -> str:
    if state in (State.DONE, State.ALREADY):
        return ""
    said = outcome.get("private") or outcome.get("reply") or {}
    return str(outcome.get("reason") or said.get("title", ""))
