"""Partial indexes of the journal's tables, apart from the tables: only migrations and tests read them.

To declare one, SQLAlchemy loads all its drivers for both databases, some 3 MiB, which a running Park does not need.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Index

from bot.journal.models import State
from bot.journal.slack_tables import metadata as metadata  # with all tables
from bot.journal.tables import drifts, entries, not_notified, not_posted, schedules, unfinished_follow_up


def _partial(name: str, columns: Sequence[Column[Any]], condition: ColumnElement[bool]) -> None:
    Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


# PostgreSQL also has ix_entries_key_bytes, which only the migration makes: SQLite compares keys byte by byte anyway.
# What looks for work reads these columns of each unfinished entry, which an index holds beside each other.
_partial("ix_entries_untold", [entries.c.id, entries.c.due_at, entries.c.lease_until, entries.c.about], not_notified)
_partial("ix_entries_follow_ups", [entries.c.run_at, entries.c.id, entries.c.about], unfinished_follow_up)
# Without the entries that are about no other: SQLite would look for these, which are nearly all, by the index.
_partial("ix_entries_about", [entries.c.about], entries.c.about.is_not(None))
_partial("ix_entries_unknown", [entries.c.id], entries.c.state == State.UNKNOWN)
_partial("ix_schedules_next_at", [schedules.c.next_at], schedules.c.next_at.is_not(None))
_partial("ix_schedules_waits_for", [schedules.c.waits_for], schedules.c.waits_for.is_not(None))
_partial("ix_drifts_unposted", [drifts.c.id], not_posted)
