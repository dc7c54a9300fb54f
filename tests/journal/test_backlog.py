"""How much waits and since when, on both databases; and whether anything can be written."""

from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal.models import State
from bot.journal.queue import Backlog, backlog, try_to_write
from tests.journal.making import Desk


def _backlog(context: Desk) -> Backlog:
    with context.journal.database.reading() as connection:
        return backlog(connection, context.clock())


def test_an_empty_journal_has_none(context: Desk) -> None:
    assert _backlog(context).depth == {"waiting": 0, "scheduled": 0, "running": 0, "to be told": 0}
    assert _backlog(context).oldest == timedelta(0)


def test_what_waits_is_counted_by_state_until_it_is_told(context: Desk) -> None:
    for group in ("sales", "support", "billing"):
        context.accept(group)
    ended = context.journal.end(context.claim(), State.DONE, {})
    context.claim()
    assert _backlog(context).depth == {"waiting": 1, "scheduled": 0, "running": 1, "to be told": 1}
    context.journal.told(ended)
    assert _backlog(context).depth["to be told"] == 0


def test_the_oldest_is_as_old_as_its_acceptance_and_one_that_was_done_counts_no_more(context: Desk) -> None:
    context.accept("sales")
    context.clock.move(seconds=30)
    context.accept("support")
    context.clock.move(seconds=30)
    assert _backlog(context).oldest == timedelta(seconds=60)
    context.journal.end(context.claim(), State.DONE, {})
    assert _backlog(context).oldest == timedelta(seconds=30)


def test_what_is_for_tomorrow_is_not_late_today(context: Desk) -> None:
    context.accept("sales")
    context.journal.schedule(context.claim(), context.clock() + timedelta(days=1))
    assert _backlog(context) == Backlog(
        depth={"waiting": 0, "scheduled": 1, "running": 0, "to be told": 0}, oldest=timedelta(0)
    )
    context.clock.move(days=1, seconds=5)
    assert _backlog(context).oldest == timedelta(seconds=5)


def test_a_try_to_write_leaves_nothing_behind(context: Desk) -> None:
    context.accept("sales")
    before = context.story(1)
    with context.journal.database.writing() as connection:
        try_to_write(connection)
    assert context.story(1) == before
    assert context.accept("support") == 2


def test_a_journal_that_is_gone_cannot_be_written(context: Desk) -> None:
    with context.journal.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE chain")
    with pytest.raises(JournalUnavailable), context.journal.database.writing() as connection:
        try_to_write(connection)
