"""Leases on duties that one process has at a time: posting the head of the chain, scanning for drift ..."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from bot.errors import LeaseLost
from bot.journal.tables import leases

DURATION = timedelta(minutes=10)
"""How long a lease lasts without renewal: longer than a scan of the PBX, or a post in Slack, takes."""
HEAD, SCAN, SET_ASIDE, SNAPSHOTS = "head", "scan", "set aside", "snapshots"
"""Names of leases."""


def claim(connection: Connection, name: str, owner: str, *, at: datetime) -> bool:
    """Leases the duty to `owner`, or renews its lease; returns False if another process has it."""
    free = or_(leases.c.owner == owner, ~_runs(at))
    taken = update(leases).where(leases.c.name == name, free).values(owner=owner, until=at + DURATION)
    if connection.execute(taken).rowcount:
        return True
    if connection.scalar(select(leases.c.owner).where(leases.c.name == name)) is not None:
        return False
    connection.execute(insert(leases).values(name=name, owner=owner, until=at + DURATION))
    return True


def _runs(at: datetime) -> ColumnElement[bool]:
    """Condition that a lease has not run out; one that runs longer than any is of before the clock was set back."""
    return and_(leases.c.until > at, leases.c.until <= at + DURATION)


def renew(connection: Connection, name: str, owner: str, *, at: datetime) -> None:
    """Restarts the lease of its owner; raises LeaseLost if another process has claimed the duty."""
    own = update(leases).where(leases.c.name == name, leases.c.owner == owner)
    if not connection.execute(own.values(until=at + DURATION)).rowcount:
        raise LeaseLost(f"another replica has taken over the duty “{name}”")


def claimed_until(connection: Connection, name: str, owner: str, *, at: datetime) -> datetime | None:
    """Returns until when a process other than `owner` has the duty at most; None if none has it."""
    others = select(leases.c.until).where(leases.c.name == name, leases.c.owner != owner, _runs(at))
    until: datetime | None = connection.scalar(others)
    return until


def release(connection: Connection, name: str, owner: str) -> None:
    """Gives the lease up, if `owner` has it."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))


def release_all(connection: Connection) -> None:
    """Ends all leases, for a process that knows that it is the only one."""
    connection.execute(delete(leases))
