"""Has the indexes of entries hold what is looked for: when each is due, which change each ends, what each is about."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_UNTOLD = sa.text("told_at IS NULL")
_ABOUT = sa.text("about IS NOT NULL")
_FOLLOW_UPS = sa.text("told_at IS NULL AND ended_at IS NULL AND about IS NOT NULL")


def upgrade() -> None:
    """Replaces two indexes, by one with more columns and one with fewer rows, and creates that of the follow-ups."""
    op.drop_index("ix_entries_about", "entries")
    op.create_index("ix_entries_about", "entries", ["about"], sqlite_where=_ABOUT, postgresql_where=_ABOUT)
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
