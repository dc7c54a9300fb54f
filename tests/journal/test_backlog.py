"""How much waits and since when, on both databases; and whether anything can be written."""

from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal.models import State
from bot.journal.queue import Backlog, backlog, try_to_write
from tests.journal.making import Desk


def _backlog(desk: Desk) -> Backlog:
    with desk.journal.database.reading() as connection:
        return backlog(connection, desk.clock())


def test_an_empty_journal_has_none(desk: Desk) -> None:
    assert _backlog(desk).depth == {"waiting": 0, "scheduled": 0, "running": 0, "to be told": 0}
    assert _backlog(desk).oldest == timedelta(0)


def test_what_waits_is_counted_by_state_until_it_is_told(desk: Desk) -> None:
    for group in ("sales", "support", "billing"):
        desk.accept(group)
    ended = desk.journal.end(desk.claim(), State.DONE, {})
    desk.claim()
    assert _backlog(desk).depth == {"waiting": 1, "scheduled": 0, "running": 1, "to be told": 1}
    desk.journal.told(ended)
    assert _backlog(desk).depth["to be told"] == 0


def test_the_oldest_is_as_old_as_its_acceptance_and_one_that_was_done_counts_no_more(desk: Desk) -> None:
    desk.accept("sales")
    desk.clock.move(seconds=30)
    desk.accept("support")
    desk.clock.move(seconds=30)
    assert _backlog(desk).oldest == timedelta(seconds=60)
    desk.journal.end(desk.claim(), State.DONE, {})
    assert _backlog(desk).oldest == timedelta(seconds=30)


def test_what_is_for_tomorrow_is_not_late_today(desk: Desk) -> None:
    desk.accept("sales")
    desk.journal.schedule(desk.claim(), desk.clock() + timedelta(days=1))
    assert _backlog(desk) == Backlog(
        depth={"waiting": 0, "scheduled": 1, "running": 0, "to be told": 0}, oldest=timedelta(0)
    )
    desk.clock.move(days=1, seconds=5)
    assert _backlog(desk).oldest == timedelta(seconds=5)


def test_a_try_to_write_leaves_nothing_behind(desk: Desk) -> None:
    desk.accept("sales")
    before = desk.story(1)
    with desk.journal.database.writing() as connection:
        try_to_write(connection)
    assert desk.story(1) == before
    assert desk.accept("support") == 2


def test_a_journal_that_is_gone_cannot_be_written(desk: Desk) -> None:
    with desk.journal.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE chain")
    with pytest.raises(JournalUnavailable), desk.journal.database.writing() as connection:
        try_to_write(connection)
