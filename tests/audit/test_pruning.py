"""What is too old goes, what is needed stays, and what is left still proves itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.audit.daily import DailyTask
from bot.audit.entries import ChainBroken
from bot.journal import pruning
from bot.journal.events import GENESIS, ChainLink
from bot.journal.models import Entry, State
from bot.journal.tables import events
from tests.audit.places import check, head, journal_with_changes, make_change, tamper
from tests.bot_harness import RecordingMessenger
from tests.journal.making import JournalHarness, make_request, sqlite_url

MONTH = timedelta(days=30)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[JournalHarness]:
    """Three changes long ago (events 1 to 18) and one today (19 to 24)."""
    harness = journal_with_changes(tmp_path)
    harness.clock.move(days=40)
    make_change(harness)
    yield harness
    harness.journal.close()


def prune(harness: JournalHarness) -> None:
    DailyTask(harness.journal, RecordingMessenger(), None, keep=MONTH, now=harness.clock).turn()


def known(harness: JournalHarness) -> list[int]:
    return sorted(entry.id for entry in harness.journal.recent(100))


def test_what_is_older_goes_and_the_chain_goes_on_from_there(harness: JournalHarness) -> None:
    posted = head(harness.folder)
    prune(harness)
    found = check(harness.folder, posted)
    assert (found.pruned.number, found.head.number) == (18, 25)
    assert [len(harness.journal.events(number)) for number in (1, 2, 3, 4)] == [0, 0, 0, 6]
    assert known(harness) == [4]
    make_change(harness)
    assert check(harness.folder).head.number == 31


def test_a_head_from_before_can_no_longer_be_compared_and_that_of_the_last_pruned_can(harness: JournalHarness) -> None:
    heads = [ChainLink(12, "0" * 64)]
    prune(harness)
    assert check(harness.folder, *heads).not_compared == (heads[0],)
    with pytest.raises(ChainBroken, match="Event 18 is not the one that was posted"):
        check(harness.folder, ChainLink(18, "0" * 64))


@pytest.mark.parametrize(
    ("statement", "message"),
    {
        f"UPDATE chain SET pruned_hash = '{GENESIS}'": "Event 19 ",
        "DELETE FROM events WHERE id = 19": "Event 19 is missing",
        "UPDATE chain SET pruned = 17": "Event 18 is missing",
    }.items(),
)
def test_what_is_done_to_the_start_shows(harness: JournalHarness, statement: str, message: str) -> None:
    prune(harness)
    tamper(harness.folder, statement)
    with pytest.raises(ChainBroken, match=message):
        check(harness.folder)


def test_more_cut_off_than_was_pruned_shows(harness: JournalHarness) -> None:
    prune(harness)
    hash = harness.journal.events(4)[0].hash
    tamper(harness.folder, "DELETE FROM events WHERE id = 19", f"UPDATE chain SET pruned = 19, pruned_hash = '{hash}'")
    with pytest.raises(ChainBroken, match="up to 19 were pruned, but no event records that"):
        check(harness.folder)


def test_pruning_tells_of_itself_and_a_quiet_journal_stays_quiet(harness: JournalHarness) -> None:
    prune(harness)
    before = head(harness.folder)
    for _ in range(3):
        prune(harness)
    assert head(harness.folder) == before
    make_change(harness)
    harness.clock.move(days=60)
    prune(harness)
    after = head(harness.folder)
    assert after.number == before.number + 7, "the six of the change, and that of the pruning"
    harness.clock.move(days=60)
    prune(harness)
    assert head(harness.folder) == after


def test_what_has_not_ended_is_kept_with_its_whole_story(tmp_path: Path) -> None:
    harness = journal_with_changes(tmp_path, 1)
    far = harness.accept("support", run_at=harness.clock() + timedelta(days=90))
    make_change(harness)
    harness.clock.move(days=60)
    make_change(harness)
    prune(harness)
    assert harness.event_names(far) == ["accepted"]
    assert check(tmp_path).pruned.number == 13, "an old open change keeps its own events only"
    assert known(harness) == [far, 4]
    harness.clock.move(days=31)
    entry: Entry = harness.claim()
    assert entry.id == far
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}))
    check(tmp_path)
    harness.clock.move(days=31)
    make_change(harness)
    harness.clock.move(days=31)
    prune(harness)
    assert (harness.event_names(far), known(harness)) == ([], [5])
    harness.journal.close()
    assert check(tmp_path).pruned.number == 29


@pytest.mark.parametrize(
    ("statement", "message"),
    {
        "UPDATE events SET by = 'U2' WHERE id = 7": "Event 7 ",
        "UPDATE events SET previous = hash WHERE id = 7": "Event 7 ",
        "UPDATE events SET previous = NULL WHERE id = 7": "Event 7 should not exist: everything up to 13 was pruned",
        "DELETE FROM events WHERE id = 7": "events kept up to 13 are not those recorded",
        "UPDATE entries SET asked = '[]' WHERE id = 2": "#2: its operation ",
        "UPDATE entries SET plan = '{}' WHERE id = 4": "#4: its plan ",
    }.items(),
)
def test_what_stayed_is_covered_by_the_chain(tmp_path: Path, statement: str, message: str) -> None:
    harness = journal_with_changes(tmp_path, 1)
    harness.accept("support", run_at=harness.clock() + timedelta(days=90))
    make_change(harness)
    harness.clock.move(days=60)
    make_change(harness)
    prune(harness)
    check(tmp_path)
    tamper(tmp_path, statement)
    with pytest.raises(ChainBroken, match=message):
        check(tmp_path)
    harness.journal.close()


def test_an_entry_that_stayed_and_is_exchanged_for_a_consistent_one_shows(tmp_path: Path) -> None:
    """Its event alone fits its own hash; the digest in the chain does not."""
    harness = journal_with_changes(tmp_path, 1)
    harness.accept("support", run_at=harness.clock() + timedelta(days=90))
    make_change(harness)
    harness.clock.move(days=60)
    make_change(harness)
    prune(harness)
    with harness.journal.database.writing() as connection:
        row = connection.execute(select(events).where(events.c.id == 7)).one()._asdict() | {"by": "U2"}
        forged = ChainLink(6, row["previous"]).followed_by(row).hash
        connection.execute(update(events).where(events.c.id == 7).values(by="U2", hash=forged))
    with pytest.raises(ChainBroken, match="events kept up to 13 are not those"):
        check(tmp_path)
    harness.journal.close()


def test_many_changes_go_in_batches_while_others_write_and_a_stop_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH_SIZE", 5)
    harness = journal_with_changes(tmp_path, 4)
    harness.clock.move(days=60)
    make_change(harness)
    task = DailyTask(harness.journal, RecordingMessenger(), None, keep=MONTH, now=harness.clock)

    def stop(seconds: float) -> None:
        make_change(harness)
        task.stop()

    monkeypatch.setattr("bot.journal.pruning.time.sleep", stop)
    task.turn()
    assert check(tmp_path).pruned.number == 5, "one batch, and then the stop"
    monkeypatch.undo()
    prune(harness)
    assert check(tmp_path).pruned.number == 24
    assert known(harness) == [5, 6]
    harness.journal.close()


def test_a_row_that_cant_be_read_keeps_no_other_from_going(harness: JournalHarness) -> None:
    tamper(harness.folder, "UPDATE entries SET plan = '{not JSON' WHERE id = 2")
    prune(harness)
    assert [len(harness.journal.events(number)) for number in (1, 2, 3, 4)] == [0, 6, 0, 6]


def test_the_last_change_of_each_person_and_of_each_group_is_kept_to_be_taken_back(tmp_path: Path) -> None:
    harness = JournalHarness(sqlite_url(tmp_path))
    numbers = [_changed(harness, *what) for what in (("U1", "a"), ("U2", "a"), ("U1", "b"), ("U2", "b"), ("U2", "c"))]
    harness.clock.move(days=40)
    prune(harness)
    assert known(harness) == [numbers[1], numbers[2], numbers[3], numbers[4]]
    _changed(harness, "U1", "a", "b", "c")
    harness.clock.move(days=40)
    _changed(harness, "U2", "a", "b", "c")
    prune(harness)
    assert known(harness) == [6, 7]
    harness.journal.close()


def test_what_was_taken_back_is_kept_as_long_as_the_taking_back_and_the_one_before_too(tmp_path: Path) -> None:
    harness = JournalHarness(sqlite_url(tmp_path))
    for about in (None, None, None, 3):
        _changed(harness, "U1", "a", about=about)
    harness.clock.move(days=40)
    prune(harness)
    assert known(harness) == [2, 3, 4]
    harness.journal.close()


def test_it_goes_in_lots_and_what_was_cut_short_goes_on(
    harness: JournalHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH_SIZE", 5)
    prune(harness)
    assert (check(harness.folder).pruned.number, head(harness.folder).number) == (18, 28)
    assert known(harness) == [4]


def test_nothing_goes_without_the_setting(harness: JournalHarness) -> None:
    DailyTask(harness.journal, RecordingMessenger(), None, now=harness.clock).turn()
    assert check(harness.folder).head.number == 24
    assert known(harness) == [1, 2, 3, 4]


def _changed(harness: JournalHarness, user: str, *groups: str, about: int | None = None) -> int:
    """A change that stands, of these groups."""
    request = make_request(f"{user} {groups} {about} {len(known(harness))} {harness.clock()}").model_copy(
        update={"user": user}
    )
    number = harness.journal.accept(request, operations=[], footprint=frozenset()).id
    changes = [{"target": {"id": group, "name": group}} for group in groups]
    entry = harness.journal.checkpoint(harness.claim(), plan={"changes": changes}, about=about)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {}))
    return number
