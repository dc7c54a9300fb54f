"""SQL tables."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

from bot.journal.models import State

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware in UTC out; SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself in INTEGER only
StateName = Enum(State, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states])


entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("request", JSON, nullable=False),
    Column("response_url", String),
    Column("asked", JSON, nullable=False),
    Column("rule", String),
    Column("footprint", JSON, nullable=False),
    Column("state", StateName, nullable=False),
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
    Column("told_at", UtcDateTime),
    Column("about", Id, index=True),
    Column("policy", String(16)),
    sqlite_autoincrement=True,
)
untold = entries.c.told_at.is_(None)
Index("ix_entries_untold", entries.c.id, sqlite_where=untold, postgresql_where=untold)
unknown = entries.c.state == State.UNKNOWN
# On PostgreSQL there is ix_entries_key_bytes too (r0009): SQLite compares bytes anyway.
Index("ix_entries_unknown", entries.c.id, sqlite_where=unknown, postgresql_where=unknown)

# What unended entries mention: the rows go when the entry ends, so that only those who may block are looked at.
holds = Table(
    "holds",
    metadata,
    Column("name", String, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True, index=True),
)

# What holds for all of Park: a pause.
flags = Table(
    "flags",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("text", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# What the planned and unended touch on the PBX; `taken` is false for those that wait until another one has ended.
targets = Table(
    "targets",
    metadata,
    Column("target", String, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), primary_key=True, index=True),
    Column("taken", Boolean, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("entry_id", ForeignKey(entries.c.id), index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", String(16), nullable=False),
    Column("by", String, nullable=False),
    Column("data", JSON(none_as_null=True)),
    Column("hash", String(64), nullable=False),
    sqlite_autoincrement=True,
)

# One row: the last event's link, that of the last one pruned, and what of it was posted to Slack, when. Whoever adds an
# event holds this row until the commit.
chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Id, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("pruned", Id, nullable=False),
    Column("pruned_hash", String(64), nullable=False),
    Column("posted", Id, nullable=False),
    Column("posted_at", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),
)

destinations = Table(
    "destinations",
    metadata,
    Column("team", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
)

# The files of the prompts that were set, and of those that were there before: the PBX's API gives the one in use no id.
prompts = Table(
    "prompts",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("source", String),
    Column("kept_at", UtcDateTime, nullable=False),
)

# What Park takes each target to look like: as it saw it last, and with its own changes since; `seen` is null where it
# can't tell, and members were read at `read_at`.
sights = Table(
    "sights",
    metadata,
    Column("key", String, primary_key=True),
    Column("seen", JSON(none_as_null=True)),
    Column("read_at", UtcDateTime),
)

# What was changed outside Park; posted once, not before `post_at`.
drifts = Table(
    "drifts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("change", JSON, nullable=False),
    Column("footprint", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("anew", Boolean, nullable=False),
    Column("by", String),
    Column("since", UtcDateTime, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("post_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    sqlite_autoincrement=True,
)
unposted = drifts.c.posted_at.is_(None)
Index("ix_drifts_unposted", drifts.c.id, sqlite_where=unposted, postgresql_where=unposted)

# One row: who looks for drift now, when it is looked for next, and how far the last look came: through the events
# (`mark`), through the list of groups (`skip`), and whether that was ever read to its `end`.
watch = Table(
    "watch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String),
    Column("lease_until", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("looked_at", UtcDateTime),
    Column("mark", Id),
    Column("skip", Integer, nullable=False),
    Column("end", Boolean, nullable=False),
    Column("doubts", JSON, nullable=False),
)
