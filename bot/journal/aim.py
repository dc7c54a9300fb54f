"""One change at a time on a target, however it was named: known once it is planned, and kept across replicas."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.journal.tables import targets

_ASKED_FOR = targets.c.target.in_(bindparam("wanted", expanding=True))
_HELD = select(targets.c.target).where(_ASKED_FOR, targets.c.taken).limit(1)
_TARGETS, _LET_GO = insert(targets), delete(targets).where(targets.c.entry_id == bindparam("number"))


def take(connection: Connection, number: int, wanted: Collection[str]) -> bool:
    """All of them; or none, and wait: whoever waits has nothing, so that no two wait for each other."""
    let_go(connection, number)
    free = connection.scalar(_HELD, {"wanted": list(wanted)}) is None
    if wanted:
        rows = [{"target": target, "entry_id": number, "taken": free} for target in sorted(wanted)]
        connection.execute(_TARGETS, rows)
    return free


def let_go(connection: Connection, number: int) -> None:
    """Of what it had, or waited for."""
    connection.execute(_LET_GO, {"number": number})
