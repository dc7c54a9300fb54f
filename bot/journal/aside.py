"""Entries whose rows can't be read: set aside, so that they stop no other, and taken back once they can be."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select, update

from bot.journal.events import PARK, append_for_entry
from bot.journal.models import Entry, SetAside
from bot.journal.prepared import Prepared
from bot.journal.rows import entries_from_rows, read_rows
from bot.journal.tables import entries, footprints, not_notified, target_locks
from bot.journal.tables import set_aside as table

_ANY = Prepared(
    select(exists().where(not_notified).label("unfinished"), exists(select(table.c.entry_id)).label("aside"))
)
_SET_ASIDE = Prepared(select(table).order_by(table.c.entry_id))


def survey(connection: Connection) -> tuple[dict[int, str], list[Entry]]:
    """Returns what is wrong with the unfinished entries that can't be read, and which can be read again."""
    if not any(_ANY.rows(connection, {})[0].values()):
        return {}, []  # as a rule, and at once
    rows, unreadable = read_rows(connection, select(entries).where(not_notified), entries.c.id)
    _, faults = entries_from_rows(rows)
    were_set_aside = select(entries).where(entries.c.id.in_(select(table.c.entry_id)))
    rows, _ = read_rows(connection, were_set_aside, entries.c.id)
    readable_again, _ = entries_from_rows(rows)
    return faults | dict.fromkeys(unreadable, "its row holds no valid data"), readable_again


def set_aside(connection: Connection, entry_id: int, reason: str, *, at: datetime) -> None:
    """Takes an unfinished entry out of the queue, with the names and targets that it blocks."""
    finished = {"notified_at": at, "owner": None, "lease_until": None}
    if not connection.execute(update(entries).where(entries.c.id == entry_id, not_notified).values(finished)).rowcount:
        return
    for blocked in (footprints, target_locks):
        connection.execute(delete(blocked).where(blocked.c.entry_id == entry_id))
    connection.execute(insert(table).values(entry_id=entry_id, reason=reason[:500], at=at))
    append_for_entry(connection, entry_id, {"set aside": {"reason": reason[:500]}}, by=PARK, at=at)


def take_back(connection: Connection, entry: Entry, *, at: datetime) -> None:
    """Puts an entry back into the queue that can be read again."""
    if not connection.execute(delete(table).where(table.c.entry_id == entry.id)).rowcount:
        return
    connection.execute(update(entries).where(entries.c.id == entry.id).values(notified_at=None))
    if not entry.state.ended and entry.footprint:
        rows = [{"name": name, "entry_id": entry.id} for name in sorted(entry.footprint)]
        connection.execute(insert(footprints), rows)
    append_for_entry(connection, entry.id, {"taken back": None}, by=PARK, at=at)


def read_set_aside(connection: Connection) -> list[SetAside]:
    """Returns the entries that were set aside, the oldest first."""
    return [
        SetAside(entry=row["entry_id"], reason=row["reason"], at=row["at"], told=row["told_at"] is not None)
        for row in _SET_ASIDE.rows(connection, {})
    ]


def record_told(connection: Connection, entry_id: int, *, at: datetime) -> None:
    """Records that people were told in Slack."""
    connection.execute(update(table).where(table.c.entry_id == entry_id).values(told_at=at))
