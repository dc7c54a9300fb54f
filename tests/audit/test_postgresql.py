"""The same on PostgreSQL, with several who write at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.audit.daily import DailyTask
from bot.audit.entries import ChainBroken
from bot.audit.history import UNKNOWN_GROUPS, oldest_first
from bot.audit.verify import VerifiedChain, verify
from bot.journal.database import open_read_only
from bot.journal.events import ChainLink, EventQuery
from bot.journal.journal import Journal
from tests.audit.places import make_change, set_head_posted_at
from tests.bot_harness import RecordingMessenger
from tests.journal.making import OPERATIONS, JournalHarness, make_request
from tests.postgres import Server


@pytest.fixture
def empty(postgres: Server, long_timeouts: None) -> Iterator[JournalHarness]:
    harness = JournalHarness(postgres.database())
    yield harness
    harness.journal.close()


@pytest.fixture
def harness(empty: JournalHarness) -> JournalHarness:
    for _ in range(3):
        make_change(empty)
    return empty


def check(harness: JournalHarness, *heads: ChainLink) -> VerifiedChain:
    with open_read_only(harness.address) as connection:
        return verify(connection, heads)


def test_what_is_altered_or_cut_off_is_found_beside_running_replicas(harness: JournalHarness) -> None:
    head = check(harness).head
    assert head.number == 18
    with harness.journal.database.writing() as connection:
        connection.execute(text("UPDATE events SET by = 'U2' WHERE id = 7"))
    with pytest.raises(ChainBroken, match="Event 7 "):
        check(harness, head)


def test_replicas_that_write_at_once_make_one_chain(harness: JournalHarness) -> None:
    replicas = [Journal(harness.address) for _ in range(3)]

    def ask(number: int) -> None:
        replicas[number % 3].accept(make_request(f"at once {number}"), operations=OPERATIONS, footprint=frozenset())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(30)))
    for replica in replicas:
        replica.close()
    assert check(harness).head.number == 48


def test_of_two_replicas_one_posts_the_head_and_both_prune(harness: JournalHarness) -> None:
    set_head_posted_at(harness, harness.clock())
    harness.clock.move(days=40)
    make_change(harness)
    second, messengers = Journal(harness.address), (RecordingMessenger(), RecordingMessenger())
    for journal, messenger in zip((harness.journal, second), messengers, strict=True):
        DailyTask(journal, messenger, "C1", keep=timedelta(days=30), now=harness.clock).turn()
    second.close()
    (message,) = (*messengers[0].announced, *messengers[1].announced)
    assert check(harness, ChainLink.read(message.facts[0].value)).pruned.number == 18


def test_history_is_told_of_it(empty: JournalHarness) -> None:
    for line, operation in (("groups", "groups"), ("fly away", "of another Park")):
        asked = [{"operation": operation, "arguments": {}}]
        empty.journal.refuse(make_request(line, line=line), operations=asked, outcome={"reason": "no"})
    with open_read_only(empty.address) as connection:
        told = list(oldest_first(connection, EventQuery(since=empty.clock(), user="U1")))
    assert [(one.change, one.line, one.outcome, one.reason) for one in told] == [
        (1, "groups", "refused", "no"),
        (2, "fly away", "refused", "no"),
    ]
    assert [one.groups for one in told] == [(), UNKNOWN_GROUPS]
