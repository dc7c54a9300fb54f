"""Events -> history records."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from bot.changes.change import Change
from bot.changes.diff import facts
from bot.changes.plan import Plan
from bot.errors import NotUnderstood
from bot.journal.events import EventQuery, Story, newer, older, story_of
from bot.journal.history import HistoryRecord
from bot.journal.models import Event, Json, State
from bot.journal.reader import Reader
from bot.messages.message import Fact
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import Operation
from bot.operations.catalog import load
from bot.operations.control import Preview
from bot.operations.parser import parse
from bot.operations.scheduling import Replace
from bot.operations.undo import UndoLast

log = logging.getLogger(__name__)

Groups: TypeAlias = tuple[tuple[str, ...], ...]
UNKNOWN: Groups = (("a group that is no longer known",),)
"""For those only who may look at every group."""


@dataclass(frozen=True, slots=True)
class Names:
    """The line in Park's own words, "" where this Park does not know the operation; the groups that it is about."""

    line: str
    groups: Groups
    renamed: tuple[tuple[str, str], ...]


def named(asked: Sequence[Json], plan: Json | None, about: Callable[[int], Groups]) -> Names:
    """By the plan, or, where there never was one, by what was typed; `about` tells the groups of an earlier change."""
    operations = list(_understood(asked))
    line = operations[0].text() if operations else ""
    if plan is None:
        groups = dict.fromkeys(_mentioned(operations, about)) if operations else UNKNOWN
        return Names(line, tuple(groups), ())
    sides = [_names(change) for change in Plan.model_validate(plan).changes]
    groups = dict.fromkeys((name,) for names in sides for name in names)
    return Names(line, tuple(groups), tuple((one, other) for one, other in (s for s in sides if len(s) == 2)))


def _understood(asked: Sequence[Json]) -> Iterator[Operation]:
    """What another Park wrote may be nothing that this one knows."""
    for one in asked:
        try:
            yield load(one)
        except ValueError:
            log.warning("history holds an operation that this Park can't read: %s", one["operation"])


def _names(change: Change) -> tuple[str, ...]:
    """Before and after; one where it is the same, none of the server."""
    if change.target.is_server:
        return ()
    sides = (side.settings.get("name") for side in (change.before, change.after) if side)
    return tuple(dict.fromkeys(map(str, sides)))


def _mentioned(operations: Sequence[Operation], about: Callable[[int], Groups]) -> Iterator[tuple[str, ...]]:
    for operation in operations:
        if (number := operation.about()) is not None:
            yield from about(number)
        for _, argument_type, value in operation.said():
            if argument_type.reference is Reference.GROUP:
                yield spellings(value)
            elif argument_type.reference is Reference.NEW_GROUP:
                yield (value,)
        match operation:
            case UndoLast(what=str(what)):
                yield spellings(what)
            case Preview(line=line):
                yield from _mentioned(_read(line), about)
            case Replace(number=number, line=line):
                yield from about(number)
                yield from _mentioned(_read(line), about)


def _read(line: str) -> Sequence[Operation]:
    try:
        return parse(line)
    except NotUnderstood:
        return ()


def as_told(state: str, plan: Json | None, outcome: Json) -> str:
    """Before and after in the words of the card that stands in Slack; of what did not come to be, what was wanted."""
    card = outcome.get("card") or {}
    if state == State.DONE and card.get("facts"):
        return _joined(Fact(label=one["label"], value=one["value"], before=one["before"]) for one in card["facts"])
    if plan is None or state == State.ALREADY:
        return ""
    changes = Plan.model_validate(plan).changes
    wanted = "; ".join(filter(None, (_change(change) for change in changes)))
    return f"wanted: {wanted}" if wanted else ""


def _change(change: Change) -> str:
    said = _joined(facts(change, lambda id: f"ring group {id}"))
    return f"{change.target.title}: {said}" if said else ""


def _joined(found: Iterator[Fact] | Sequence[Fact]) -> str:
    return "; ".join(
        f"{fact.label}: {fact.value}" if fact.before is None else f"{fact.label}: {fact.before} -> {fact.value}"
        for fact in found
    )


class HistoryReader:
    """Batch by batch, so that no writer waits for a reader that takes its time."""

    def __init__(self, journal: Reader) -> None:
        self._database = journal.database

    def newest_first(
        self, *, before: int | None = None, since: datetime | None = None, user: str | None = None
    ) -> Iterator[HistoryRecord]:
        """Raise JournalUnavailable."""
        wanted = EventQuery(since=since, user=user)
        while found := self._older(wanted, before):
            yield from found
            before = found[-1].change

    def _older(self, wanted: EventQuery, before: int | None) -> list[HistoryRecord]:
        with self._database.reading() as connection:
            return [record(connection, story) for story in older(connection, wanted, before)]


def oldest_first(connection: Connection, wanted: EventQuery) -> Iterator[HistoryRecord]:
    """In one view, for an export."""
    after = 0
    while stories := newer(connection, wanted, after):
        for story in stories:
            yield record(connection, story)
        after = stories[-1][0].entry or after


def record(connection: Connection, story: Story) -> HistoryRecord:
    """The last word of each thing that the story tells; of what it is about, its own story is asked."""
    known = _known(story)
    request = known["request"]
    names = named(known["asked"], known["plan"], partial(_groups, connection, story[0].entry or 0))
    return HistoryRecord(
        change=story[0].entry or 0,
        at=story[0].at,
        ended_at=known["ended"],
        user=request["user"],
        line=names.line or request["line"],
        said=as_told(known["state"], known["plan"], known["outcome"]),
        source=request["source"],
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
