"""The targets that changes under way have on the PBX, or wait for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """What is under way while this runs has no targets yet: the precondition keeps it from others' changes."""
    op.create_table(
        "targets",
        sa.Column("target", sa.String, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("taken", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("target", "entry_id", name="pk_targets"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_targets_entry_id_entries"),
    )
    op.create_index("ix_targets_entry_id", "targets", ["entry_id"])
