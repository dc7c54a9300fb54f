"""SQL tables of the journal, as SQLAlchemy Core metadata.

A column whose `key` differs from its name has a clearer name in Python than in the database. Partial indexes are in
`indexes`.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    TypeDecorator,
    and_,
    or_,
)

from bot.journal.models import ScheduleState, State

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Stores aware datetimes and returns them in UTC; SQLite holds them as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Converts to UTC; raises ValueError for a datetime without a time zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Returns an aware datetime in UTC."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite's AUTOINCREMENT works with INTEGER only
_StateName = Enum(State, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states])
_ScheduleStateName = Enum(
    ScheduleState, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states]
)


def row_values(row: Row[Any], table: Table) -> dict[str, Any]:
    """Returns the values of a complete row of `table`, by the Python names of the columns."""
    return {column.key: row._mapping[column] for column in table.c}


def lease_expired(lease_until: ColumnElement[Any], now: Any) -> ColumnElement[bool]:
    """Returns the condition that there is no lease, or that it has expired at `now`."""
    return or_(lease_until.is_(None), lease_until <= now)


entries = Table(
    "entries",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("request", JSON, nullable=False),
    Column("response_url", String),
    Column("asked", JSON, nullable=False, key="operations"),
    Column("rule", String),
    Column("footprint", JSON, nullable=False),
    Column("state", _StateName, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("attempt", Integer, nullable=False),
    Column("owner", String),
    Column("lease_until", UtcDateTime),
    Column("began", Boolean, nullable=False),
    Column("plan", JSON(none_as_null=True)),
    Column("outcome", JSON(none_as_null=True)),
    Column("card", JSON(none_as_null=True)),
    Column("accepted_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("told_at", UtcDateTime, key="notified_at"),
    Column("about", _Id),
    Column("policy", String(16)),
    Column("failing_since", UtcDateTime),
    Column("failure", String),
    Column("failure_told", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)
not_notified = entries.c.notified_at.is_(None)
"""Condition of the entries that are not finished; it has a partial index."""
unfinished_follow_up = and_(not_notified, entries.c.ended_at.is_(None), entries.c.about.is_not(None))
"""Condition of what is about another entry and has not ended, such as the end of a change; it has a partial index."""

# Recurring schedules, each by the entry that made it. An active one either has `next_at`, or its occurrence is an entry
# that has not ended, and whose end sets `next_at` again: that is why it begins once.
schedules = Table(
    "schedules",
    metadata,
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True, key="number"),
    Column("state", _ScheduleStateName, nullable=False),
    Column("recurrence", JSON, nullable=False),
    Column("operation", JSON, nullable=False),
    Column("request", JSON, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("next_at", UtcDateTime),
    Column("waits_for", _Id),
    Column("begun", Integer, nullable=False),
    Column("latest", _Id),
    Column("note", String),
)

# The footprints of entries that have not ended, a row per name; deleted at the end, so that the table stays small.
footprints = Table(
    "holds",
    metadata,
    Column("name", String, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True, index=True),
)

# Flags for the whole bot, such as the pause.
flags = Table(
    "flags",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("text", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Locks on PBX objects that planned entries change; `held` is false while the entry waits for another one's lock.
target_locks = Table(
    "targets",
    metadata,
    Column("target", String, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True, index=True),
    Column("taken", Boolean, nullable=False, key="held"),
)

# What the plans of entries change, a row per PBX object and per member; kept as long as the entry.
changed_targets = Table(
    "changed_targets",
    metadata,
    Column("target", String, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True, index=True),
)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", String(16), nullable=False),
    Column("by", String, nullable=False),
    Column("data", JSON(none_as_null=True)),
    Column("hash", String(64), nullable=False),
    Column("previous", String(64)),
    sqlite_autoincrement=True,
)
"""`previous` is the hash of the event before, kept with events that stay when that one is pruned."""

# Entries whose rows can't be read; `entries.told_at` is set, so that they are neither run nor reported.
set_aside = Table(
    "set_aside",
    metadata,
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True),
    Column("reason", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
)

# One row: the link of the last event, that of the last pruned event, and up to which event a head was posted, and when.
# A transaction that adds an event locks this row until its commit.
chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", _Id, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("pruned", _Id, nullable=False),
    Column("pruned_hash", String(64), nullable=False),
    Column("posted", _Id, nullable=False),
    Column("posted_at", UtcDateTime, nullable=False),
)

# Leases on duties that one replica has at a time; `owner` is a process.
leases = Table(
    "leases",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

# The channel that each user chose last for confirmations.
destinations = Table(
    "destinations",
    metadata,
    Column("team", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
)

pbx_choices = Table(
    "pbx_choices",
    metadata,
    Column("team", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("pbx", String, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
)


def _files(name: str) -> Table:
    """Returns a table of files, each kept once by its content."""
    return Table(
        name,
        metadata,
        Column("sha256", String(64), primary_key=True),
        Column("name", String, nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("source", String),
        Column("kept_at", UtcDateTime, nullable=False),
    )


# Prompt files that were set, and those they replaced: the PBX's API can't return the file that it plays.
prompts = _files("prompts")

# Set-up files that were applied or are to be: Slack's file may be deleted before a scheduled change begins.
setup_files = _files("setup_files")

# Snapshots of the whole set-up: each as the difference to the one before, or whole where `base` is null.
setup_snapshots = Table(
    "setup_snapshots",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("base", _Id),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False, key="taken_by"),
    Column("difference", JSON, nullable=False),
    sqlite_autoincrement=True,
)

# The days of holiday calendars that were read from files and addresses, which count until they are read again.
calendars = Table(
    "calendars",
    metadata,
    Column("name", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("days", JSON, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)

# The drift baseline: the snapshot that each target is expected to match, or null where it is unknown.
baseline = Table(
    "sights",
    metadata,
    Column("key", String, primary_key=True),
    Column("seen", JSON(none_as_null=True), key="snapshot"),
    Column("read_at", UtcDateTime, key="members_read_at"),
)

# Changes made outside Park; each is posted once, not before `post_at`.
drifts = Table(
    "drifts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("change", JSON, nullable=False),
    Column("footprint", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("anew", Boolean, nullable=False, key="recreated"),
    Column("by", String, key="changed_by"),
    Column("since", UtcDateTime, nullable=False, key="last_matched_at"),
    Column("found_at", UtcDateTime, nullable=False),
    Column("post_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    sqlite_autoincrement=True,
)
not_posted = drifts.c.posted_at.is_(None)
"""Condition of the drifts that are still to be posted; it has a partial index."""

# One row: the progress of the drift scan, as `drift_store.ScanState` describes it.
scan_state = Table(
    "watch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("due_at", UtcDateTime),
    Column("looked_at", UtcDateTime, key="scanned_at"),
    Column("mark", _Id, key="last_event"),
    Column("skip", Integer, nullable=False, key="list_offset"),
    Column("end", Boolean, nullable=False, key="all_listed"),
    Column("doubts", JSON, nullable=False, key="uncertain"),
)
