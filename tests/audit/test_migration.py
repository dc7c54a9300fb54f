"""A journal from before the chain gets one, and what waits in it goes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.journal.models import Entry, State
from tests.audit.places import BEFORE_THE_CHAIN, check, lived, tamper
from tests.journal.making import Desk


def aged(folder: Path) -> tuple[Desk, int, int]:
    """A closed journal as the first Park left it: one change done, one under way and one waiting."""
    context = lived(folder, 1)
    running, waiting = context.accept("support"), context.accept("support")
    context.claim()
    context.journal.close()
    tamper(folder, *BEFORE_THE_CHAIN)
    return context, running, waiting


def test_older_events_are_chained_as_they_are(tmp_path: Path) -> None:
    context, running, _ = aged(tmp_path)
    context.restart()
    assert context.story(1) == ["accepted", "claimed", "planned", "began", "ended", "told"]
    assert context.story(running) == ["accepted", "claimed", "released"]
    assert check(tmp_path).head.number == 10
    context.journal.close()


def test_what_waited_is_carried_on(tmp_path: Path) -> None:
    context, running, waiting = aged(tmp_path)
    context.restart()
    for number in (running, waiting):
        entry: Entry = context.claim()
        assert entry.id == number
        context.journal.told(context.journal.end(entry, State.DONE, {}))
    context.journal.close()
    check(tmp_path)


def test_numbers_without_gaps_are_given_where_there_were_some(tmp_path: Path) -> None:
    context, *_ = aged(tmp_path)
    tamper(tmp_path, "DELETE FROM events WHERE id IN (2, 3)")
    context.restart()
    context.journal.close()
    assert check(tmp_path).head.number == 8


def test_numbers_are_never_given_twice(tmp_path: Path) -> None:
    context, *_ = aged(tmp_path)
    context.restart()
    context.journal.close()
    with closing(sqlite3.connect(tmp_path / "park.sqlite3")) as connection:
        (told,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events'").fetchone()
    assert "AUTOINCREMENT" in told
