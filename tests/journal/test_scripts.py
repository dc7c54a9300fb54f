"""What is sent to PostgreSQL together has the effect of one statement after the other, in few round trips."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update

from bot.errors import JournalUnavailable, LeaseLost
from bot.journal import postgresql, postgresql_engine
from bot.journal.models import State
from bot.journal.prepared import Prepared
from bot.journal.tables import chain, flags
from tests.bench.round_trips import count_round_trips
from tests.journal.making import START, JournalHarness
from tests.postgres import Server

TEXTS = ("it's", 'a "name"', "50 % %s %(x)s", "back\\slash", "a; COMMIT; --", "Zürich 📞", "")
INSERT, OF_NAME = Prepared(insert(flags)), Prepared(select(flags).where(flags.c.name == bindparam("wanted")))
RENAME = Prepared(update(flags).where(flags.c.name == bindparam("old")))
PLAN = {"changes": [{"target": {"id": "1", "name": "Sales"}, "before": None, "after": None}]}
"""As much of a plan as the journal looks at."""


@pytest.fixture
def replica(postgres: Server, long_timeouts: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[JournalHarness]:
    """A journal on PostgreSQL."""
    monkeypatch.setattr(postgresql, "CLOCK_LIFETIME", 60.0)
    monkeypatch.setattr(postgresql_engine, "PING_AFTER", 60.0)
    harness = JournalHarness(postgres.database())
    yield harness
    harness.journal.close()


def _flag(name: str, text: str = "") -> dict[str, Any]:
    return {"name": name, "text": text, "by": "U1", "at": START}


@pytest.mark.parametrize("text", TEXTS)
def test_values_arrive_as_they_are(harness: JournalHarness, text: str) -> None:
    with harness.journal.database.writing(ahead=[OF_NAME.of(wanted=text)]) as connection:
        assert OF_NAME.row(connection, {"wanted": text}) is None
        INSERT.send(connection, _flag("a", text))
        INSERT.send(connection, _flag(text))
    (found,), (named,) = harness.journal.database.fetch([OF_NAME.of(wanted="a"), OF_NAME.of(wanted=text)])
    assert (found["text"], named["name"], named["at"]) == (text, text, START)


def test_a_statement_sees_what_was_sent_before_it(harness: JournalHarness) -> None:
    with harness.journal.database.writing(ahead=[OF_NAME.of(wanted="a")]) as connection:
        assert OF_NAME.rows(connection, {"wanted": "a"}) == []
        INSERT.send(connection, _flag("a"))
        assert len(OF_NAME.rows(connection, {"wanted": "a"})) == 1
        INSERT.send(connection, _flag("b"))
        assert RENAME.execute(connection, {"old": "b", "name": "c"}) == 1
        INSERT.send(connection, _flag("d"))
        assert len(connection.execute(select(flags)).all()) == 3, "what SQLAlchemy runs too"
    assert harness.journal.flag("c") is not None


def test_what_was_sent_is_forgotten_with_a_transaction_that_fails(harness: JournalHarness) -> None:
    database = harness.journal.database
    with suppress(KeyError), database.writing() as connection:
        INSERT.send(connection, _flag("a"))
        raise KeyError
    with database.writing() as connection:
        INSERT.send(connection, _flag("b"))
    assert [harness.journal.flag(name) is not None for name in "ab"] == [False, True]


def test_a_script_that_fails_keeps_nothing(harness: JournalHarness) -> None:
    def write() -> None:
        with harness.journal.database.writing() as connection:
            INSERT.send_each(connection, map(_flag, "aba"))

    with pytest.raises(JournalUnavailable):
        write()
    assert harness.journal.flag("b") is None
    harness.accept("sales")


@pytest.mark.parametrize("names", ["b", "ab", "aab"])
def test_a_condition_that_does_not_hold_keeps_nothing(harness: JournalHarness, names: str) -> None:
    def write(names: str) -> None:
        with harness.journal.database.writing() as connection:
            INSERT.send(connection, _flag("a"))
            for name in names:
                RENAME.send_if(connection, {"old": name, "text": "x"}, LeaseLost(f"no {name}"))
            INSERT.send(connection, _flag("c"))

    with pytest.raises(LeaseLost, match="no b"):
        write(names)
    assert harness.journal.flag("a") is None
    write("a")
    found = harness.journal.flag("a")
    assert found is not None
    assert found.text == "x"


def test_an_event_whose_number_is_taken_is_not_written(replica: JournalHarness) -> None:
    replica.accept("sales")
    with replica.journal.database.writing() as connection:
        connection.execute(update(chain).values(number=0))
    with pytest.raises(JournalUnavailable):
        replica.accept("support")
    assert replica.journal.newest() == 1


def test_each_step_of_a_change_takes_few_round_trips(replica: JournalHarness) -> None:
    journal = replica.journal
    replica.accept("billing")
    replica.accept("sales")
    journal.due_in()
    entry = replica.claim()

    def trips(step: Callable[[], object]) -> int:
        counted = list[None]()
        end = count_round_trips(lambda: counted.append(None))
        try:
            step()
        finally:
            end()
        return len(counted)

    def checkpoint(**known: Any) -> None:
        nonlocal entry
        entry = journal.checkpoint(entry, **known)

    assert trips(lambda: replica.accept("support")) == 3
    assert trips(lambda: journal.claim("other")) == 4
    assert trips(lambda: journal.due_in()) == 1
    assert trips(lambda: journal.flag("paused")) == 1
    assert trips(lambda: journal.get(entry.id)) == 1
    assert trips(lambda: checkpoint(plan=PLAN, targets=["1"], began=True)) == 2
    assert trips(lambda: checkpoint(card={})) == 2
    assert trips(lambda: journal.renew(entry)) == 2
    ended = journal.end(entry, State.DONE, {})
    assert trips(lambda: journal.end(entry, State.DONE, {})) == 2
    assert trips(lambda: journal.mark_notified(ended, {})) == 2


def test_a_lease_that_is_lost_is_noticed_by_the_commit(replica: JournalHarness) -> None:
    number = replica.accept("sales")
    entry = replica.claim()
    replica.clock.time += replica.journal.lease + timedelta(seconds=1)
    replica.claim("other")
    for step in (
        lambda: replica.journal.checkpoint(entry, plan=PLAN, targets=["1"], began=True),
        lambda: replica.journal.renew(entry),
        lambda: replica.journal.end(entry, State.DONE, {}),
        lambda: replica.journal.release(entry, replica.clock()),
    ):
        with pytest.raises(LeaseLost):
            step()
    assert replica.journal.get(number).state is State.RUNNING
    assert "began" not in replica.event_names(number)
    assert replica.journal.made_on(["1"], 10) == []
