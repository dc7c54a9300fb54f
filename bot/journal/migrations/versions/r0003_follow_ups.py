"""Which change an entry is about, and what holds for all of Park."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Nothing was about another change before."""
    op.add_column("entries", sa.Column("about", _ID))
    op.create_index("ix_entries_about", "entries", ["about"])
    op.create_table(
        "flags",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_flags"),
    )
