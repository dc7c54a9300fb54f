"""Runs in a process of its own: takes one request all the way, and is killed at the commit with the number given."""

import os
import signal
from collections.abc import Iterator

from sqlalchemy import event

from bot.journal.journal import Journal
from bot.journal.models import State
from tests.journal.making import OPERATIONS, make_request


def steps(journal: Journal) -> Iterator[None]:
    """One commit each."""
    journal.accept(make_request("a"), operations=OPERATIONS, footprint=frozenset({"sales"}))
    yield
    entry = journal.claim("dying")
    assert entry is not None
    yield
    entry = journal.checkpoint(entry, plan={"wanted": 1})
    yield
    entry = journal.checkpoint(entry, began=True)
    yield
    entry = journal.end(entry, State.DONE, {"text": "done"})
    yield
    journal.mark_notified(entry)
    yield


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, step: int, moment: str) -> None:
    journal = Journal(url)
    progress = steps(journal)
    for _ in range(step):
        next(progress)
    if moment == "before":
        event.listen(journal.database.engine, "commit", die)
    next(progress)
    die()
