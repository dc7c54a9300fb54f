"""A row that can't be read stops no other: it is set aside, listed, and taken back once it can be read."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.audit.daily import DailyTask
from bot.errors import SlackUnavailable
from bot.journal.events import EventQuery, events_before
from bot.journal.heads import next_midnight
from bot.journal.models import State
from bot.runtime.threads import RETRY_DELAY
from tests.audit.places import check, make_change
from tests.bot_harness import RecordingMessenger
from tests.journal.making import JournalHarness
from tests.postgres import Server

FAULTS = {
    "JSON": "plan = '{not JSON'",
    "shape": "request = '[]'",
    "fields": "request = '{}'",
    "state": "state = 'odd'",
    "time": "accepted_at = 'noon'",
    "bytes": "asked = CAST(x'ff00fe' AS TEXT)",
    "footprint": "footprint = '7'",
}
"""What can be wrong with a row -> the SQL that makes it so."""


@pytest.fixture
def harness(sqlite_harness: JournalHarness) -> JournalHarness:
    return sqlite_harness


@pytest.fixture(params=list(FAULTS.values()), ids=list(FAULTS))
def fault(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _break(harness: JournalHarness, number: int, fault: str) -> None:
    with harness.journal.database.writing() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS saved AS SELECT * FROM entries"))
        connection.execute(text(f"UPDATE entries SET {fault} WHERE id = {number}"))


def _mend(harness: JournalHarness, number: int) -> None:
    columns = ("plan", "request", "state", "accepted_at", "asked", "footprint", "due_at")
    values = ", ".join(f"{one} = (SELECT {one} FROM saved WHERE saved.id = entries.id)" for one in columns)
    with harness.journal.database.writing() as connection:
        connection.execute(text(f"UPDATE entries SET {values} WHERE id = {number}"))


def test_the_next_one_is_claimed_whatever_is_wrong_with_the_row(harness: JournalHarness, fault: str) -> None:
    first, second = harness.accept("sales"), harness.accept("sales")
    other = harness.accept("support", run_at=harness.clock() + timedelta(hours=1))
    _break(harness, first, fault)
    assert [one.id for one in harness.journal.waiting()] == [second, other]
    assert [one.id for one in harness.journal.recent(10)] == [other, second]
    assert harness.journal.due_in() == timedelta(0)
    assert harness.claim().id == second, "it blocks nothing either"
    (aside,) = harness.journal.entries_set_aside()
    assert (aside.entry, aside.told) == (first, False)
    assert aside.reason
    assert harness.journal.claim("worker") is None
    backlog = harness.journal.backlog()
    assert backlog is not None
    assert sum(backlog.depth.values()) == 2


def test_it_is_told_once_and_taken_back_once_it_can_be_read(harness: JournalHarness, fault: str) -> None:
    number = harness.accept("sales", run_at=harness.clock() + timedelta(hours=1))
    _break(harness, number, fault)
    messenger = RecordingMessenger(faults=[SlackUnavailable("no answer")])
    task = DailyTask(harness.journal, messenger, "C1", now=harness.clock)
    assert task.turn() == harness.clock() + RETRY_DELAY, "found before its time, and told later"
    harness.clock.time += RETRY_DELAY
    for _ in range(2):
        assert task.turn() == next_midnight(harness.clock())
    (message,) = messenger.announced
    assert f"#{number} can't be read" in message.title
    assert [one.told for one in harness.journal.entries_set_aside()] == [True]
    _mend(harness, number)
    task.turn()
    assert harness.journal.entries_set_aside() == []
    later = harness.accept("sales")
    harness.clock.move(hours=1)
    entry = harness.claim()
    assert entry.id == number, "its names block the later one again"
    assert harness.journal.claim("worker") is None
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}))
    assert harness.claim().id == later
    assert harness.event_names(number) == ["accepted", "set aside", "taken back", "claimed", "ended", "told"]
    check(harness.folder)


def test_a_time_that_cant_be_read_hides_no_other(harness: JournalHarness) -> None:
    """The next time is the least of all, so that it comes first."""
    number = harness.accept("sales", run_at=harness.clock() + timedelta(hours=1))
    _break(harness, number, "due_at = 'noon'")
    assert harness.journal.due_in() is None
    assert [one.entry for one in harness.journal.entries_set_aside()] == [number]


def test_an_ended_one_that_is_to_be_reported_is_set_aside_too(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    harness.journal.end(harness.claim(), State.DONE, {})
    harness.clock.move(hours=1)
    _break(harness, number, "outcome = '{'")
    assert harness.journal.claim("worker") is None
    assert [one.entry for one in harness.journal.entries_set_aside()] == [number]
    harness.restart()
    assert [one.entry for one in harness.journal.entries_set_aside()] == [number]


@pytest.mark.parametrize("fault", ["request = '[]'", "request = '{}'", "state = 'odd'", "footprint = '7'"])
def test_on_postgresql_too(postgres: Server, long_timeouts: None, fault: str) -> None:
    """There the database sees to it that JSON is JSON and times are times."""
    harness = JournalHarness(postgres.database())
    first, second = harness.accept("sales"), harness.accept("sales")
    _break(harness, first, fault)
    assert harness.claim().id == second
    assert [one.entry for one in harness.journal.entries_set_aside()] == [first]
    harness.journal.close()


@pytest.mark.parametrize("fault", ["data = '{'", "at = 'noon'", "data = CAST(x'7bff' AS TEXT)"])
def test_an_event_that_cant_be_read_hides_no_other(harness: JournalHarness, fault: str) -> None:
    numbers = [make_change(harness) for _ in range(3)]
    (first, *_) = harness.journal.events(numbers[1])
    with harness.journal.database.writing() as connection:
        connection.execute(text(f"UPDATE events SET {fault} WHERE id = {first.id}"))
    assert harness.event_names(numbers[1]) == ["claimed", "planned", "began", "ended", "told"]
    with harness.journal.database.reading() as connection:
        found = [of_entry[0].entry for of_entry in events_before(connection, EventQuery(), None)]
    assert found == [numbers[2], numbers[0]]
