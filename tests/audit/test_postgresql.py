"""The same on PostgreSQL, with several who write at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.audit.daily import Daily
from bot.audit.history import UNKNOWN, oldest_first
from bot.audit.verify import Broken, Whole, verify
from bot.journal.database import beside
from bot.journal.events import Link, Wanted
from bot.journal.journal import Journal
from tests.audit.places import live
from tests.house import Noting
from tests.journal.making import ASKED, Desk, asking
from tests.postgres import Server


@pytest.fixture
def empty(postgres: Server) -> Iterator[Desk]:
    desk = Desk(postgres.database())
    yield desk
    desk.journal.close()


@pytest.fixture
def desk(empty: Desk) -> Desk:
    for _ in range(3):
        live(empty)
    return empty


def check(desk: Desk, *heads: Link) -> Whole:
    with beside(desk.address) as connection:
        return verify(connection, heads)


def test_what_is_altered_or_cut_off_is_found_beside_running_replicas(desk: Desk) -> None:
    head = check(desk).head
    assert head.number == 18
    with desk.journal.database.writing() as connection:
        connection.execute(text("UPDATE events SET by = 'U2' WHERE id = 7"))
    with pytest.raises(Broken, match="Event 7 "):
        check(desk, head)


def test_replicas_that_write_at_once_make_one_chain(desk: Desk) -> None:
    replicas = [Journal(desk.address) for _ in range(3)]

    def ask(number: int) -> None:
        replicas[number % 3].accept(asking(f"at once {number}"), asked=ASKED, footprint=frozenset())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(30)))
    for replica in replicas:
        replica.close()
    assert check(desk).head.number == 48


def test_of_two_replicas_one_posts_the_head_and_both_prune(desk: Desk) -> None:
    desk.clock.time = datetime.now(UTC) + timedelta(days=2)
    live(desk)
    second, said = Journal(desk.address), (Noting(), Noting())
    for journal, voice in zip((desk.journal, second), said, strict=True):
        Daily(journal, voice, "C1", keep=timedelta(days=30), now=desk.clock).turn()
    second.close()
    (message,) = (*said[0].announced, *said[1].announced)
    assert check(desk, Link.read(message.facts[0].value)).pruned.number == 18


def test_history_is_told_of_it(empty: Desk) -> None:
    for line, operation in (("groups", "groups"), ("fly away", "of another Park")):
        asked = [{"operation": operation, "arguments": {}}]
        empty.journal.refuse(asking(line, line=line), asked=asked, outcome={"reason": "no"})
    with beside(empty.address) as connection:
        told = list(oldest_first(connection, Wanted(since=empty.clock(), user="U1")))
    assert [(one.change, one.line, one.outcome, one.reason) for one in told] == [
        (1, "groups", "refused", "no"),
        (2, "fly away", "refused", "no"),
    ]
    assert [one.groups for one in told] == [(), UNKNOWN]
