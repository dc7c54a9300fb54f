"""What an entry is about, and what it made of what, out of what the journal keeps of it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.changes.change import Change
from bot.changes.diff import facts
from bot.errors import NotUnderstood
from bot.fields import Refers, spellings
from bot.grammar import parse
from bot.journal import Json, State
from bot.message import Fact
from bot.operation import Operation
from bot.operations import Preview, UndoLast, load
from bot.operations.replace import Replace
from bot.plan import Plan

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
        for _, noun, value in operation.said():
            if noun.refers is Refers.GROUP:
                yield spellings(value)
            elif noun.refers is Refers.NEW_GROUP:
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
