"""Creates the table of recurring schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the table, and an index for each way in which a schedule becomes due."""
    op.create_table(
        "schedules",
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("recurrence", sa.JSON, nullable=False),
        sa.Column("operation", sa.JSON, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("next_at", _TIME),
        sa.Column("waits_for", _ID),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("latest", _ID),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("entry_id", name="pk_schedules"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_schedules_entry_id_entries"),
    )
    for column in ("next_at", "waits_for"):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_schedules_{column}", "schedules", [column], sqlite_where=where, postgresql_where=where)
