"""How much waits and since when, on both databases; and whether anything can be written."""

from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal.models import State
from bot.journal.watching import Backlog, read_backlog, try_to_write
from tests.journal.making import JournalHarness


def _backlog(harness: JournalHarness) -> Backlog:
    with harness.journal.database.reading() as connection:
        return read_backlog(connection, harness.clock())


def test_an_empty_journal_has_none(harness: JournalHarness) -> None:
    assert _backlog(harness).depth == {"waiting": 0, "scheduled": 0, "running": 0, "to be told": 0}
    assert _backlog(harness).oldest == timedelta(0)


def test_what_waits_is_counted_by_state_until_it_is_told(harness: JournalHarness) -> None:
    for group in ("sales", "support", "billing"):
        harness.accept(group)
    ended = harness.journal.end(harness.claim(), State.DONE, {})
    harness.claim()
    assert _backlog(harness).depth == {"waiting": 1, "scheduled": 0, "running": 1, "to be told": 1}
    harness.journal.mark_notified(ended)
    assert _backlog(harness).depth["to be told"] == 0


def test_the_oldest_is_as_old_as_its_acceptance_and_one_that_was_done_counts_no_more(harness: JournalHarness) -> None:
    harness.accept("sales")
    harness.clock.move(seconds=30)
    harness.accept("support")
    harness.clock.move(seconds=30)
    assert _backlog(harness).oldest == timedelta(seconds=60)
    harness.journal.end(harness.claim(), State.DONE, {})
    assert _backlog(harness).oldest == timedelta(seconds=30)


def test_what_is_for_tomorrow_is_not_late_today(harness: JournalHarness) -> None:
    harness.accept("sales")
    harness.journal.schedule(harness.claim(), harness.clock() + timedelta(days=1))
    assert _backlog(harness) == Backlog(
        depth={"waiting": 0, "scheduled": 1, "running": 0, "to be told": 0}, oldest=timedelta(0)
    )
    harness.clock.move(days=1, seconds=5)
    assert _backlog(harness).oldest == timedelta(seconds=5)


def test_a_try_to_write_leaves_nothing_behind(harness: JournalHarness) -> None:
    harness.accept("sales")
    before = harness.event_names(1)
    with harness.journal.database.writing() as connection:
        try_to_write(connection)
    assert harness.event_names(1) == before
    assert harness.accept("support") == 2


def test_a_journal_that_is_gone_cannot_be_written(harness: JournalHarness) -> None:
    with harness.journal.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE chain")
    with pytest.raises(JournalUnavailable), harness.journal.database.writing() as connection:
        try_to_write(connection)
