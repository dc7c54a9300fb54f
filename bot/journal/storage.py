"""Prompt files and remembered destinations, beside the journal."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from bot.journal.database import Database
from bot.journal.tables import destinations, prompts

MOST = 20
"""Files that are kept, the latest: each is as large as Slack's forms and the PBX let it be, 10 MB."""
REFERENCE = 16
"""Digits of a file's SHA-256 that it is named by."""


class StoredPrompt(NamedTuple):
    """A file; `source` is its id in Slack, where it came from there."""

    name: str
    content: bytes
    sha256: str
    source: str | None = None

    @property
    def reference(self) -> str:
        """What a line calls it."""
        return self.sha256[:REFERENCE]


class PromptStore:
    """Each raises JournalUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, file: StoredPrompt) -> None:
        """As the latest; what is too old then goes. What is there already keeps its name, and a source it has."""
        latest = select(prompts.c.sha256).order_by(prompts.c.kept_at.desc()).limit(MOST)
        with self._database.writing() as connection:
            now = self._database.now(connection)
            again = {"kept_at": now} | ({"source": file.source} if file.source else {})
            there = connection.execute(update(prompts).where(prompts.c.sha256 == file.sha256).values(again))
            if not there.rowcount:
                connection.execute(insert(prompts).values(**file._asdict(), kept_at=now))
            connection.execute(delete(prompts).where(prompts.c.sha256.not_in(latest)))

    def content(self, sha256: str) -> bytes | None:
        """None where it is not kept, or no longer."""
        found = self.find(sha256[:REFERENCE])
        return found.content if found else None

    def find(self, text: str) -> StoredPrompt | None:
        """By its reference, or by its id in Slack."""
        wanted = select(prompts.c.name, prompts.c.content, prompts.c.sha256, prompts.c.source).where(
            (prompts.c.source == text) | (func.substr(prompts.c.sha256, 1, REFERENCE) == text)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return StoredPrompt(*row) if row else None


class DestinationStore:
    """One channel a person, or none. Each raises JournalUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, team: str, user: str) -> str | None:
        """The channel's id; None where they chose none, or none yet."""
        wanted = select(destinations.c.channel).where(_theirs(team, user))
        with self._database.reading() as connection:
            return connection.scalar(wanted)

    def keep(self, team: str, user: str, channel: str | None) -> None:
        """In the place of what they chose before."""
        with self._database.writing() as connection:
            connection.execute(delete(destinations).where(_theirs(team, user)))
            if channel is not None:
                row = {"team": team, "user": user, "channel": channel, "chosen_at": self._database.now(connection)}
                connection.execute(insert(destinations).values(row))


def _theirs(team: str, user: str) -> ColumnElement[bool]:
    return and_(destinations.c.team == team, destinations.c.user == user)
