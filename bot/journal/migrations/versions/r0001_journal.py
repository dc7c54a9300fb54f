"""Entries, what they hold, and their events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    _entries()
    _holds()
    _events()


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("response_url", sa.String),
        sa.Column("asked", sa.JSON, nullable=False),
        sa.Column("rule", sa.String),
        sa.Column("footprint", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("run_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("lease_until", _TIME),
        sa.Column("began", sa.Boolean, nullable=False),
        sa.Column("plan", sa.JSON),
        sa.Column("outcome", sa.JSON),
        sa.Column("card", sa.JSON),
        sa.Column("accepted_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("told_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("key", name="uq_entries_key"),
        sqlite_autoincrement=True,
    )
    untold = sa.text("told_at IS NULL")
    op.create_index("ix_entries_untold", "entries", ["id"], sqlite_where=untold, postgresql_where=untold)


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("name", "entry_id", name="pk_holds"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_holds_entry_id_entries"),
    )
    op.create_index("ix_holds_entry_id", "holds", ["entry_id"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("data", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_events_entry_id_entries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_entry_id", "events", ["entry_id"])
