"""How much waits, and since when; and whether the journal takes anything at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from bot.journal.entry import State
from bot.journal.tables import chain, entries

TO_BE_TOLD = "to be told"
STATES = (*(state.value for state in State if not state.ended), TO_BE_TOLD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """`depth` has each of STATES; `oldest` is how long the one that waits longest has been due."""

    depth: dict[str, int]
    oldest: timedelta


def backlog(connection: Connection, now: datetime) -> Backlog:
    """One query of what is not done and told, by an index: however long the journal, it looks at nothing else."""
    count, since = func.count(), func.min(entries.c.run_at)
    waiting = select(entries.c.state, count, since).where(entries.c.told_at.is_(None)).group_by(entries.c.state)
    depth, oldest = dict.fromkeys(STATES, 0), now
    for state, number, run_at in connection.execute(waiting):
        depth[TO_BE_TOLD if state.ended else state.value] += number
        oldest = oldest if state.ended else min(oldest, run_at)
    return Backlog(depth=depth, oldest=now - oldest)


def try_to_write(connection: Connection) -> None:
    """What a commit needs, but for the disk: a turn, the right to write, and the tables. Nothing is left of it."""
    connection.execute(update(chain).where(chain.c.id == 1).values(posted=chain.c.posted))
    connection.rollback()
