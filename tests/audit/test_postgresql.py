"""The same on PostgreSQL, with several who write at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.audit.daily import DailyTask
from bot.audit.history import UNKNOWN, oldest_first
from bot.audit.verify import ChainBroken, VerifiedChain, verify
from bot.journal.database import beside
from bot.journal.events import ChainLink, EventQuery
from bot.journal.journal import Journal
from tests.audit.places import live
from tests.house import Noting
from tests.journal.making import ASKED, Desk, asking
from tests.postgres import Server


@pytest.fixture
def empty(postgres: Server) -> Iterator[Desk]:
    context = Desk(postgres.database())
    yield context
    context.journal.close()


@pytest.fixture
def context(empty: Desk) -> Desk:
    for _ in range(3):
        live(empty)
    return empty


def check(context: Desk, *heads: ChainLink) -> VerifiedChain:
    with beside(context.address) as connection:
        return verify(connection, heads)


def test_what_is_altered_or_cut_off_is_found_beside_running_replicas(context: Desk) -> None:
    head = check(context).head
    assert head.number == 18
    with context.journal.database.writing() as connection:
        connection.execute(text("UPDATE events SET by = 'U2' WHERE id = 7"))
    with pytest.raises(ChainBroken, match="Event 7 "):
        check(context, head)


def test_replicas_that_write_at_once_make_one_chain(context: Desk) -> None:
    replicas = [Journal(context.address) for _ in range(3)]

    def ask(number: int) -> None:
        replicas[number % 3].accept(asking(f"at once {number}"), asked=ASKED, footprint=frozenset())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(30)))
    for replica in replicas:
        replica.close()
    assert check(context).head.number == 48


def test_of_two_replicas_one_posts_the_head_and_both_prune(context: Desk) -> None:
    context.clock.time = datetime.now(UTC) + timedelta(days=2)
    live(context)
    second, said = Journal(context.address), (Noting(), Noting())
    for journal, messenger in zip((context.journal, second), said, strict=True):
        DailyTask(journal, messenger, "C1", keep=timedelta(days=30), now=context.clock).turn()
    second.close()
    (message,) = (*said[0].announced, *said[1].announced)
    assert check(context, ChainLink.read(message.facts[0].value)).pruned.number == 18


def test_history_is_told_of_it(empty: Desk) -> None:
    for line, operation in (("groups", "groups"), ("fly away", "of another Park")):
        asked = [{"operation": operation, "arguments": {}}]
        empty.journal.refuse(asking(line, line=line), asked=asked, outcome={"reason": "no"})
    with beside(empty.address) as connection:
        told = list(oldest_first(connection, EventQuery(since=empty.clock(), user="U1")))
    assert [(one.change, one.line, one.outcome, one.reason) for one in told] == [
        (1, "groups", "refused", "no"),
        (2, "fly away", "refused", "no"),
    ]
    assert [one.groups for one in told] == [(), UNKNOWN]
