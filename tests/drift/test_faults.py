"""What was found is neither lost nor told twice, whoever dies, restarts or is away."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.errors import JournalUnavailable, SlackRefused, SlackUnavailable
from bot.journal import postgresql
from bot.journal.drift_store import CLAIM
from bot.runtime.threads import AGAIN
from bot.sandbox.pbx.faults import Fault, Kind
from tests.drift.duty import MINUTES, Duty, duty
from tests.journal.making import url
from tests.postgres import Server

SALES = ["Sales was changed outside Park"]


@pytest.fixture(params=["sqlite", "postgresql"])
def one(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duty]:
    monkeypatch.setattr(postgresql, "PATIENCE", 30.0)
    lite = request.param == "sqlite"
    with duty(url(tmp_path) if lite else request.getfixturevalue("postgres").database(), tmp_path) as running:
        yield running


@pytest.fixture
def several(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duty]:
    monkeypatch.setattr(postgresql, "PATIENCE", 30.0)
    with duty(postgres.database(), tmp_path) as running:
        yield running


def test_a_restart_forgets_nothing_and_tells_nothing_twice(one: Duty) -> None:
    one.watcher().turn()
    one.close()
    one.recall()
    one.turn(one.watcher())
    assert one.told == SALES
    one.close()
    for _ in range(2):
        one.turn(one.watcher())
        one.close()
    assert one.told == SALES


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (SlackUnavailable("ratelimited", 300), timedelta(seconds=300)),
        (SlackUnavailable("no answer"), AGAIN),
        (SlackRefused("channel_not_found"), 60 * AGAIN),
    ],
)
def test_what_slack_does_not_take_is_told_later_and_once(one: Duty, fault: Exception, away: timedelta) -> None:
    watcher = one.watcher()
    watcher.turn()
    one.recall()
    one.messenger.faults = [fault]
    one.turn(watcher)
    one.close()
    again = one.watcher()
    assert again.turn() == one.clock() + min(away, timedelta(minutes=MINUTES))
    assert one.told == []
    one.clock.time += away
    for _ in range(2):
        again.turn()
        one.turn(again)
    assert one.told == SALES


def test_what_stands_in_slack_and_could_not_be_recorded_is_not_told_again(
    one: Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = one.watcher()
    watcher.turn()
    one.recall()
    database, writing = one.journals[0].database, one.journals[0].database.writing

    def away() -> None:
        raise JournalUnavailable("the disk is full")

    one.messenger.after = lambda: monkeypatch.setattr(database, "writing", away)
    one.clock.move(minutes=MINUTES)
    assert watcher.turn() == one.clock() + AGAIN
    monkeypatch.setattr(database, "writing", writing)
    one.clock.time += AGAIN
    watcher.turn()
    one.close()
    one.turn(one.watcher())
    assert one.told == SALES


def test_who_is_killed_between_look_and_word_leaves_it_to_the_next(one: Duty) -> None:
    first = one.watcher()
    first.turn()
    one.recall()
    one.messenger.faults = [KeyboardInterrupt()]  # type: ignore[list-item]  # as a kill: no way back
    with pytest.raises(KeyboardInterrupt):
        one.turn(first)
    one.close()
    one.clock.time += CLAIM
    one.watcher().turn()
    assert one.told == SALES


def test_of_two_replicas_one_looks_and_tells(several: Duty) -> None:
    first, second = several.watcher(), several.watcher()
    first.turn()
    several.sandbox.requests.clear()
    second.turn()
    assert several.sandbox.requests == []
    several.recall()
    several.clock.move(minutes=MINUTES)
    turns = [threading.Thread(target=watcher.turn) for watcher in (first, second)]
    for turn in turns:
        turn.start()
    for turn in turns:
        turn.join(60)
    listed = [heard for heard in several.sandbox.requests if heard.line == "GET /api/call_park_groups"]
    assert len(listed) == 1
    assert several.told == SALES
    for _ in range(2):
        several.turn(second)
        first.turn()
    assert several.told == SALES


def test_who_was_frozen_for_too_long_has_nothing_more_to_say(several: Duty) -> None:
    first, second = several.watcher(), several.watcher()
    first.turn()
    several.recall()
    held = several.hold("GET /api/call_park")
    several.clock.move(minutes=MINUTES)
    frozen = threading.Thread(target=first.turn)
    frozen.start()
    assert held.reached.wait(30)
    second.turn()
    assert several.told == [], "the other one is at it"
    several.clock.time += CLAIM
    second.turn()
    assert several.told == SALES
    assert held.hold
    held.hold.set()
    frozen.join(60)
    several.turn(first)
    assert several.told == SALES


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        (Kind.STATUS, "GET *"),
        (Kind.MALFORMED, "GET *"),
        (Kind.DROP_BEFORE, "GET /api/call_park_groups*"),
        (Kind.THROTTLED, "GET /api/call_park_groups*"),
    ],
)
def test_a_pbx_that_is_away_is_no_drift_and_hides_none(one: Duty, kind: Kind, match: str) -> None:
    watcher = one.watcher()
    watcher.turn()
    one.recall()
    one.sandbox.faults.add(Fault(kind=kind, match=match, times=None))
    for _ in range(2):
        one.turn(watcher)
    assert one.told == []
    one.sandbox.faults.clear()
    one.turn(watcher)
    assert one.told == SALES


@pytest.mark.parametrize("status", [403, 500])
def test_a_group_whose_members_can_t_be_read_keeps_no_other_from_being_looked_at(one: Duty, status: int) -> None:
    watcher = one.watcher(most=16)
    for _ in range(2):
        one.turn(watcher)
    state, refusal = one.sandbox.state, {"kind": Kind.STATUS, "status": status, "times": None}
    sales = f"GET /api/call_park_groups/{quote(state.group_id('Sales'), safe='')}/members"
    one.sandbox.faults.add(Fault(match=sales, **refusal))  # type: ignore[arg-type]
    one.sandbox.console_remove_member(state.group_id("Billing"), "1055")
    for _ in range(4):
        one.turn(watcher)
    assert one.told == ["Billing was changed outside Park"]
