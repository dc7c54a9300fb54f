"""What goes in: once, durably, and without telling its secret."""

import traceback
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, select

from bot.errors import JournalUnavailable
from bot.journal.database import open_beside
from bot.journal.events import GENESIS, ChainLink, append_for_entry
from bot.journal.models import Accepted, State
from bot.journal.tables import chain, entries, events, row_values
from tests.journal.making import OPERATIONS, SECRET, START, JournalHarness, make_request

NEVER = "CREATE TRIGGER no BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END"
NEVER_ON_POSTGRESQL = "ALTER TABLE entries ADD CONSTRAINT no CHECK (response_url IS NULL)"


def test_an_accepted_request_is_found_as_it_was_given(harness: JournalHarness) -> None:
    accepted = harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=frozenset({"sales", "1001"}))
    entry = harness.journal.get(accepted.id)
    assert accepted.fresh
    assert (entry.request, entry.operations, entry.footprint) == (
        make_request("a"),
        OPERATIONS,
        frozenset({"sales", "1001"}),
    )
    assert entry.request.response_url == SECRET
    assert (entry.state, entry.attempt, entry.began, entry.notified) == (State.WAITING, 0, False, False)
    assert entry.run_at == entry.accepted_at == START
    assert harness.journal.find("a") == entry


def test_a_second_delivery_changes_nothing_and_returns_the_first_ones_id(harness: JournalHarness) -> None:
    first = harness.journal.accept(make_request("a"), operations=OPERATIONS, footprint=frozenset({"sales"}))
    before = harness.journal.get(first.id)
    again = harness.journal.accept(
        make_request("a", line="another line"), operations=[], footprint=frozenset({"support"})
    )
    assert again == Accepted(id=first.id, fresh=False)
    assert harness.journal.get(first.id) == before
    assert harness.event_names(first.id) == ["accepted"]


def test_ids_count_up_and_are_never_given_again(harness: JournalHarness) -> None:
    first, second = harness.accept(), harness.accept()
    with harness.journal.database.writing() as pruning:
        pruning.execute(delete(events))
        pruning.execute(delete(entries))
    assert (first, second, harness.accept()) == (1, 2, 3)


def test_a_refusal_before_acceptance_is_recorded_and_nobody_works_on_it(harness: JournalHarness) -> None:
    number = harness.journal.refuse(make_request("a"), operations=OPERATIONS, outcome={"reason": "no rule"})
    entry = harness.journal.get(number)
    assert (entry.state, entry.notified, entry.outcome) == (State.REFUSED, True, {"reason": "no rule"})
    assert entry.request.response_url is None
    assert harness.event_names(number) == ["refused"]
    assert harness.journal.claim("worker") is None
    assert harness.journal.refuse(make_request("a"), operations=OPERATIONS, outcome={}) == number


def test_the_response_url_is_in_no_event_and_no_repr_and_is_dropped_once_told(harness: JournalHarness) -> None:
    harness.accept("sales")
    entry = harness.claim()
    assert SECRET not in repr(entry)
    assert SECRET not in str(entry.request)
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {"text": "done"}))
    assert harness.journal.get(entry.id).request == entry.request.model_copy(update={"response_url": None})
    assert SECRET not in repr(harness.journal.events(entry.id))


def test_the_response_url_is_in_no_error(harness: JournalHarness) -> None:
    with harness.journal.database.writing() as connection:
        connection.exec_driver_sql(NEVER if harness.journal.database.exclusive else NEVER_ON_POSTGRESQL)
    with pytest.raises(JournalUnavailable) as failure:
        harness.accept("sales")
    assert SECRET not in "".join(traceback.format_exception(failure.value))


def test_the_story_of_a_change_says_what_happened_through_whom_and_when(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    harness.clock.move(seconds=1)
    entry = harness.journal.checkpoint(harness.claim(), operations=OPERATIONS, rule="leads", plan={"wanted": 1})
    entry = harness.journal.checkpoint(entry, began=True)
    entry = harness.journal.checkpoint(entry, card={"ts": "1.2"}, outcome={"partly": 1})
    harness.journal.mark_notified(harness.journal.end(entry, State.DONE, {"text": "done"}))
    story = harness.journal.events(number)
    assert [(event.what, event.by) for event in story] == [
        ("accepted", "U1"),
        *((what, "worker") for what in ("claimed", "planned", "began", "shown", "noted", "ended", "told")),
    ]
    assert [event.at - START for event in story] == [timedelta(0)] + [timedelta(seconds=1)] * 7
    assert story[0].data == {
        "request": make_request("key 0").model_dump(mode="json", exclude={"response_url"}),
        "asked": OPERATIONS,
        "footprint": ["sales"],
    }
    assert story[2].data == {"asked": OPERATIONS, "rule": "leads", "plan": {"wanted": 1}}
    assert story[-2].data == {"state": "done", "outcome": {"text": "done"}}
    assert {event.entry for event in story} == {number}


def test_recent_is_newest_first_and_waiting_is_what_has_not_ended(harness: JournalHarness) -> None:
    first, second, third = harness.accept(), harness.accept(), harness.accept()
    harness.journal.end(harness.claim(), State.DONE, {})
    harness.claim()
    assert [entry.id for entry in harness.journal.recent(2)] == [third, second]
    assert [(entry.id, entry.state) for entry in harness.journal.waiting()] == [
        (second, State.RUNNING),
        (third, State.WAITING),
    ]
    assert harness.journal.recent(10)[-1].id == first


def test_a_change_that_does_not_exist_is_a_key_error_and_an_unknown_key_is_none(harness: JournalHarness) -> None:
    with pytest.raises(KeyError):
        harness.journal.get(42)
    assert harness.journal.find("unknown") is None
    assert harness.journal.events(42) == []


def test_times_come_back_in_utc_and_a_time_without_a_zone_is_refused(harness: JournalHarness) -> None:
    berlin = datetime(2026, 3, 29, 3, tzinfo=timezone(timedelta(hours=2)))
    entry = harness.journal.get(harness.accept(run_at=berlin))
    assert entry.run_at == berlin
    assert entry.run_at.utcoffset() == timedelta(0)
    with pytest.raises(Exception, match="no time zone"):
        harness.accept(run_at=datetime(2026, 3, 29, 3))  # noqa: DTZ001


def test_events_are_chained_on_after_a_commit_that_failed_and_after_those_of_another_process(address: str) -> None:
    one, other = JournalHarness(address), open_beside(address)
    one.accept("sales")
    with suppress(ZeroDivisionError), one.journal.database.writing() as connection:
        append_for_entry(connection, 1, {"lost": None}, by="one", at=START)
        raise ZeroDivisionError
    for database in (one.journal.database, other, one.journal.database, one.journal.database):
        with database.writing() as connection:
            append_for_entry(connection, 1, {"noted": {"of": str(database)}}, by="one", at=START)
    with one.journal.database.reading() as connection:
        rows = [row_values(row, events) for row in connection.execute(select(events).order_by(events.c.id))]
        head = ChainLink(*connection.execute(select(chain.c.number, chain.c.hash)).one())
    link = ChainLink(0, GENESIS)
    for row in rows:
        link = link.followed_by(row)
        assert link == ChainLink(row["id"], row["hash"])
    assert head == link == ChainLink(5, link.hash)
    one.journal.close()
    other.close()
