"""What Park takes the PBX to look like, and what was changed outside it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make their tables, and the row of a watch that has not looked yet."""
    op.create_table(
        "sights",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("seen", sa.JSON),
        sa.Column("read_at", _TIME),
        sa.PrimaryKeyConstraint("key", name="pk_sights"),
    )
    _drifts()
    op.bulk_insert(_watch(), [{"id": 1, "skip": 0, "end": False, "doubts": {}}])


def _drifts() -> None:
    op.create_table(
        "drifts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("change", sa.JSON, nullable=False),
        sa.Column("footprint", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("anew", sa.Boolean, nullable=False),
        sa.Column("by", sa.String),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("post_at", _TIME, nullable=False),
        sa.Column("posted_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_drifts"),
        sqlite_autoincrement=True,
    )
    unposted = sa.text("posted_at IS NULL")
    op.create_index("ix_drifts_unposted", "drifts", ["id"], sqlite_where=unposted, postgresql_where=unposted)


def _watch() -> sa.Table:
    return op.create_table(
        "watch",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("lease_until", _TIME),
        sa.Column("due_at", _TIME),
        sa.Column("looked_at", _TIME),
        sa.Column("mark", _ID),
        sa.Column("skip", sa.Integer, nullable=False),
        sa.Column("end", sa.Boolean, nullable=False),
        sa.Column("doubts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
    )
