"""Small stores beside the entries: files, each user's channel for confirmations, days of calendars."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, select, update

from bot.journal.database import Database
from bot.journal.tables import calendars, destinations, pbx_choices, prompts
from bot.recurrence.calendars import ReadCalendar

MAX_PROMPTS = 20
"""Files that are kept, the latest ones: each has up to 10 MB, the limit of Slack's forms and of the PBX."""
REFERENCE_LENGTH = 16
"""Hexadecimal digits of a file's SHA-256 that identify it in an operation."""


class StoredPrompt(NamedTuple):
    """A prompt file or a set-up file; `source` is its id in Slack, if it comes from there."""

    name: str
    content: bytes
    sha256: str
    source: str | None = None

    @property
    def reference(self) -> str:
        """Its identifier in operations."""
        return self.sha256[:REFERENCE_LENGTH]


class PromptStore:
    """Stores the latest files of one kind, prompts unless `table` is another. Methods raise JournalUnavailable."""

    def __init__(self, database: Database, table: Table = prompts) -> None:
        self._database, self._table = database, table

    def keep(self, file: StoredPrompt) -> None:
        """Stores a file as the latest and deletes those over the limit; a stored file keeps its name and its source."""
        table = self._table
        latest = select(table.c.sha256).order_by(table.c.kept_at.desc()).limit(MAX_PROMPTS)
        with self._database.writing() as connection:
            now = self._database.now(connection)
            values = {"kept_at": now} | ({"source": file.source} if file.source else {})
            stored = connection.execute(update(table).where(table.c.sha256 == file.sha256).values(values))
            if not stored.rowcount:
                connection.execute(insert(table).values(**file._asdict(), kept_at=now))
            connection.execute(delete(table).where(table.c.sha256.not_in(latest)))

    def content(self, sha256: str) -> bytes | None:
        """Returns a file's content; None if it is not stored, or no longer."""
        found = self.find(sha256[:REFERENCE_LENGTH])
        return found.content if found else None

    def find(self, text: str) -> StoredPrompt | None:
        """Returns a file by its reference, or by its id in Slack."""
        table = self._table
        wanted = select(table.c.name, table.c.content, table.c.sha256, table.c.source).where(
            (table.c.source == text) | (func.substr(table.c.sha256, 1, REFERENCE_LENGTH) == text)
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


class PbxChoiceStore:
    """Stores which PBX a user's direct messages and Home tab are about. Every method raises JournalUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, team: str, user: str) -> str | None:
        """Returns the name of the PBX that the user chose last; None if there is none."""
        wanted = select(pbx_choices.c.pbx).where(pbx_choices.c.team == team, pbx_choices.c.user == user)
        with self._database.reading() as connection:
            return connection.scalar(wanted)

    def keep(self, team: str, user: str, pbx: str) -> None:
        """Replaces the user's choice."""
        with self._database.writing() as connection:
            own = (pbx_choices.c.team == team, pbx_choices.c.user == user)
            connection.execute(delete(pbx_choices).where(*own))
            row = {"team": team, "user": user, "pbx": pbx, "chosen_at": self._database.now(connection)}
            connection.execute(insert(pbx_choices).values(row))


class CalendarStore:
    """Stores the days that each calendar had when it was last read. Every method raises JournalUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, ReadCalendar]:
        """Returns what is stored, by the names of the calendars."""
        with self._database.reading() as connection:
            rows = connection.execute(select(calendars)).all()
        return {
            row.name: ReadCalendar(
                row.source, {date.fromisoformat(day): str(title) for day, title in row.days.items()}, row.read_at
            )
            for row in rows
        }

    def keep(self, name: str, read: ReadCalendar) -> None:
        """Replaces what is stored of a calendar."""
        days = {day.isoformat(): title for day, title in sorted(read.days.items())}
        with self._database.writing() as connection:
            connection.execute(delete(calendars).where(calendars.c.name == name))
            connection.execute(insert(calendars).values(name=name, source=read.source, days=days, read_at=read.read_at))


def _of_user(team: str, user: str) -> ColumnElement[bool]:
    return and_(destinations.c.team == team, destinations.c.user == user)
