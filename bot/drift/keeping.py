"""A look's beginning and its end in the journal: whatever Park itself does in between is no drift."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.changes import Change
from bot.drift.blame import blame
from bot.drift.expected import DOUBT, Sights, changes, doubted, note
from bot.drift.found import Difference, differences, seen
from bot.drift.look import Look
from bot.drift.said import kept
from bot.journal import Entry, Journal, State
from bot.journal.drifts import Found, add
from bot.journal.watch import (
    Watch,
    ended_since,
    head,
    keep,
    pruned,
    put_sights,
    sights_of,
    under_way,
    watch_of,
)
from bot.names import fold


@dataclass(frozen=True, slots=True)
class Begun:
    """`mark` is the last event that the sights know of; `touched` are the targets that changes were at by then."""

    at: datetime
    watch: Watch
    sights: Sights
    mark: int
    touched: frozenset[str]
    own: frozenset[str]
    """What Park has changed since the look before."""


def begin(journal: Journal, owner: str, at: datetime) -> Begun | None:
    """With Park's own changes since the last look in what is expected; None where no look is due. Raise LeaseLost."""
    with journal.database.writing() as connection:
        watch = watch_of(connection)
        if watch.due_at is not None and watch.due_at > at:
            return None
        mark, known = head(connection), sights_of(connection)
        if watch.mark is None or watch.mark < pruned(connection):  # nobody can tell any more what Park has changed
            watch, sights, ended = replace(watch, skip=0, end=False, doubts={}), Sights(), []
        else:
            sights, ended = dict(known), ended_since(connection, watch.mark)
        own, doubts = _noted(sights, ended, at)
        watch = replace(watch, doubts=doubted(sights, watch.doubts | doubts, at))
        keep(connection, owner, at=at, mark=mark, skip=watch.skip, end=watch.end, doubts=watch.doubts)
        put_sights(connection, known, sights)
        return Begun(at, watch, sights, mark, frozenset(under_way(connection)), own)


def _noted(sights: Sights, ended: list[Entry], at: datetime) -> tuple[frozenset[str], dict[str, str]]:
    """What they were about, and what of it is in doubt, until when."""
    own, doubts = set[str](), dict[str, str]()
    for change, state in changes(ended):
        if state not in (State.DONE, State.UNSETTLED):
            continue
        key = note(sights, change, sure=state is State.DONE)
        own |= {key, *_names(change)}
        if state is State.UNSETTLED:
            doubts[key] = (at + DOUBT).isoformat()
    return frozenset(own), doubts


def record(journal: Journal, owner: str, begun: Begun, look: Look, *, due_at: datetime, own: str | None) -> None:
    """What was found, but for what Park changed meanwhile; raise LeaseLost."""
    found = _found(begun, look, own)
    at = journal.now()
    with journal.database.writing() as connection:
        ended = changes(ended_since(connection, begun.mark))
        touched = begun.touched | under_way(connection) | {name for change, _ in ended for name in _names(change)}
        stands = [difference.change for difference in differences(look, touched)]
        add(connection, [one for change, one in found if change in stands], at=at)
        put_sights(connection, begun.sights, seen(look, touched, begun.at))
        looked_at = begun.watch.looked_at if look.cut_short else begun.at
        end = begun.watch.end or look.end
        keep(connection, owner, at=at, due_at=due_at, looked_at=looked_at, skip=look.skip, end=end)


def _found(begun: Begun, look: Look, own: str | None) -> list[tuple[Change, Found]]:
    """With all that has to be asked for it, before the journal is held."""
    all_of_it = list(differences(look, begun.touched))
    logs = look.audit_logs() if all_of_it else ()

    def found(one: Difference) -> Found:
        change, since = one.change, _since(begun, look, one.change)
        told = own is not None or not begun.own.intersection(_names(change))  # else it may have been Park itself
        return Found(
            change=change.model_dump(mode="json"),
            footprint=_footprint(change),
            facts=kept(change, look.label),
            anew=one.anew,
            by=blame(logs, change, since, own) if told else None,
            since=since,
        )

    return [(one.change, found(one)) for one in all_of_it]


def _since(begun: Begun, look: Look, change: Change) -> datetime:
    """When it was looked at before: settings at each look, members in their turn."""
    sight = begun.sights.get(look.named(change.target.id)) if change.target.id else None
    moments = [begun.watch.looked_at, sight.read_at if sight and change.with_members else None]
    return min((moment for moment in moments if moment is not None), default=begun.at)


def _names(change: Change) -> set[str]:
    return {change.target.key, change.target.title, *change.names}


def _footprint(change: Change) -> list[str]:
    if change.target.is_server:
        return ["the server"]
    return sorted({*map(fold, change.names), *(one.number for one in (*change.added, *change.removed))})
