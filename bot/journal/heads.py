"""The chain's head on its way to Slack: claimed by one replica, and recorded once it stands there."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection, or_, select, update

from bot.journal.chain import Link
from bot.journal.tables import chain

CLAIM = timedelta(minutes=10)
"""After which whoever claimed it is taken for dead."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A head to post now, if any; and when to ask again."""

    head: Link | None
    again: datetime


def next_day(at: datetime) -> datetime:
    """The midnight that ends its day, in UTC."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def claim(connection: Connection, *, at: datetime) -> Claimed:
    """Once a day, where anything happened since the last: for one caller only, until `CLAIM` is over."""
    row = connection.execute(select(chain).where(chain.c.id == 1).with_for_update()).one()
    if row.number == row.posted or at < next_day(row.posted_at):
        return Claimed(None, next_day(at))
    free = or_(chain.c.claimed_until.is_(None), chain.c.claimed_until <= at)
    taking = update(chain).where(chain.c.id == 1, chain.c.posted == row.posted, free)
    if connection.execute(taking.values(claimed_until=at + CLAIM)).rowcount:
        return Claimed(Link(row.number, row.hash), next_day(at))
    return Claimed(None, row.claimed_until)


def give_back(connection: Connection) -> None:
    """It could not be posted."""
    connection.execute(update(chain).where(chain.c.id == 1).values(claimed_until=None))


def posted(connection: Connection, head: Link, *, at: datetime) -> None:
    """It stands in Slack."""
    done = update(chain).where(chain.c.id == 1, chain.c.posted < head.number)
    connection.execute(done.values(posted=head.number, posted_at=at, claimed_until=None))
