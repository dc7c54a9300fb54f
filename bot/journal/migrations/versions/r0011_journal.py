"""Creates all tables of the journal.

The first revision is "0011": journals made during development stand at lower ones, and are refused with a sentence.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0011"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)
_NO_HASH = "0" * 64  # of the event before the first


def upgrade() -> None:
    """Creates the tables, their indexes, and the single rows of `chain` and `watch`."""
    _create_entries()
    _create_tables_of_entries()
    _create_chain()
    _create_stores()
    _create_drift_tables()


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("response_url", sa.String),
        sa.Column("asked", sa.JSON, nullable=False),
        sa.Column("rule", sa.String),
        sa.Column("footprint", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("run_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("lease_until", _TIME),
        sa.Column("began", sa.Boolean, nullable=False),
        sa.Column("plan", sa.JSON),
        sa.Column("outcome", sa.JSON),
        sa.Column("card", sa.JSON),
        sa.Column("accepted_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("told_at", _TIME),
        sa.Column("about", _ID),
        sa.Column("policy", sa.String(16)),
        sa.Column("failing_since", _TIME),
        sa.Column("failure", sa.String),
        sa.Column("failure_told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("key", name="uq_entries_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_about", "entries", ["about"])
    _create_partial_index("ix_entries_untold", "entries", "told_at IS NULL")
    _create_partial_index("ix_entries_unknown", "entries", "state = 'unsettled'")
    if op.get_bind().dialect.name == "postgresql":  # SQLite compares keys byte by byte anyway
        op.create_index("ix_entries_key_bytes", "entries", [sa.text('key COLLATE "C"')])


def _create_tables_of_entries() -> None:
    op.create_table(
        "holds",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("name", "entry_id", name="pk_holds"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_holds_entry_id_entries"),
    )
    op.create_table(
        "targets",
        sa.Column("target", sa.String, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("taken", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("target", "entry_id", name="pk_targets"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_targets_entry_id_entries"),
    )
    op.create_table(
        "events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry_id", _ID),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("data", sa.JSON),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_events_entry_id_entries"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "set_aside",
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("told_at", _TIME),
        sa.PrimaryKeyConstraint("entry_id", name="pk_set_aside"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_set_aside_entry_id_entries"),
    )
    for table in ("holds", "targets", "events"):
        op.create_index(f"ix_{table}_entry_id", table, ["entry_id"])


def _create_chain() -> None:
    chain = op.create_table(
        "chain",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", _ID, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("pruned", _ID, nullable=False),
        sa.Column("pruned_hash", sa.String(64), nullable=False),
        sa.Column("posted", _ID, nullable=False),
        sa.Column("posted_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
    )
    row = {"id": 1, "number": 0, "hash": _NO_HASH, "pruned": 0, "pruned_hash": _NO_HASH, "posted": 0}
    op.bulk_insert(
        chain, [{**row, "posted_at": context.config.attributes["at"]}]
    )  # the head is posted tomorrow for the first time


def _create_stores() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "flags",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_flags"),
    )
    op.create_table(
        "destinations",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("chosen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("team", "user", name="pk_destinations"),
    )
    op.create_table(
        "prompts",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.String),
        sa.Column("kept_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_prompts"),
    )


def _create_drift_tables() -> None:
    op.create_table(
        "sights",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("seen", sa.JSON),
        sa.Column("read_at", _TIME),
        sa.PrimaryKeyConstraint("key", name="pk_sights"),
    )
    op.create_table(
        "drifts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("change", sa.JSON, nullable=False),
        sa.Column("footprint", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("anew", sa.Boolean, nullable=False),
        sa.Column("by", sa.String),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("post_at", _TIME, nullable=False),
        sa.Column("posted_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_drifts"),
        sqlite_autoincrement=True,
    )
    _create_partial_index("ix_drifts_unposted", "drifts", "posted_at IS NULL")
    watch = op.create_table(
        "watch",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("due_at", _TIME),
        sa.Column("looked_at", _TIME),
        sa.Column("mark", _ID),
        sa.Column("skip", sa.Integer, nullable=False),
        sa.Column("end", sa.Boolean, nullable=False),
        sa.Column("doubts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
    )
    op.bulk_insert(watch, [{"id": 1, "skip": 0, "end": False, "doubts": {}}])


def _create_partial_index(name: str, table: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, ["id"], sqlite_where=where, postgresql_where=where)
