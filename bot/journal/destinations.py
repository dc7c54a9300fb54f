"""Where each person had a confirmation posted last: beside the journal, and no part of it."""

from sqlalchemy import ColumnElement, and_, delete, insert, select

from bot.journal.database import Database
from bot.journal.tables import destinations


class Destinations:
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
