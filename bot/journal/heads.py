"""Which head of the chain is to be posted, and when."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from bot.journal import leases
from bot.journal.events import ChainLink
from bot.journal.tables import chain

_TWO_DAYS = timedelta(days=2)


class HeadClaim(NamedTuple):
    """The head to post now, or None; and when to try again."""

    head: ChainLink | None
    retry_at: datetime


def next_midnight(at: datetime) -> datetime:
    """Returns the next midnight in UTC."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def claim_head(connection: Connection, owner: str, *, at: datetime) -> HeadClaim:
    """Leases the posting of the head to `owner`, if there are new events and none was posted today."""
    row = connection.execute(select(chain).where(chain.c.id == 1).with_for_update()).one()
    posted_today = at < next_midnight(row.posted_at) <= at + _TWO_DAYS  # later: the clock was set back since
    if row.number == row.posted or posted_today:
        return HeadClaim(None, next_midnight(at))
    if leases.claim(connection, leases.HEAD, owner, at=at):
        return HeadClaim(ChainLink(row.number, row.hash), next_midnight(at))
    return HeadClaim(None, leases.claimed_until(connection, leases.HEAD, owner, at=at) or at)


def record_posted_head(connection: Connection, owner: str, head: ChainLink, *, at: datetime) -> None:
    """Records that the head was posted to Slack, and gives up the lease."""
    earlier = update(chain).where(chain.c.id == 1, chain.c.posted < head.number)
    connection.execute(earlier.values(posted=head.number, posted_at=at))
    leases.release(connection, leases.HEAD, owner)
