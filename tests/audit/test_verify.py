"""Whatever is done to the events behind Park's back is found, at the first place where it shows."""

from pathlib import Path

import pytest

from bot.audit.verify import ChainBroken
from bot.journal.events import GENESIS, ChainLink
from tests.audit.places import check, hashes, head, live, lived, rewrite, tamper
from tests.journal.making import SECRET, Desk, url


@pytest.fixture
def context(tmp_path: Path) -> Desk:
    """Events 1 to 6 are of change 1, 7 to 12 of change 2, and so on; the journal is closed."""
    context = lived(tmp_path)
    context.journal.close()
    return context


def test_a_chain_that_nobody_touched_is_whole(context: Desk) -> None:
    found = check(context.folder)
    assert (found.head.number, found.head.hash) == (18, hashes(context.folder)[-1])
    assert found.pruned == ChainLink(0, GENESIS)


def test_an_empty_journal_is_whole(tmp_path: Path) -> None:
    Desk(url(tmp_path)).journal.close()
    assert check(tmp_path).head == ChainLink(0, GENESIS)


def test_each_event_has_a_hash_of_its_own_that_opening_again_does_not_change(context: Desk) -> None:
    before = hashes(context.folder)
    context.restart()
    context.journal.close()
    assert hashes(context.folder) == before
    assert len(set(before)) == 18


@pytest.mark.parametrize(
    ("statement", "said"),
    {
        "UPDATE events SET by = 'U2' WHERE id = 7": "Event 7 .change 2, accepted, .* does not fit",
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
        "DELETE FROM events WHERE id > 16": "Events 17 to 18 are missing: the end was cut off",
        "DELETE FROM events": "Events 1 to 18 are missing",
        "DELETE FROM chain": "ends of the chain was altered",
        "UPDATE chain SET number = 'many'": "ends of the chain was altered",
        "UPDATE chain SET number = 17": "ends with event 18, and its own head says 17",
        f"UPDATE chain SET hash = '{GENESIS}'": "its own head says 18",
        f"UPDATE chain SET pruned = 3, pruned_hash = '{GENESIS}'": "Event 1 stands where everything up to 3",
    }.items(),
)
def test_the_first_broken_link_is_named(context: Desk, statement: str, said: str) -> None:
    tamper(context.folder, statement)
    with pytest.raises(ChainBroken, match=said):
        check(context.folder)


def test_two_rows_that_changed_places_are_found(context: Desk) -> None:
    moves = ((8, 99), (9, 8), (99, 9))
    tamper(context.folder, *(f"UPDATE events SET id = {to} WHERE id = {was}" for was, to in moves))
    with pytest.raises(ChainBroken, match=r"Event 8 .*put in another's place"):
        check(context.folder)


def test_a_row_put_in_from_outside_is_found(context: Desk) -> None:
    tamper(
        context.folder,
        "INSERT INTO events (id, entry_id, at, what, by, hash) SELECT 19, 1, at, 'told', by, hash FROM events LIMIT 1",
    )
    with pytest.raises(ChainBroken, match="Event 19"):
        check(context.folder)


def test_a_start_that_was_cut_off_is_no_pruning(context: Desk) -> None:
    tamper(
        context.folder,
        f"UPDATE chain SET pruned = 3, pruned_hash = '{hashes(context.folder)[2]}'",
        "DELETE FROM events WHERE id <= 3",
    )
    with pytest.raises(ChainBroken, match="up to 3 are said to be pruned, and no event tells"):
        check(context.folder)


def test_a_tail_cut_off_with_the_head_turned_back_shows_against_a_posted_head(context: Desk) -> None:
    posted = head(context.folder)
    tamper(
        context.folder,
        "DELETE FROM events WHERE id > 12",
        f"UPDATE chain SET number = 12, hash = '{hashes(context.folder)[11]}'",
    )
    assert head(context.folder).number == 12
    with pytest.raises(ChainBroken, match="ends with event 12, and 18 was posted"):
        check(context.folder, posted)


def test_a_chain_rewritten_whole_shows_against_a_posted_head(context: Desk) -> None:
    posted = head(context.folder)
    rewrite(context.folder)
    assert head(context.folder).number == 18
    with pytest.raises(ChainBroken, match="Event 18 is not the one that was posted"):
        check(context.folder, posted)


def test_heads_of_several_days_are_in_one_chain(context: Desk) -> None:
    posted = [head(context.folder)]
    for _ in range(2):
        context.restart()
        live(context)
        context.journal.close()
        posted.append(head(context.folder))
    assert check(context.folder, *posted).head == posted[-1]


def test_it_is_read_while_a_running_park_writes(context: Desk) -> None:
    context.restart()
    live(context)
    assert check(context.folder).head.number == 24
    live(context)
    context.journal.close()
    assert check(context.folder).head.number == 30


@pytest.mark.parametrize("text", ["18", "18:abc", f"x:{GENESIS}", f"18:{GENESIS.upper().replace('0', 'A')}", ""])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no head"):
        ChainLink.read(text)


def test_a_head_is_read_as_it_is_printed() -> None:
    link = ChainLink(18, "ab" * 32)
    assert ChainLink.read(f" `{link}` ") == link


def test_nothing_secret_is_in_it(context: Desk) -> None:
    assert SECRET not in (context.folder / "park.sqlite3").read_bytes().decode("latin-1")
    assert not [path for path in context.folder.glob("*-wal") if SECRET.encode() in path.read_bytes()]
