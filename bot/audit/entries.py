"""Comparison of the entries, which Park works from, with their events, which the chain covers."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, exists, select

from bot.journal.events import EntryEvents, events_of_entries
from bot.journal.models import Json, State
from bot.journal.rows import UNREADABLE, read_rows
from bot.journal.schedules import RECORDED
from bot.journal.tables import entries, events, schedules

_BATCH_SIZE = 200  # entries


class ChainBroken(Exception):
    """The journal is not what Park wrote; the text says where, and what was probably done."""


def check_entries(connection: Connection, *, pruned: bool) -> None:
    """Compares all entries with their events, in constant memory.

    Args:
        pruned: whether events were pruned, so that an ended entry may have lost some of them, until it goes too.

    Raises:
        ChainBroken: at the first entry that does not fit.
    """
    _check_all_are_there(connection)
    last, query = 0, select(entries).order_by(entries.c.id).limit(_BATCH_SIZE)
    while True:
        rows, unreadable = read_rows(connection, query.where(entries.c.id > last), entries.c.id)
        for number in unreadable:
            raise ChainBroken(f"The entry of #{number} can't be read any more: it was altered.")
        if not rows:
            return
        recorded = events_of_entries(connection, [row.id for row in rows])
        for row in rows:
            _check_entry(row, recorded.get(row.id, ()), pruned=pruned)
        _check_schedules(connection, recorded)
        last = rows[-1].id


def _check_all_are_there(connection: Connection) -> None:
    has_entry = exists().where(entries.c.id == events.c.entry_id)
    missing = connection.scalar(select(events.c.entry_id).where(events.c.entry_id.is_not(None), ~has_entry).limit(1))
    if missing is not None:
        raise ChainBroken(f"#{missing} has events but no entry: the entry was deleted.")


def _check_entry(row: Row[Any], recorded: EntryEvents, *, pruned: bool) -> None:
    is_whole = bool(recorded) and recorded[0].what in ("accepted", "refused")
    if not is_whole and pruned and row._mapping[entries.c.notified_at] is not None:
        return
    if not is_whole:
        raise ChainBroken(
            f"#{row.id} has an entry but no event for its request: the entry was added from outside Park."
        )
    try:
        wanted = _recorded_values(recorded)
    except UNREADABLE as fault:
        raise ChainBroken(f"The events of #{row.id} can't be compared with its entry: {fault}") from fault
    for name, value in wanted.items():
        stored = row._mapping[entries.c[name]]
        if name == "state" and not (State(value).ended or State(stored).ended):
            continue
        if stored != value:
            raise ChainBroken(f"#{row.id}: its {_NAMES[name]} differs from its events. The entry was altered.")


def _check_schedules(connection: Connection, recorded: Mapping[int, EntryEvents]) -> None:
    """Compares the schedules that some entries have made with what the events of these record of them."""
    query = select(schedules).where(schedules.c.number.in_(recorded))
    stored = {row._mapping[schedules.c.number]: row for row in connection.execute(query)}
    for number, found in recorded.items():
        wanted: Json = {}
        for event in found:
            wanted |= (event.data or {}) if event.what == "schedule" else {}
        if bool(wanted) != (number in stored):
            what = "deleted" if wanted else "added from outside Park"
            raise ChainBroken(f"The schedule of #{number} was {what}.")
        for name in RECORDED if wanted else ():
            if stored[number]._mapping[schedules.c[name]] != wanted.get(name):
                raise ChainBroken(f"#{number}: the {name} of its schedule differs from its events. It was altered.")


_NAMES = {
    "request": "request",
    "operations": "operation",
    "footprint": "list of names",
    "rule": "rule",
    "policy": "policy",
    "plan": "plan",
    "outcome": "outcome",
    "card": "card",
    "state": "state",
    "run_at": "time",
}
"""Columns of `entries` that events record, in words."""


def _recorded_values(recorded: EntryEvents) -> Json:
    """Returns the values of the columns of an entry as its events left them."""
    found: Json = {"state": State.WAITING, "plan": None}
    for event in recorded:
        found |= _VALUES[event.what](event.data or {}) if event.what in _VALUES else {}
    return found


def _accepted(data: Json) -> Json:
    return {"request": data["request"], "operations": data["asked"], "footprint": data["footprint"]}


def _planned(data: Json) -> Json:
    renamed = {"operations" if name == "asked" else name: value for name, value in data.items()}
    return {name: value for name, value in renamed.items() if name in _NAMES}


def _moved(data: Json) -> Json:
    return {"run_at": datetime.fromisoformat(data["run_at"])}


_Values: TypeAlias = Callable[[Json], Json]
_VALUES: dict[str, _Values] = {
    "accepted": _accepted,
    "refused": lambda data: {
        **_accepted(data),
        "outcome": data["outcome"],
        "policy": data["policy"],
        "state": State.REFUSED,
    },
    "planned": _planned,
    "shown": lambda data: {"card": data["card"]},
    "noted": lambda data: {"outcome": data["outcome"]},
    "scheduled": _moved,
    "rescheduled": _moved,
    "ended": lambda data: {"state": State(data["state"]), "outcome": data["outcome"]},
    "cancelled": lambda _: {"state": State.CANCELLED},
}
"""What each event says of the columns of its entry."""
