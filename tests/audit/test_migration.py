"""A journal from before the chain gets one, and what waits in it goes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.journal.models import Entry, State
from tests.audit.places import BEFORE_THE_CHAIN, check, lived, tamper
from tests.journal.making import Desk


def aged(folder: Path) -> tuple[Desk, int, int]:
    """A closed journal as the first Park left it: one change done, one under way and one waiting."""
    desk = lived(folder, 1)
    running, waiting = desk.accept("support"), desk.accept("support")
    desk.claim()
    desk.journal.close()
    tamper(folder, *BEFORE_THE_CHAIN)
    return desk, running, waiting


def test_older_events_are_chained_as_they_are(tmp_path: Path) -> None:
    desk, running, _ = aged(tmp_path)
    desk.restart()
    assert desk.story(1) == ["accepted", "claimed", "planned", "began", "ended", "told"]
    assert desk.story(running) == ["accepted", "claimed", "released"]
    assert check(tmp_path).head.number == 10
    desk.journal.close()


def test_what_waited_is_carried_on(tmp_path: Path) -> None:
    desk, running, waiting = aged(tmp_path)
    desk.restart()
    for number in (running, waiting):
        entry: Entry = desk.claim()
        assert entry.id == number
        desk.journal.told(desk.journal.end(entry, State.DONE, {}))
    desk.journal.close()
    check(tmp_path)


def test_numbers_without_gaps_are_given_where_there_were_some(tmp_path: Path) -> None:
    desk, *_ = aged(tmp_path)
    tamper(tmp_path, "DELETE FROM events WHERE id IN (2, 3)")
    desk.restart()
    desk.journal.close()
    assert check(tmp_path).head.number == 8


def test_numbers_are_never_given_twice(tmp_path: Path) -> None:
    desk, *_ = aged(tmp_path)
    desk.restart()
    desk.journal.close()
    with closing(sqlite3.connect(tmp_path / "park.sqlite3")) as connection:
        (told,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events'").fetchone()
    assert "AUTOINCREMENT" in told
