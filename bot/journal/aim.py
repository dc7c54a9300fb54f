"""One change at a time on a target, however it was named: known once it is planned, and kept across replicas."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from bot.journal.tables import targets


def take(connection: Connection, number: int, wanted: Collection[str]) -> bool:
    """All of them; or none, and wait: whoever waits has nothing, so that no two wait for each other."""
    let_go(connection, number)
    held = select(targets.c.target).where(targets.c.target.in_(wanted), targets.c.taken).limit(1)
    free = connection.scalar(held) is None
    if wanted:
        rows = [{"target": target, "entry_id": number, "taken": free} for target in sorted(wanted)]
        connection.execute(insert(targets), rows)
    return free


def let_go(connection: Connection, number: int) -> None:
    """Of what it had, or waited for."""
    connection.execute(delete(targets).where(targets.c.entry_id == number))
