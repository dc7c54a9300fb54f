"""By which policy an entry was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nobody knows which one it was before."""
    op.add_column("entries", sa.Column("policy", sa.String(16)))
