"""Whatever is done to the events behind Park's back is found, at the first place where it shows."""

from pathlib import Path

import pytest

from bot.audit.entries import ChainBroken
from bot.journal.events import GENESIS, ChainLink
from tests.audit.places import check, hashes, head, journal_with_changes, make_change, rewrite, tamper
from tests.journal.making import SECRET, JournalHarness, sqlite_url


@pytest.fixture
def harness(tmp_path: Path) -> JournalHarness:
    """Events 1 to 6 are of change 1, 7 to 12 of change 2, and so on; the journal is closed."""
    harness = journal_with_changes(tmp_path)
    harness.journal.close()
    return harness


def test_a_chain_that_nobody_touched_is_whole(harness: JournalHarness) -> None:
    found = check(harness.folder)
    assert (found.head.number, found.head.hash) == (18, hashes(harness.folder)[-1])
    assert found.pruned == ChainLink(0, GENESIS)


def test_an_empty_journal_is_whole(tmp_path: Path) -> None:
    JournalHarness(sqlite_url(tmp_path)).journal.close()
    assert check(tmp_path).head == ChainLink(0, GENESIS)


def test_each_event_has_a_hash_of_its_own_that_opening_again_does_not_change(harness: JournalHarness) -> None:
    before = hashes(harness.folder)
    harness.restart()
    harness.journal.close()
    assert hashes(harness.folder) == before
    assert len(set(before)) == 18


@pytest.mark.parametrize(
    ("statement", "message"),
    {
        "UPDATE events SET by = 'U2' WHERE id = 7": "Event 7 .#2, accepted, .* doesn't match its hash",
        "UPDATE events SET what = 'refused' WHERE id = 7": "Event 7 ",
        "UPDATE events SET at = '2026-03-28 12:00:01.000000' WHERE id = 7": "Event 7 ",
        "UPDATE events SET entry_id = 1 WHERE id = 7": "Event 7 ",
        "UPDATE events SET entry_id = NULL WHERE id = 7": "Event 7 .the journal's own",
        "UPDATE events SET data = replace(data, 'Sales', 'sales') WHERE id = 7": "Event 7 ",
        "UPDATE events SET data = NULL WHERE id = 7": "Event 7 ",
        "UPDATE events SET data = '{not JSON' WHERE id = 7": "The event after 6 can't be read",
        "UPDATE events SET at = 'noon' WHERE id = 7": "The event after 6 can't be read",
        "UPDATE events SET by = x'00ff' WHERE id = 7": "Event 7 ",
        f"UPDATE events SET hash = '{GENESIS}' WHERE id = 7": "Event 7 ",
        "DELETE FROM events WHERE id = 7": "Event 7 is missing: after event 6 comes 8",
        "DELETE FROM events WHERE id BETWEEN 7 AND 9": "Events 7 to 9 are missing",
        "DELETE FROM events WHERE id = 1": "Event 1 is missing",
        "DELETE FROM events WHERE id > 16": "Events 17 to 18 are missing: the end of the chain was cut off",
        "DELETE FROM events": "Events 1 to 18 are missing",
        "DELETE FROM chain": "record of the chain's ends was altered",
        "UPDATE chain SET number = 'many'": "record of the chain's ends was altered",
        "UPDATE chain SET number = 17": "ends with event 18, but its head says 17",
        f"UPDATE chain SET hash = '{GENESIS}'": "its head says 18",
        f"UPDATE chain SET pruned = 3, pruned_hash = '{GENESIS}'": "Event 1 should not exist: everything up to 3",
    }.items(),
)
def test_the_first_broken_link_is_named(harness: JournalHarness, statement: str, message: str) -> None:
    tamper(harness.folder, statement)
    with pytest.raises(ChainBroken, match=message):
        check(harness.folder)


def test_two_rows_that_changed_places_are_found(harness: JournalHarness) -> None:
    moves = ((8, 99), (9, 8), (99, 9))
    tamper(harness.folder, *(f"UPDATE events SET id = {to} WHERE id = {was}" for was, to in moves))
    with pytest.raises(ChainBroken, match=r"Event 8 .*it was altered or moved"):
        check(harness.folder)


def test_a_row_put_in_from_outside_is_found(harness: JournalHarness) -> None:
    tamper(
        harness.folder,
        "INSERT INTO events (id, entry_id, at, what, by, hash) SELECT 19, 1, at, 'told', by, hash FROM events LIMIT 1",
    )
    with pytest.raises(ChainBroken, match="Event 19"):
        check(harness.folder)


def test_a_start_that_was_cut_off_is_no_pruning(harness: JournalHarness) -> None:
    tamper(
        harness.folder,
        f"UPDATE chain SET pruned = 3, pruned_hash = '{hashes(harness.folder)[2]}'",
        "DELETE FROM events WHERE id <= 3",
    )
    with pytest.raises(ChainBroken, match="up to 3 were pruned, but no event records that"):
        check(harness.folder)


def test_a_tail_cut_off_with_the_head_turned_back_shows_against_a_posted_head(harness: JournalHarness) -> None:
    posted = head(harness.folder)
    tamper(
        harness.folder,
        "DELETE FROM events WHERE id > 12",
        "DELETE FROM entries WHERE id > 2",
        f"UPDATE chain SET number = 12, hash = '{hashes(harness.folder)[11]}'",
    )
    assert head(harness.folder).number == 12
    with pytest.raises(ChainBroken, match="ends with event 12, but 18 was posted"):
        check(harness.folder, posted)


def test_a_chain_rewritten_whole_shows_against_a_posted_head(harness: JournalHarness) -> None:
    posted = head(harness.folder)
    rewrite(harness.folder)
    assert head(harness.folder).number == 18
    with pytest.raises(ChainBroken, match="Event 18 is not the one that was posted"):
        check(harness.folder, posted)


def test_heads_of_several_days_are_in_one_chain(harness: JournalHarness) -> None:
    posted = [head(harness.folder)]
    for _ in range(2):
        harness.restart()
        make_change(harness)
        harness.journal.close()
        posted.append(head(harness.folder))
    assert check(harness.folder, *posted).head == posted[-1]


def test_it_is_read_while_a_running_park_writes(harness: JournalHarness) -> None:
    harness.restart()
    make_change(harness)
    assert check(harness.folder).head.number == 24
    make_change(harness)
    harness.journal.close()
    assert check(harness.folder).head.number == 30


@pytest.mark.parametrize("text", ["18", "18:abc", f"x:{GENESIS}", f"18:{GENESIS.upper().replace('0', 'A')}", ""])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no head"):
        ChainLink.read(text)


def test_a_head_is_read_as_it_is_printed() -> None:
    link = ChainLink(18, "ab" * 32)
    assert ChainLink.read(f" `{link}` ") == link


def test_nothing_secret_is_in_it(harness: JournalHarness) -> None:
    assert SECRET not in (harness.folder / "park.sqlite3").read_bytes().decode("latin-1")
    assert not [path for path in harness.folder.glob("*-wal") if SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("statement", "message"),
    {
        "UPDATE entries SET plan = '{\"wanted\": 9}' WHERE id = 2": "#2: its plan differs from its events",
        "UPDATE entries SET plan = NULL WHERE id = 2": "#2: its plan ",
        "UPDATE entries SET request = replace(request, 'U1', 'U2') WHERE id = 2": "#2: its request ",
        "UPDATE entries SET asked = replace(asked, 'Sales', 'Support') WHERE id = 2": "#2: its operation ",
        "UPDATE entries SET footprint = '[]' WHERE id = 2": "#2: its list of names ",
        "UPDATE entries SET outcome = '{}' WHERE id = 2": "#2: its outcome ",
        "UPDATE entries SET state = 'failed' WHERE id = 2": "#2: its state ",
        "UPDATE entries SET state = 'waiting', told_at = NULL WHERE id = 2": "#2: its state ",
        "UPDATE entries SET plan = '{not JSON' WHERE id = 2": "entry of #2 can't be read any more",
        "UPDATE entries SET state = 'odd' WHERE id = 2": "entry of #2 can't be read any more",
        "DELETE FROM entries WHERE id = 2": "#2 has events but no entry",
        "INSERT INTO entries (key, request, asked, footprint, state, run_at, attempt, began, accepted_at, failure_told)"
        " SELECT 'forged', request, asked, footprint, 'waiting', run_at, 0, 0, accepted_at, 0 FROM entries LIMIT 1": (
            "#4 has an entry but no event for its request"
        ),
    }.items(),
)
def test_an_entry_that_is_not_what_its_events_say_is_found(
    harness: JournalHarness, statement: str, message: str
) -> None:
    tamper(harness.folder, statement)
    with pytest.raises(ChainBroken, match=message):
        check(harness.folder)


def test_the_time_of_a_scheduled_change_is_covered(harness: JournalHarness) -> None:
    harness.restart()
    harness.accept("support")
    entry = harness.claim()
    harness.journal.schedule(entry, harness.clock.move(hours=1), plan={"wanted": 1})
    harness.journal.close()
    check(harness.folder)
    tamper(harness.folder, "UPDATE entries SET run_at = '2026-03-28 12:30:00.000000' WHERE id = 4")
    with pytest.raises(ChainBroken, match="#4: its time "):
        check(harness.folder)
