"""History records, built from the events in the journal."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TypeAlias

from sqlalchemy import Connection

from bot.changes.change import Change, changed_parts
from bot.changes.diff import facts
from bot.changes.plan import Plan
from bot.changes.repository import SERVER_NAMES
from bot.errors import NotUnderstood
from bot.journal.events import (
    EntryEvents,
    EventQuery,
    events_after,
    events_of_entry,
)
from bot.journal.history import HistoryRecord
from bot.journal.models import Event, Json, State
from bot.messages.message import Fact
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import Operation
from bot.operations.catalog import load
from bot.operations.control import Preview
from bot.operations.history_query import Aspect
from bot.operations.parser import parse_unconfirmed
from bot.operations.undo import UndoLast
from bot.policy.model import Permission
from bot.texts import history

log = logging.getLogger(__name__)


def oldest_first(connection: Connection, query: EventQuery) -> Iterator[HistoryRecord]:
    """Yields records for an export, from one consistent view."""
    after = 0
    while found := events_after(connection, query, after):
        for events in found:
            yield record_of(connection, events)
        after = found[-1][0].entry or after


def record_of(connection: Connection, events: EntryEvents) -> HistoryRecord:
    """Returns the record of an entry with these events."""
    entry_id, known = events[0].entry or 0, _merge_events(events)
    request = known["request"]
    names_of_change = cache(partial(_names_of_change, connection, entry_id))  # asked for by each part of the names
    names = _names(known["asked"], known["plan"], names_of_change)
    return HistoryRecord(
        change=entry_id,
        at=events[0].at,
        ended_at=known["ended"],
        user=request["user"],
        line=names.line or request["line"],
        said=_summary(known["state"], known["plan"], known["outcome"]),
        source=_source(request),
        channel=request["channel"],
        outcome=known["state"],
        reason=_reason(known["state"], known["outcome"]),
        rule=known["rule"],
        groups=names.groups,
        names_by_id=names.names_by_id,
        renamed=names.renamed,
        aspects=names.aspects,
        subjects=names.subjects,
        about=names.about,
        schedule=request.get("schedule"),
    )


def _source(request: Json) -> str:
    """Returns where a request came from, with the name of the token that a pipeline used."""
    return f"{request['source']} (token {request['token']})" if request.get("token") else str(request["source"])


def _data(event: Event) -> Json:
    return event.data or {}


def _end_data(event: Event) -> Json:
    return {"state": State.REFUSED, **_data(event), "ended": event.at}


_EVENT_VALUES: dict[str, Callable[[Event], Json]] = {
    "accepted": _data,
    "planned": _data,
    "noted": _data,
    "scheduled": lambda event: {"state": State.SCHEDULED, **_data(event)},
    "cancelled": lambda event: {"state": State.CANCELLED, "ended": event.at},
    "refused": _end_data,
    "ended": _end_data,
}
"""What each event changes in the values of an entry."""


def _merge_events(events: EntryEvents) -> Json:
    """Returns the latest values of an entry; `request` and `asked` are missing if there are no events."""
    known: Json = {"state": State.WAITING, "rule": None, "plan": None, "outcome": {}, "ended": None}
    for event in events:
        known |= _EVENT_VALUES[event.what](event) if event.what in _EVENT_VALUES else {}
    return known


_Groups: TypeAlias = tuple[tuple[str, ...], ...]
UNKNOWN_GROUPS: _Groups = (("<unknown>",),)
"""A name that no group has: only users who may see every group see such records."""


@dataclass(frozen=True, slots=True)
class _Names:
    line: str
    """The operation in canonical words; empty if this version of Park does not know it."""
    groups: _Groups
    renamed: tuple[tuple[str, str], ...] = ()
    names_by_id: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aspects: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    about: int | None = None


_NamesOfChange: TypeAlias = Callable[[int], _Names]


def _names(asked: Sequence[Json], plan: Json | None, names_of_change: _NamesOfChange) -> _Names:
    """Takes the groups from the plan, or, if there never was one, from what was typed."""
    operations = list(_load_known(asked))
    line = operations[0].text() if operations else ""
    abouts = [number for operation in operations if (number := operation.about()) is not None]
    about = abouts[0] if abouts else None
    if plan is None:
        groups = dict.fromkeys(_mentioned_groups(operations, names_of_change)) if operations else UNKNOWN_GROUPS
        earlier = [names_of_change(one) for one in abouts]
        return _Names(
            line,
            tuple(groups),
            (),
            {id: names for one in earlier for id, names in one.names_by_id.items()},
            frozenset().union(_aspects_of(operations), *(one.aspects for one in earlier)),
            frozenset().union(_subjects_of(operations), *(one.subjects for one in earlier)),
            about,
        )
    changes = Plan.model_validate(plan).shown
    names_of_changes = [_group_names(change) for change in changes]
    groups = dict.fromkeys((name,) for names in names_of_changes for name in names)
    renamed = tuple((names[0], names[1]) for names in names_of_changes if len(names) == 2)
    return _Names(
        line,
        tuple(groups),
        renamed,
        {id: names for change, names in zip(changes, names_of_changes, strict=True) if (id := change.target.id)},
        frozenset(aspect for change in changes for aspect in _changed_aspects(change)),
        frozenset(subject for change in changes for subject in _changed_subjects(change)),
        about,
    )


_RECALL: Aspect = "recall"
_MEMBERS: Aspect = "members"
_NAME: Aspect = "name"
_ASPECTS = {Permission.RECALL: _RECALL, Permission.MEMBERS: _MEMBERS}


def _aspects_of(operations: Sequence[Operation]) -> frozenset[str]:
    """What of a group the operations would change, as far as their permission tells."""
    return frozenset(_ASPECTS[one.permission] for one in operations if one.permission in _ASPECTS)


def _subjects_of(operations: Sequence[Operation]) -> frozenset[str]:
    """The server, and the members as they were typed."""
    members = (value for one in operations for value in one.references(Reference.MEMBERS))
    server = SERVER_NAMES if any(one.permission is Permission.SERVER for one in operations) else frozenset[str]()
    return server | {member for typed in members for member in typed}


def _changed_subjects(change: Change) -> Iterator[str]:
    """The server, and numbers and names of the members who are added or removed."""
    if change.target.is_server:
        yield from SERVER_NAMES
    for person in (*change.added, *change.removed):
        yield from filter(None, (person.number, person.name))


def _changed_aspects(change: Change) -> Iterator[str]:
    """What of its group a change changes; a group that is created or deleted is changed in every way."""
    for part in changed_parts(change):
        if part == "*":
            yield from (_RECALL, _MEMBERS, _NAME)
        elif part.startswith("member "):
            yield _MEMBERS
        elif part in ("recall_to", "ring_group_id"):
            yield _RECALL
        elif part == "name":
            yield _NAME


def _names_of_change(connection: Connection, later: int, number: int) -> _Names:
    """Returns the names of change `number`, which the change `later` is about."""
    if number >= later:  # there was no such change when the line was typed
        return _Names("", ())
    known = _merge_events(events_of_entry(connection, number))
    if "asked" not in known:
        return _Names("", UNKNOWN_GROUPS)
    return _names(known["asked"], known["plan"], cache(partial(_names_of_change, connection, number)))


def _load_known(asked: Sequence[Json]) -> Iterator[Operation]:
    """Yields operations that this version of Park knows; another version may have stored others."""
    for dumped in asked:
        try:
            yield load(dumped)
        except ValueError:
            log.warning("history holds an operation that this Park can't read: %s", dumped["operation"])


def _group_names(change: Change) -> tuple[str, ...]:
    """Returns the names before and after; one if they are the same, none for the server."""
    if change.target.is_server:
        return ()
    names = (snapshot.settings.get("name") for snapshot in (change.before, change.after) if snapshot)
    return tuple(dict.fromkeys(map(str, names)))


def _mentioned_groups(operations: Sequence[Operation], names_of_change: _NamesOfChange) -> Iterator[tuple[str, ...]]:
    for operation in operations:
        if (number := operation.about()) is not None:
            yield from names_of_change(number).groups
        for _, argument_type, value in operation.said():
            if argument_type.reference is Reference.GROUP:
                yield spellings(value)
            elif argument_type.reference is Reference.NEW_GROUP:
                yield (value,)
        match operation:
            case UndoLast(what=str(what)):
                yield spellings(what)
            case Preview(line=line):
                yield from _mentioned_groups(_parse_known(line), names_of_change)


def _parse_known(line: str) -> Sequence[Operation]:
    try:
        return parse_unconfirmed(line)
    except NotUnderstood:
        return ()


def _summary(state: str, plan: Json | None, outcome: Json) -> str:
    """Returns before and after as on the card in Slack; what was wanted, if the change was not made."""
    card = outcome.get("card") or {}
    shown = _join(Fact(label=one["label"], value=one["value"], before=one["before"]) for one in card.get("facts", ()))
    if shown and state == State.DONE:
        return shown
    if plan is None or state == State.ALREADY:
        return ""
    wanted = shown or "; ".join(filter(None, map(_change_summary, Plan.model_validate(plan).shown)))
    return history.wanted(wanted) if wanted else ""


def _change_summary(change: Change) -> str:
    text = _join(facts(change, history.ring_group))
    return history.of_target(change.target.title, text) if text else ""


def _join(found: Iterable[Fact]) -> str:
    return "; ".join(history.value(fact.label, fact.value, fact.before) for fact in found)


def _reason(state: str, outcome: Json) -> str:
    if state in (State.DONE, State.ALREADY):
        return ""
    message = outcome.get("private") or outcome.get("reply") or {}
    return str(outcome.get("reason") or message.get("title", ""))
