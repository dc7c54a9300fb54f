"""Creates the tables of set-up files and of snapshots of the whole set-up."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "setup_files",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.String),
        sa.Column("kept_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_setup_files"),
    )
    op.create_table(
        "setup_snapshots",
        sa.Column("id", _ID, nullable=False),
        sa.Column("base", _ID),
        sa.Column("taken_at", _TIME, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("difference", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_setup_snapshots"),
        sqlite_autoincrement=True,
    )
