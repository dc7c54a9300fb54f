"""What is too old goes, what is needed stays, and what is left still proves itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.audit.daily import Daily
from bot.audit.verify import Broken
from bot.journal import maintenance as pruning
from bot.journal.events import GENESIS, Link
from bot.journal.models import Entry, State
from tests.audit.places import check, head, live, lived, tamper
from tests.house import Noting
from tests.journal.making import Desk, asking, url

MONTH = timedelta(days=30)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Three changes long ago (events 1 to 18) and one today (19 to 24)."""
    desk = lived(tmp_path)
    desk.clock.move(days=40)
    live(desk)
    yield desk
    desk.journal.close()


def prune(desk: Desk) -> None:
    Daily(desk.journal, Noting(), None, keep=MONTH, now=desk.clock).turn()


def known(desk: Desk) -> list[int]:
    return sorted(entry.id for entry in desk.journal.recent(100))


def test_what_is_older_goes_and_the_chain_goes_on_from_there(desk: Desk) -> None:
    posted = head(desk.folder)
    prune(desk)
    found = check(desk.folder, posted)
    assert (found.pruned.number, found.head.number) == (18, 25)
    assert [len(desk.journal.events(number)) for number in (1, 2, 3, 4)] == [0, 0, 0, 6]
    assert known(desk) == [4]
    live(desk)
    assert check(desk.folder).head.number == 31


def test_a_head_from_before_can_no_longer_be_compared_and_that_of_the_last_pruned_can(desk: Desk) -> None:
    heads = [Link(12, "0" * 64)]
    prune(desk)
    assert check(desk.folder, *heads).unseen == (heads[0],)
    with pytest.raises(Broken, match="Event 18 is not the one that was posted"):
        check(desk.folder, Link(18, "0" * 64))


@pytest.mark.parametrize(
    ("statement", "said"),
    {
        f"UPDATE chain SET pruned_hash = '{GENESIS}'": "Event 19 ",
        "DELETE FROM events WHERE id = 19": "Event 19 is missing",
        "UPDATE chain SET pruned = 17": "Event 18 is missing",
    }.items(),
)
def test_what_is_done_to_the_start_shows(desk: Desk, statement: str, said: str) -> None:
    prune(desk)
    tamper(desk.folder, statement)
    with pytest.raises(Broken, match=said):
        check(desk.folder)


def test_more_cut_off_than_was_pruned_shows(desk: Desk) -> None:
    prune(desk)
    hash = desk.journal.events(4)[0].hash
    tamper(desk.folder, "DELETE FROM events WHERE id = 19", f"UPDATE chain SET pruned = 19, pruned_hash = '{hash}'")
    with pytest.raises(Broken, match="up to 19 are said to be pruned, and no event tells"):
        check(desk.folder)


def test_pruning_tells_of_itself_and_a_quiet_journal_stays_quiet(desk: Desk) -> None:
    prune(desk)
    before = head(desk.folder)
    for _ in range(3):
        prune(desk)
    assert head(desk.folder) == before
    desk.clock.move(days=60)
    prune(desk)
    after = head(desk.folder)
    assert after.number == before.number + 1
    desk.clock.move(days=60)
    prune(desk)
    assert head(desk.folder) == after


def test_what_has_not_ended_is_kept_with_its_whole_story(tmp_path: Path) -> None:
    desk = lived(tmp_path, 1)
    far = desk.accept("support", run_at=desk.clock() + timedelta(days=90))
    live(desk)
    desk.clock.move(days=60)
    live(desk)
    prune(desk)
    assert desk.story(far) == ["accepted"]
    assert check(tmp_path).pruned.number == 6
    desk.clock.move(days=31)
    entry: Entry = desk.claim()
    assert entry.id == far
    desk.journal.told(desk.journal.end(entry, State.DONE, {}))
    desk.journal.close()
    check(tmp_path)


def test_the_last_change_of_each_person_and_of_each_group_is_kept_to_be_taken_back(tmp_path: Path) -> None:
    desk = Desk(url(tmp_path))
    numbers = [_changed(desk, *what) for what in (("U1", "a"), ("U2", "a"), ("U1", "b"), ("U2", "b"), ("U2", "c"))]
    desk.clock.move(days=40)
    prune(desk)
    assert known(desk) == [numbers[1], numbers[2], numbers[3], numbers[4]]
    _changed(desk, "U1", "a", "b", "c")
    desk.clock.move(days=40)
    _changed(desk, "U2", "a", "b", "c")
    prune(desk)
    assert known(desk) == [6, 7]
    desk.journal.close()


def test_what_was_taken_back_is_kept_as_long_as_the_taking_back_and_the_one_before_too(tmp_path: Path) -> None:
    desk = Desk(url(tmp_path))
    for about in (None, None, None, 3):
        _changed(desk, "U1", "a", about=about)
    desk.clock.move(days=40)
    prune(desk)
    assert known(desk) == [2, 3, 4]
    desk.journal.close()


def test_it_goes_in_lots_and_what_was_cut_short_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 5)
    prune(desk)
    assert (check(desk.folder).pruned.number, head(desk.folder).number) == (18, 28)
    assert known(desk) == [4]


def test_nothing_goes_without_the_setting(desk: Desk) -> None:
    Daily(desk.journal, Noting(), None, now=desk.clock).turn()
    assert check(desk.folder).head.number == 24
    assert known(desk) == [1, 2, 3, 4]


def _changed(desk: Desk, user: str, *groups: str, about: int | None = None) -> int:
    """A change that stands, of these groups."""
    request = asking(f"{user} {groups} {about} {len(known(desk))} {desk.clock()}").model_copy(update={"user": user})
    number = desk.journal.accept(request, asked=[], footprint=frozenset()).id
    changes = [{"target": {"id": group, "name": group}} for group in groups]
    entry = desk.journal.checkpoint(desk.claim(), plan={"changes": changes}, about=about)
    desk.journal.told(desk.journal.end(entry, State.DONE, {}))
    return number
