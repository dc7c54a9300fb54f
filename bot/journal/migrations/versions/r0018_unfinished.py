"""Has the indexes of unfinished entries hold what is looked for: when each is due, and which change each ends."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_UNTOLD = sa.text("told_at IS NULL")
_FOLLOW_UPS = sa.text("told_at IS NULL AND ended_at IS NULL AND about IS NOT NULL")


def upgrade() -> None:
    """Replaces the index by one with more columns, and creates the one of follow-ups in the order of their times."""
    op.drop_index("ix_entries_untold", "entries")
    op.create_index(
        "ix_entries_untold",
        "entries",
        ["id", "due_at", "lease_until", "about"],
        sqlite_where=_UNTOLD,
        postgresql_where=_UNTOLD,
    )
    op.create_index(
        "ix_entries_follow_ups",
        "entries",
        ["run_at", "id", "about"],
        sqlite_where=_FOLLOW_UPS,
        postgresql_where=_FOLLOW_UPS,
    )
