"""Which change an entry is about: what is taken back, ended, kept, extended or called off."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Nothing was about another change before."""
    op.add_column("entries", sa.Column("about", _ID))
    op.create_index("ix_entries_about", "entries", ["about"])
