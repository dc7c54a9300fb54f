"""The events become a chain by hash, those that an older journal holds too."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.journal.events import START, ChainLink
from bot.journal.tables import UtcDateTime

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = UtcDateTime()
_AT_ONCE = 1000  # rows

_events = sa.table(
    "events",
    sa.column("id", _ID),
    sa.column("entry_id", _ID),
    sa.column("at", _TIME),
    sa.column("what", sa.String),
    sa.column("by", sa.String),
    sa.column("data", sa.JSON),
    sa.column("hash", sa.String),
)


def upgrade() -> None:
    """Chain what there is, then let nothing in without its hash."""
    op.add_column("events", sa.Column("hash", sa.String(64)))
    head = _chained(op.get_bind())
    with op.batch_alter_table("events", table_kwargs={"sqlite_autoincrement": True}) as events:
        events.alter_column("hash", existing_type=sa.String(64), nullable=False)
        events.alter_column("entry_id", existing_type=_ID, nullable=True)
    op.bulk_insert(_chain(), [_row(head)])


def _chained(connection: sa.Connection) -> ChainLink:
    """Numbers without gaps too: whatever left one, there is nothing to be proved about it any more."""
    link = START
    for rows in _batches(connection):
        values = []
        for row in rows:
            link = link.followed_by(row)
            values.append({"old": row["id"], "new": link.number, "link": link.hash})
        number = sa.update(_events).where(_events.c.id == sa.bindparam("old"))
        connection.execute(number.values(id=sa.bindparam("new"), hash=sa.bindparam("link")), values)
    return link


def _batches(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    last = 0
    wanted = sa.select(_events).order_by(_events.c.id).limit(_AT_ONCE)
    while rows := [dict(row._mapping) for row in connection.execute(wanted.where(_events.c.id > last))]:
        last = rows[-1]["id"]
        yield rows


def _chain() -> sa.Table:
    return op.create_table(
        "chain",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", _ID, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("pruned", _ID, nullable=False),
        sa.Column("pruned_hash", sa.String(64), nullable=False),
        sa.Column("posted", _ID, nullable=False),
        sa.Column("posted_at", _TIME, nullable=False),
        sa.Column("claimed_until", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
    )


def _row(head: ChainLink) -> dict[str, Any]:
    """Today's head is posted tomorrow."""
    pruned = {"pruned": START.number, "pruned_hash": START.hash}
    return {"id": 1, "number": head.number, "hash": head.hash, **pruned, "posted": 0, "posted_at": datetime.now(UTC)}
