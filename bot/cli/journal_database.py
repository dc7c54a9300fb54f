"""Opens the database of the journal for a command, while Park may be running."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.journal.database import Database, open_beside
from bot.journal.migrations import require_current


@contextmanager
def open_journal(url: str) -> Iterator[Database]:
    """Opens the database; raises SettingsError, and JournalUnavailable if its tables are not those of this version."""
    with closing(open_beside(url)) as database:
        with database.reading() as connection:
            require_current(connection)
        yield database
