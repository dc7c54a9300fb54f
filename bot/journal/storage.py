"""Small stores beside the entries: prompt files, channels for confirmations, and where notes of progress are."""

import json
from collections.abc import Collection
from datetime import timedelta
from hashlib import blake2s
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from bot.journal.database import Database
from bot.journal.tables import destinations, flags, prompts

MAX_PROMPTS = 20
"""Files that are kept, the latest ones: each has up to 10 MB, the limit of Slack's forms and of the PBX."""
REFERENCE_LENGTH = 16
"""Hexadecimal digits of a file's SHA-256 that identify it in an operation."""


class StoredPrompt(NamedTuple):
    """A prompt file; `source` is its id in Slack, if it comes from there."""

    name: str
    content: bytes
    sha256: str
    source: str | None = None

    @property
    def reference(self) -> str:
        """Its identifier in operations."""
        return self.sha256[:REFERENCE_LENGTH]


class PromptStore:
    """Stores the latest prompt files. Every method raises JournalUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, file: StoredPrompt) -> None:
        """Stores a file as the latest and deletes those over the limit; a stored file keeps its name and its source."""
        latest = select(prompts.c.sha256).order_by(prompts.c.kept_at.desc()).limit(MAX_PROMPTS)
        with self._database.writing() as connection:
            now = self._database.now(connection)
            values = {"kept_at": now} | ({"source": file.source} if file.source else {})
            stored = connection.execute(update(prompts).where(prompts.c.sha256 == file.sha256).values(values))
            if not stored.rowcount:
                connection.execute(insert(prompts).values(**file._asdict(), kept_at=now))
            connection.execute(delete(prompts).where(prompts.c.sha256.not_in(latest)))

    def content(self, sha256: str) -> bytes | None:
        """Returns a file's content; None if it is not stored, or no longer."""
        found = self.find(sha256[:REFERENCE_LENGTH])
        return found.content if found else None

    def find(self, text: str) -> StoredPrompt | None:
        """Returns a file by its reference, or by its id in Slack."""
        wanted = select(prompts.c.name, prompts.c.content, prompts.c.sha256, prompts.c.source).where(
            (prompts.c.source == text) | (func.substr(prompts.c.sha256, 1, REFERENCE_LENGTH) == text)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return StoredPrompt(*row) if row else None


class DestinationStore:
    """Stores at most one channel per user. Every method raises JournalUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, team: str, user: str) -> str | None:
        """Returns the id of the channel that the user chose last; None if there is none."""
        wanted = select(destinations.c.channel).where(_of_user(team, user))
        with self._database.reading() as connection:
            return connection.scalar(wanted)

    def keep(self, team: str, user: str, channel: str | None) -> None:
        """Replaces the user's choice."""
        with self._database.writing() as connection:
            connection.execute(delete(destinations).where(_of_user(team, user)))
            if channel is not None:
                row = {"team": team, "user": user, "channel": channel, "chosen_at": self._database.now(connection)}
                connection.execute(insert(destinations).values(row))


def _of_user(team: str, user: str) -> ColumnElement[bool]:
    return and_(destinations.c.team == team, destinations.c.user == user)


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
