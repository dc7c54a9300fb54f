"""What was changed outside Park: found, then posted once."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from bot.journal.entry import Json
from bot.journal.tables import drifts, unposted


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A drift that has no number yet."""

    change: Json
    footprint: list[str]
    """As a request's: the folded names and the numbers that it is about, or the server."""
    facts: list[Json]
    """What was, and what is, in words."""
    anew: bool
    """Whether the group was deleted, and is another of the same name."""
    by: str | None
    since: datetime
    """When it was not so yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift(Found):
    """As it is in the journal."""

    id: int
    found_at: datetime


def add(connection: Connection, found: Iterable[Found], *, at: datetime) -> None:
    """To be posted at once."""
    if rows := [{**asdict(one), "found_at": at, "post_at": at} for one in found]:
        connection.execute(insert(drifts), rows)


def drift(connection: Connection, number: int) -> Drift | None:
    """None where there is none of that number."""
    row = connection.execute(select(drifts).where(drifts.c.id == number)).one_or_none()
    return None if row is None else _drift(dict(row._mapping))


def to_post(connection: Connection, at: datetime) -> list[Drift]:
    """Whatever is due, the oldest first."""
    due = select(drifts).where(unposted, drifts.c.post_at <= at).order_by(drifts.c.id)
    return [_drift(dict(row._mapping)) for row in connection.execute(due)]


def next_post(connection: Connection) -> datetime | None:
    """When something is to be posted next."""
    moment: datetime | None = connection.scalar(select(func.min(drifts.c.post_at)).where(unposted))
    return moment


def posted(connection: Connection, number: int, *, at: datetime) -> None:
    """It stands in Slack."""
    connection.execute(update(drifts).where(drifts.c.id == number).values(posted_at=at))


def put_off(connection: Connection, until: datetime) -> None:
    """Nothing can be posted before that."""
    connection.execute(update(drifts).where(unposted, drifts.c.post_at < until).values(post_at=until))


def _drift(row: Json) -> Drift:
    del row["post_at"], row["posted_at"]
    return Drift(**row)
