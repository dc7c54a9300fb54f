"""What a connection to PostgreSQL sends together, as each answer costs a round trip.

Writes of which nothing is asked wait for the next statement or for the commit, and are sent with it; reads that are
named when a transaction begins are sent with its beginning. All are statements of one script, of which the server runs
none after one that has failed: its COMMIT is the last.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

Rows: TypeAlias = list[Sequence[Any]]


_ONE_AT_LEAST = "SELECT 1 / count(*) FROM changed"


class Write(NamedTuple):
    """A statement with its values, in the order of their places."""

    text: str
    values: Sequence[Any]


class ReadAhead(NamedTuple):
    """What was read with the beginning of a transaction: the rows, or why they can't be read."""

    statement: object
    given: Mapping[str, Any]
    rows: Rows | Exception


class Script:
    """The statements of one connection that wait to be sent, and what it has read ahead."""

    def __init__(self) -> None:
        """Nothing waits, and nothing was read."""
        self.results: list[Rows | Exception] | None = None
        """The rows of each statement of the next script, where they are wanted."""
        self.kept = dict[str, Any]()
        """What is known of this transaction, by name, until it is over."""
        self._writes = list[Write]()
        self._fault: Exception | None = None
        self._ahead = list[ReadAhead]()

    def begin(self, ahead: Sequence[ReadAhead]) -> None:
        """Forgets the transaction before, and keeps what was read with the beginning of this one."""
        self.clear()
        self._ahead = list(ahead)

    def clear(self) -> None:
        """Forgets all: the transaction is over."""
        self._fault = None
        self.kept.clear()
        self._writes.clear()
        self._ahead.clear()

    def read_ahead(self, statement: object, given: Mapping[str, Any]) -> Rows | None:
        """Returns the rows of a statement that were read ahead, once; None if they were not; raises what they do."""
        for one in self._ahead:
            if one.statement is statement and one.given == given:
                self._ahead.remove(one)
                if isinstance(one.rows, Exception):
                    raise one.rows
                return one.rows
        return None

    def add(self, write: Write) -> None:
        """Has a statement sent with the next one."""
        self._writes.append(write)

    def add_condition(self, write: Write, fault: Exception) -> None:
        """As `add`, for a statement that has to concern a row: else it fails, and with it the transaction.

        A division by zero is the error that SQL can raise without a function that would have to be created. Whose it is
        could not be told if two waited.
        """
        assert self._fault is None  # noqa: S101 - the caller has looked
        self._fault = fault
        self.add(write._replace(text=f"WITH changed AS ({write.text} RETURNING 1) {_ONE_AT_LEAST}"))

    def take(self) -> list[Write]:
        """Returns the statements that wait, which are sent now."""
        taken, self._writes = self._writes, []
        return taken

    @property
    def has_condition(self) -> bool:
        """Whether a statement waits that has to concern a row."""
        return self._fault is not None

    def settle(self) -> Exception | None:
        """Returns what a division by zero in the script that was just answered means, and forgets it."""
        fault, self._fault = self._fault, None
        return fault

    @property
    def waits(self) -> bool:
        """Whether statements wait."""
        return bool(self._writes)


def script_of(connection: Connection) -> Script | None:
    """Returns the script of a connection to PostgreSQL; None on SQLite, where each statement is run at once."""
    if connection.dialect.name == "sqlite":
        return None
    script: Script = connection.connection.driver_connection.script  # type: ignore[union-attr]
    return script
