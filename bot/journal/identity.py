"""The identity of a journal: the same however its address is written."""

import uuid

from sqlalchemy import insert, select

from bot.journal.database import Database
from bot.journal.events import PARK
from bot.journal.tables import flags

_IDENTITY = "identity"
_KNOWN = select(flags.c.text).where(flags.c.name == _IDENTITY)


def identity_of(database: Database) -> str:
    """Returns the identity of a database, which it is given when it is first asked for; raises JournalUnavailable.

    It is a flag, of which no event is kept. A copy of a journal has the identity of the original.
    """
    with database.reading() as connection:
        known: str | None = connection.scalar(_KNOWN)
    if known is not None:
        return known
    with database.writing() as connection:  # one at a time, also of several replicas
        known = connection.scalar(_KNOWN)
        if known is None:
            known = uuid.uuid4().hex
            values = {"name": _IDENTITY, "text": known, "by": PARK, "at": database.now(connection)}
            connection.execute(insert(flags).values(values))
    return known
