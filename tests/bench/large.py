"""A large installation, in seconds: what people have made a few times is copied by SQL.

A copy differs in its number, key and group. The chain of hashes does not cover the copied events.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.sandbox.environment import Sandbox
from tests.bench.bots import running
from tests.bench.commands import RING_GROUP, Typist

CHANGES = 100_000
"""Changes in the journal, on all groups in turn."""
TEMPORARY = 1000
"""Temporary changes in effect, each of one of the last groups."""
SPREAD = 200 * 86_400
"""Seconds over which the lasting changes were made, one after the other; Park keeps them for longer."""
_COPIED = {"entries": ("key", "request", "asked", "footprint", "plan", "outcome"), "events": ("data",)}
"""Columns of each table in which a group is named."""
_TIMES = {"entries": ("run_at", "accepted_at", "ended_at", "told_at"), "events": ("at",)}
"""Columns of each table that hold when something happened."""


class _Temporary(Typist):
    """Types temporary changes, each of another one of the last groups."""

    def line(self, number: int) -> tuple[str, str]:
        group = f"Group {len(self.sandbox.pbx.state.groups) - number:05}"
        return group, f"recall {group} to {RING_GROUP} for 8h"


class _Lasting(Typist):
    """Types one change."""

    def line(self, number: int) -> tuple[str, str]:
        return "Group 00001", f"recall Group 00001 to {RING_GROUP}"


def make_large(sandbox: Sandbox, changes: int = CHANGES, temporary: int = TEMPORARY) -> None:
    """Has a bot make a change of either kind, and copies both; no bot may be running."""
    with running(sandbox, "bot run"):
        assert _Lasting(sandbox).type(), "no lasting change was made"
        assert _Temporary(sandbox).type(), "no temporary change was made"
    path = Path(sandbox.settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TEMP TABLE names (number INTEGER PRIMARY KEY, id TEXT, name TEXT)")
        groups = sorted((one["name"], id) for id, one in sandbox.pbx.state.groups.items())
        rows = [(number, id, name) for number, (name, id) in enumerate(groups)]
        connection.executemany("INSERT INTO names VALUES (?, ?, ?)", rows)
        last = len(groups) - 1
        _copy(connection, (1,), changes, first_group=0, of=0, groups=len(groups) - temporary, spread=SPREAD)
        _copy(
            connection, (2, 3), temporary - 1, first_group=last - temporary + 1, of=last, groups=temporary - 1, spread=0
        )
        connection.execute("UPDATE chain SET number = (SELECT max(id) FROM events)")
        connection.execute("ANALYZE temp")


def _copy(
    connection: sqlite3.Connection,
    numbers: tuple[int, ...],
    times: int,
    *,
    first_group: int,
    of: int,
    groups: int,
    spread: int = 0,
) -> None:
    """Copies entries, with all rows about them, for groups in turn.

    Args:
        numbers: ids of the entries, which follow each other and are copied together.
        first_group: place of the first group among all, ordered by name.
        of: place of the group that the entries are about.
        groups: number of groups that the copies are about.
        spread: seconds between the first copy and the last one.
    """
    (first,) = connection.execute("SELECT max(id) + 1 FROM entries").fetchone()
    connection.execute("DROP TABLE IF EXISTS copies")
    connection.execute(
        "CREATE TEMP TABLE copies (number INTEGER PRIMARY KEY, shift INTEGER, ago REAL, id TEXT, name TEXT)"
    )
    connection.execute(
        """
        WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < ? - 1)
        INSERT INTO copies SELECT n, ? + n * ? - ?, ? * (? - n) / ?, names.id, names.name
        FROM counted JOIN names ON names.number = ? + n % ?
        """,
        (times, first, len(numbers), numbers[0], float(spread), times, times, first_group, groups),
    )
    id, name = connection.execute("SELECT id, name FROM names WHERE number = ?", (of,)).fetchone()
    old = {"id": id, "name": name, "digits": name.removeprefix("Group "), "numbers": numbers}
    for table, key in (
        ("entries", "id"),
        ("events", "entry_id"),
        ("holds", "entry_id"),
        ("changed_targets", "entry_id"),
    ):
        _copy_rows(connection, table, key, old)


def _copy_rows(connection: sqlite3.Connection, table: str, key: str, old: dict[str, object]) -> None:
    numbers = old["numbers"]
    assert isinstance(numbers, tuple)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = {column: f"source.{column}" for column in columns}
    values |= {
        column: _renamed(f"source.{column}") for column in _COPIED.get(table, ("name", "target")) if column in values
    }
    values |= {column: _earlier(f"source.{column}") for column in _TIMES.get(table, ())}
    values[key] = f"source.{key} + copies.shift"
    if table == "entries":
        values |= {
            "key": "source.key || ' ' || copies.number || ' ' || copies.shift",
            "about": "source.about + copies.shift",
        }
    else:
        values.pop("id", None)
    marks = ", ".join("?" * len(numbers))
    connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM copies"
        f" CROSS JOIN {table} AS source WHERE source.{key} IN ({marks}) ORDER BY copies.number, source.rowid",
        [
            *(old[name] for text in values.values() for name in ("id", "digits") if text.startswith("replace(")),
            *numbers,
        ],
    )


def _renamed(column: str) -> str:
    """Returns SQL for a column in which another group is named, by its id and the number in its name."""
    return f"replace(replace({column}, ?, copies.id), ?, substr(copies.name, 7))"


def _earlier(column: str) -> str:
    """Returns SQL for a time as Park stores it, earlier by as much as the copy is older."""
    return f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '-' || copies.ago || ' seconds')"
