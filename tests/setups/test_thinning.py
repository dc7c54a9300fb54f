"""Old snapshots are pruned: one a week stays, and each that stays is read as it was taken."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit.daily import DailyTask
from bot.journal import leases, setup_store
from bot.journal.journal import Journal
from bot.setups.past import DAILY, difference, patched
from bot.setups.thinning import merge, prune_snapshots
from tests.bot_harness import RecordingMessenger
from tests.journal.making import sqlite_url
from tests.setups.test_past import stored

MONDAY = datetime(2026, 1, 5, 0, 5, tzinfo=UTC)
DAYS = 200
NOW = MONDAY + timedelta(days=DAYS)


@given(st.lists(stored, min_size=3, max_size=6), st.booleans())
def test_two_differences_in_a_row_are_merged_into_one(states: list[dict[str, Any]], whole: bool) -> None:
    first, *differences = [states[0], *(difference(old, new) for old, new in pairwise(states))]
    before = [] if whole else [first]
    rest = [first, *differences] if whole else differences
    merged = [*before, merge(rest[0], rest[1], whole=whole), *rest[2:]]
    assert patched(merged) == states[-1]


def state_of(random: Random) -> dict[str, Any]:
    groups = {key: {"name": key, "members": [["1001", random.choice("xyz")]]} for key in "abc" if random.random() > 0.3}
    return {"server": {"recall_time": random.randrange(60, 64)}, "groups": groups, "ring_groups": {}}


@pytest.fixture
def journal(tmp_path: Path) -> Any:
    """A snapshot each day for DAYS days, a whole one each ten, and one by a person on each twentieth."""
    made, random = Journal(sqlite_url(tmp_path)), Random(3)
    with made.database.writing() as connection:
        old: dict[str, Any] = {}
        base = None
        for day in range(DAYS):
            for by in (DAILY, "U1") if day % 20 == 3 else (DAILY,):
                new, whole = state_of(random), base is None or day % 10 == 0
                at = MONDAY + timedelta(days=day, minutes=5 * (by != DAILY))
                base = setup_store.add_snapshot(
                    connection, new if whole else difference(old, new), base=None if whole else base, by=by, at=at
                )
                old = new
    yield made
    made.close()


def readings(journal: Journal) -> dict[datetime, Any]:
    """Each snapshot by the time when it was taken."""
    with journal.database.reading() as connection:
        rows = setup_store.snapshot_rows(connection)
        found = {row.taken_at: setup_store.latest_snapshot(connection, row.taken_at) for row in rows}
    return {at: patched(one.differences) for at, one in found.items() if one is not None}


def test_of_old_ones_one_a_week_stays_and_each_is_read_as_before(journal: Journal) -> None:
    before, limit = readings(journal), NOW - timedelta(days=90)
    assert prune_snapshots(journal.database, "me", before=limit, at=NOW) > 80
    after = readings(journal)
    assert after == {at: before[at] for at in after}
    recent = [at for at in before if at >= limit]
    old = [at for at in after if at < limit]
    assert [at for at in after if at >= limit] == recent
    weeks = [(at - MONDAY).days // 7 for at in old if at.minute == 5]
    assert weeks == sorted(set(weeks)), "the first of each week"
    assert all(at.weekday() == 0 for at in old if at.minute == 5)
    assert len([at for at in old if at.minute == 10]) == len([at for at in before if at.minute == 10 and at < limit])
    assert prune_snapshots(journal.database, "me", before=limit, at=NOW) == 0


def test_the_last_one_stays_however_old_it_is(journal: Journal) -> None:
    last = max(readings(journal))
    prune_snapshots(journal.database, "me", before=NOW + timedelta(days=999), at=NOW)
    assert last in readings(journal)


def test_one_process_prunes_at_a_time(journal: Journal) -> None:
    with journal.database.writing() as connection:
        assert leases.claim(connection, leases.SNAPSHOTS, "another", at=NOW)
    assert prune_snapshots(journal.database, "me", before=NOW, at=NOW) == 0


def test_the_daily_task_prunes(journal: Journal) -> None:
    number = len(readings(journal))
    DailyTask(journal, RecordingMessenger(), None, keep_snapshots=timedelta(days=90), now=lambda: NOW).turn()
    assert len(readings(journal)) < number - 80
