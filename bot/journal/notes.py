"""Where notes of progress are in Slack, stored beside the entries."""

import json
from collections.abc import Collection
from datetime import timedelta
from hashlib import blake2s
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, insert, select

from bot.journal.database import Database
from bot.journal.tables import flags

NOTE_LIFETIME = timedelta(minutes=15)
"""Age from which a note of progress was left by a replica that has died: no request is worked on for that long."""
_NOTE = "note "


class StoredNote(NamedTuple):
    """Where a note of progress is in Slack; `name` is that of the flag that says so."""

    name: str
    channel: str
    ts: str


class NoteStore:
    """Stores where notes of progress are, so that those of a process that was killed are removed by the next one.

    They are flags, of which no event is kept. Every method raises JournalUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, key: str, user: str, channel: str, ts: str) -> None:
        """Stores where the note about the request with this key is."""
        values = {"name": _note_name(key), "text": json.dumps([channel, ts]), "by": user}
        with self._database.writing() as connection:
            connection.execute(delete(flags).where(flags.c.name == values["name"]))
            connection.execute(insert(flags).values(**values, at=self._database.now(connection)))

    def find(self, key: str) -> StoredNote | None:
        """Returns the note about the request with this key."""
        return next(iter(self._read(flags.c.name == _note_name(key))), None)

    def left_over(self) -> list[StoredNote]:
        """Returns the notes that no process will remove: at the start of the only one, all of them."""
        if self._database.exclusive:
            return self._read(flags.c.name.startswith(_NOTE))
        old = flags.c.at < self._database.current_time() - NOTE_LIFETIME
        return self._read(and_(flags.c.name.startswith(_NOTE), old))

    def forget(self, names: Collection[str]) -> None:
        """Deletes what is stored of notes that are removed."""
        with self._database.writing() as connection:
            connection.execute(delete(flags).where(flags.c.name.in_(names)))

    def _read(self, which: ColumnElement[bool]) -> list[StoredNote]:
        with self._database.reading() as connection:
            rows = connection.execute(select(flags.c.name, flags.c.text).where(which)).all()
        return [StoredNote(row.name, *json.loads(row.text)) for row in rows]


def _note_name(key: str) -> str:
    return _NOTE + blake2s(key.encode(), digest_size=5).hexdigest()
