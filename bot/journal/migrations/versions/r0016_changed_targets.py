"""Creates the table of what the plans of entries change, and fills it from the plans that are still looked at."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.messages.text import fold

revision = "0016"
down_revision = "0015"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LATEST = 1000
"""How many of the latest changes that were made are looked at: earlier ones were not found before either."""
_SERVER = "the call park server"


def upgrade() -> None:
    """Creates the table and its index, and reads the plans of the latest changes and of what is still to come."""
    table = op.create_table(
        "changed_targets",
        sa.Column("target", sa.String, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("target", "entry_id", name="pk_changed_targets"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_changed_targets_entry_id_entries"),
    )
    op.create_index("ix_changed_targets_entry_id", "changed_targets", ["entry_id"])
    connection = op.get_bind()
    for entry_id in sorted(_entries(connection)):
        rows = [{"target": key, "entry_id": entry_id} for key in sorted(_keys(connection, entry_id))]
        if rows:
            connection.execute(table.insert(), rows)


_ENTRIES = sa.table(
    "entries",
    sa.column("id", _ID),
    sa.column("state", sa.String),
    sa.column("plan", sa.JSON),
    sa.column("about", _ID),
    sa.column("told_at", sa.DateTime),
)


def _entries(connection: sa.Connection) -> set[int]:
    """Returns the ids of the latest changes that were made, of what is unfinished, and of what that is about."""
    unfinished = _ENTRIES.c.told_at.is_(None)
    made = sa.select(_ENTRIES.c.id).where(_ENTRIES.c.state == "done")
    latest = made.order_by(_ENTRIES.c.id.desc()).limit(_LATEST)
    found = {*connection.scalars(latest), *connection.scalars(sa.select(_ENTRIES.c.id).where(unfinished))}
    return found | ({*connection.scalars(sa.select(_ENTRIES.c.about).where(unfinished))} - {None})


def _keys(connection: sa.Connection, entry_id: int) -> set[str]:
    """Returns what a plan changes; nothing of an entry without one, or with one that can't be read."""
    try:
        plan = connection.scalar(sa.select(_ENTRIES.c.plan).where(_ENTRIES.c.id == entry_id))
        return set(_keys_of(plan or {}))
    except (TypeError, ValueError, LookupError, AttributeError):
        return set()


def _keys_of(plan: dict[str, Any]) -> Iterator[str]:
    for change in (*plan.get("changes", ()), *(plan.get("base") or ())):
        yield change["target"]["id"] or change["target"]["name"] or _SERVER
        if (name := change["target"]["name"]) is not None:
            yield f"named {fold(name)}"
        before, after = (
            {one["number"] for one in (change[side] or {}).get("members") or ()} for side in ("before", "after")
        )
        yield from (f"member {number}" for number in before ^ after)
