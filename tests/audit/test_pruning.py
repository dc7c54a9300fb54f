"""What is too old goes, what is needed stays, and what is left still proves itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.audit.daily import DailyTask
from bot.audit.verify import ChainBroken
from bot.journal import maintenance as pruning
from bot.journal.events import GENESIS, ChainLink
from bot.journal.models import Entry, State
from tests.audit.places import check, head, live, lived, tamper
from tests.house import Noting
from tests.journal.making import Desk, asking, url

MONTH = timedelta(days=30)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Desk]:
    """Three changes long ago (events 1 to 18) and one today (19 to 24)."""
    context = lived(tmp_path)
    context.clock.move(days=40)
    live(context)
    yield context
    context.journal.close()


def prune(context: Desk) -> None:
    DailyTask(context.journal, Noting(), None, keep=MONTH, now=context.clock).turn()


def known(context: Desk) -> list[int]:
    return sorted(entry.id for entry in context.journal.recent(100))


def test_what_is_older_goes_and_the_chain_goes_on_from_there(context: Desk) -> None:
    posted = head(context.folder)
    prune(context)
    found = check(context.folder, posted)
    assert (found.pruned.number, found.head.number) == (18, 25)
    assert [len(context.journal.events(number)) for number in (1, 2, 3, 4)] == [0, 0, 0, 6]
    assert known(context) == [4]
    live(context)
    assert check(context.folder).head.number == 31


def test_a_head_from_before_can_no_longer_be_compared_and_that_of_the_last_pruned_can(context: Desk) -> None:
    heads = [ChainLink(12, "0" * 64)]
    prune(context)
    assert check(context.folder, *heads).unseen == (heads[0],)
    with pytest.raises(ChainBroken, match="Event 18 is not the one that was posted"):
        check(context.folder, ChainLink(18, "0" * 64))


@pytest.mark.parametrize(
    ("statement", "said"),
    {
        f"UPDATE chain SET pruned_hash = '{GENESIS}'": "Event 19 ",
        "DELETE FROM events WHERE id = 19": "Event 19 is missing",
        "UPDATE chain SET pruned = 17": "Event 18 is missing",
    }.items(),
)
def test_what_is_done_to_the_start_shows(context: Desk, statement: str, said: str) -> None:
    prune(context)
    tamper(context.folder, statement)
    with pytest.raises(ChainBroken, match=said):
        check(context.folder)


def test_more_cut_off_than_was_pruned_shows(context: Desk) -> None:
    prune(context)
    hash = context.journal.events(4)[0].hash
    tamper(context.folder, "DELETE FROM events WHERE id = 19", f"UPDATE chain SET pruned = 19, pruned_hash = '{hash}'")
    with pytest.raises(ChainBroken, match="up to 19 are said to be pruned, and no event tells"):
        check(context.folder)


def test_pruning_tells_of_itself_and_a_quiet_journal_stays_quiet(context: Desk) -> None:
    prune(context)
    before = head(context.folder)
    for _ in range(3):
        prune(context)
    assert head(context.folder) == before
    context.clock.move(days=60)
    prune(context)
    after = head(context.folder)
    assert after.number == before.number + 1
    context.clock.move(days=60)
    prune(context)
    assert head(context.folder) == after


def test_what_has_not_ended_is_kept_with_its_whole_story(tmp_path: Path) -> None:
    context = lived(tmp_path, 1)
    far = context.accept("support", run_at=context.clock() + timedelta(days=90))
    live(context)
    context.clock.move(days=60)
    live(context)
    prune(context)
    assert context.story(far) == ["accepted"]
    assert check(tmp_path).pruned.number == 6
    context.clock.move(days=31)
    entry: Entry = context.claim()
    assert entry.id == far
    context.journal.told(context.journal.end(entry, State.DONE, {}))
    context.journal.close()
    check(tmp_path)


def test_the_last_change_of_each_person_and_of_each_group_is_kept_to_be_taken_back(tmp_path: Path) -> None:
    context = Desk(url(tmp_path))
    numbers = [_changed(context, *what) for what in (("U1", "a"), ("U2", "a"), ("U1", "b"), ("U2", "b"), ("U2", "c"))]
    context.clock.move(days=40)
    prune(context)
    assert known(context) == [numbers[1], numbers[2], numbers[3], numbers[4]]
    _changed(context, "U1", "a", "b", "c")
    context.clock.move(days=40)
    _changed(context, "U2", "a", "b", "c")
    prune(context)
    assert known(context) == [6, 7]
    context.journal.close()


def test_what_was_taken_back_is_kept_as_long_as_the_taking_back_and_the_one_before_too(tmp_path: Path) -> None:
    context = Desk(url(tmp_path))
    for about in (None, None, None, 3):
        _changed(context, "U1", "a", about=about)
    context.clock.move(days=40)
    prune(context)
    assert known(context) == [2, 3, 4]
    context.journal.close()


def test_it_goes_in_lots_and_what_was_cut_short_goes_on(context: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 5)
    prune(context)
    assert (check(context.folder).pruned.number, head(context.folder).number) == (18, 28)
    assert known(context) == [4]


def test_nothing_goes_without_the_setting(context: Desk) -> None:
    DailyTask(context.journal, Noting(), None, now=context.clock).turn()
    assert check(context.folder).head.number == 24
    assert known(context) == [1, 2, 3, 4]


def _changed(context: Desk, user: str, *groups: str, about: int | None = None) -> int:
    """A change that stands, of these groups."""
    request = asking(f"{user} {groups} {about} {len(known(context))} {context.clock()}").model_copy(
        update={"user": user}
    )
    number = context.journal.accept(request, asked=[], footprint=frozenset()).id
    changes = [{"target": {"id": group, "name": group}} for group in groups]
    entry = context.journal.checkpoint(context.claim(), plan={"changes": changes}, about=about)
    context.journal.told(context.journal.end(entry, State.DONE, {}))
    return number
