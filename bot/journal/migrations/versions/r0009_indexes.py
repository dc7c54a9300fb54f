"""Indexes for what is asked at every change or click, so that it takes no longer in a journal of years."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Of what nobody knows the outcome of; of keys by their bytes, which SQLite's own index has already."""
    unknown = sa.text("state = 'unsettled'")
    op.create_index("ix_entries_unknown", "entries", ["id"], sqlite_where=unknown, postgresql_where=unknown)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_entries_key_bytes", "entries", [sa.text('key COLLATE "C"')])
