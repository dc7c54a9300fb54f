"""Whether anything grows with the journal: accept, claim and end, in an empty one and behind 100,000 changes."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from bot.journal.events import append
from bot.journal.journal import Journal
from bot.journal.models import State
from bot.journal.queue import last_entry
from bot.journal.tables import entries
from bot.messages.request import Request, Source

CHANGES = 100_000
TIMES = 200
numbers = count()


def request() -> Request:
    """Of a change that was not asked for before."""
    number = next(numbers)
    return Request(
        key=f"T1:button {number}:U1",
        team="T1",
        user="U1",
        source=Source.BUTTON,
        line="add 1001 to Sales",
        channel="C1",
        asked_at=datetime.now(UTC),
    )


def one(journal: Journal, took: dict[str, list[float]]) -> None:
    """Accepted, claimed, planned, ended and told."""

    def timed(what: str, work: Callable[[], object]) -> object:
        begun = time.perf_counter()
        result = work()
        took.setdefault(what, []).append(time.perf_counter() - begun)
        return result

    wanted = request()
    timed("accept", lambda: journal.accept(wanted, operations=[{}], footprint=frozenset({"sales"})))
    entry = journal.claim("bench")
    assert entry is not None
    journal.release(entry, journal.now())
    entry = timed("claim", lambda: journal.claim("bench"))  # type: ignore[assignment]
    assert entry is not None
    held = timed("checkpoint", lambda: journal.checkpoint(entry, plan={"changes": []}, targets={"Sales"}))
    ended = timed("end", lambda: journal.end(held, State.DONE, {}))  # type: ignore[arg-type]
    timed("told", lambda: journal.mark_notified(ended))  # type: ignore[arg-type]
    timed("what is pending", journal.scheduled)
    timed("what is unknown", journal.with_unknown_outcome)
    timed("clicks on one button", lambda: journal.of_same_button(held))  # type: ignore[arg-type]
    timed("what one asked for", lambda: journal.requested_by("T1", "U1"))
    timed("what came of one", lambda: journal.entries_about(held.id))  # type: ignore[attr-defined]
    timed("the last changes", lambda: journal.done(50))
    timed("whether it is idle", journal.has_work)


def fill(journal: Journal) -> None:
    """With changes of long ago, each with its story."""
    with journal.database.writing() as connection:
        now, last = datetime.now(UTC), last_entry(connection)
        for begun in range(last, last + CHANGES, 1000):
            rows = [
                {
                    "key": wanted.key,
                    "request": wanted.model_dump(mode="json", exclude={"response_url"}),
                    "operations": [{}],
                    "footprint": ["sales"],
                    "state": State.DONE,
                    "run_at": now,
                    "attempt": 1,
                    "began": True,
                    "plan": {"changes": []},
                    "outcome": {},
                    "accepted_at": now,
                    "ended_at": now,
                    "notified_at": now,
                }
                for wanted in (request() for _ in range(1000))
            ]
            connection.execute(insert(entries), rows)
            told = [
                {"entry_id": begun + number + 1, "at": now, "what": what, "by": "U1", "data": None}
                for number in range(1000)
                for what in ("accepted", "claimed", "ended", "told")
            ]
            append(connection, told)


def main() -> None:
    """Print each step's time and its ratio to the empty journal's."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        empty: dict[str, list[float]] = {}
        full: dict[str, list[float]] = {}
        for _ in range(TIMES):
            one(journal, empty)
        fill(journal)
        for _ in range(TIMES):
            one(journal, full)
        journal.close()
    print(f"{'journal':24}{'empty':>12}{f'{CHANGES:,} changes':>20}{'ratio':>8}")
    for what, taken in empty.items():
        before, after = median(taken) * 1000, median(full[what]) * 1000
        print(f"{what:24}{before:9.2f} ms {after:16.2f} ms {after / before:7.2f}")


if __name__ == "__main__":
    main()
