"""The temporary changes in effect, each with who made it and the names of its groups, for all who look at them.

Each answer reads from an index which changes these are; the rest never changes, so that it is read once and kept.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from bot.journal.prepared import Prepared
from bot.journal.tables import changed_targets, entries, unfinished_follow_up
from bot.journal.targets import name_of_key
from bot.messages.request import Source

BATCH_SIZE = 200
"""Changes of which is read at once what is not known yet."""


class TemporaryChange(NamedTuple):
    """A temporary change in effect, by the ids of its end and of its own entry."""

    end: int
    number: int
    user: str
    """Id of the user who made it."""
    names: frozenset[str]
    """The folded names of its groups when it was made."""


FOLLOW_UPS = Prepared(
    select(entries.c.id, entries.c.about).where(unfinished_follow_up).order_by(entries.c.run_at, entries.c.id)
)
"""The ids of what is about other entries and has not ended, and of these, the next one first: an index has them all."""
_changes = entries.alias("changes")
ENDS = Prepared(
    select(entries.c.id, entries.c.about, _changes.c.request["user"].as_string().label("user"))
    .join(_changes, _changes.c.id == entries.c.about)
    .where(
        entries.c.id.in_(bindparam("ids", expanding=True)),
        entries.c.request["source"].as_string() == Source.CLOCK.value,
    ),
    lists=("ids",),
)
"""Those of `ids` that are ends of changes, with these changes and who made them."""
TARGETS = Prepared(
    select(changed_targets.c.entry_id, changed_targets.c.target).where(
        changed_targets.c.entry_id.in_(bindparam("ids", expanding=True))
    ),
    lists=("ids",),
)
"""The keys of what the changes `ids` have changed."""


class TemporaryChanges:
    """Reads the temporary changes in effect, and keeps what is known of them until they end."""

    def __init__(self) -> None:
        """Knows none yet."""
        self._known: dict[int, TemporaryChange | None] = {}
        self._lock = threading.Lock()

    def read(self, connection: Connection) -> list[TemporaryChange]:
        """Returns the temporary changes in effect, in the order of their ends."""
        found = [(row["id"], row["about"]) for row in FOLLOW_UPS.rows(connection, {})]
        with self._lock:
            known = self._known
        missing = [end for end, _ in found if end not in known]
        batches = (missing[start : start + BATCH_SIZE] for start in range(0, len(missing), BATCH_SIZE))
        read = {end: one for batch in batches for end, one in _read(connection, batch)}
        current = {end: known[end] if end in known else read[end] for end, _ in found}
        with self._lock:
            self._known = current
        return [one for one in current.values() if one is not None]


def _read(connection: Connection, ends: Sequence[int]) -> Iterator[tuple[int, TemporaryChange | None]]:
    """Yields each of these entries with the change that it ends; None for what is about a change otherwise."""
    rows = ENDS.rows(connection, {"ids": ends})
    names = _names(connection, [row["about"] for row in rows])
    yield from dict.fromkeys(ends).items()
    for row in rows:
        yield row["id"], TemporaryChange(row["id"], row["about"], row["user"], frozenset(names[row["about"]]))


def _names(connection: Connection, numbers: Collection[int]) -> defaultdict[int, set[str]]:
    found = defaultdict[int, set[str]](set)
    for row in TARGETS.rows(connection, {"ids": numbers}):
        if (name := name_of_key(row["target"])) is not None:
            found[row["entry_id"]].add(name)
    return found
