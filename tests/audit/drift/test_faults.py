"""What was found is neither lost nor told twice, whoever dies, restarts or is away."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.errors import JournalUnavailable, SlackRefused, SlackUnavailable
from bot.journal.leases import DURATION as SCAN_LEASE
from bot.journal.models import State
from bot.runtime.threads import RETRY_DELAY
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.audit.drift.duty import MINUTES, DriftHarness, drift_harness
from tests.journal.making import OPERATIONS, make_request, sqlite_url
from tests.postgres import Server
from tests.waiting import PATIENCE

SALES = ["Sales was changed outside Park"]


@pytest.fixture(params=["sqlite", "postgresql"])
def harness(request: pytest.FixtureRequest, tmp_path: Path, long_timeouts: None) -> Iterator[DriftHarness]:
    lite = request.param == "sqlite"
    with drift_harness(
        sqlite_url(tmp_path) if lite else request.getfixturevalue("postgres").database(), tmp_path
    ) as running:
        yield running


@pytest.fixture
def replicas(postgres: Server, tmp_path: Path, long_timeouts: None) -> Iterator[DriftHarness]:
    with drift_harness(postgres.database(), tmp_path) as running:
        yield running


def test_a_restart_forgets_nothing_and_tells_nothing_twice(harness: DriftHarness) -> None:
    harness.new_monitor().turn()
    harness.close()
    harness.recall()
    harness.turn(harness.new_monitor())
    assert harness.posted_drifts == SALES
    harness.close()
    for _ in range(2):
        harness.turn(harness.new_monitor())
        harness.close()
    assert harness.posted_drifts == SALES


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (SlackUnavailable("ratelimited", 300), timedelta(seconds=300)),
        (SlackUnavailable("no answer"), RETRY_DELAY),
        (SlackRefused("channel_not_found"), 60 * RETRY_DELAY),
    ],
)
def test_what_slack_does_not_take_is_told_later_and_once(
    harness: DriftHarness, fault: Exception, away: timedelta
) -> None:
    monitor = harness.new_monitor()
    monitor.turn()
    harness.recall()
    harness.messenger.faults = [fault]
    harness.turn(monitor)
    harness.close()
    again = harness.new_monitor()
    assert again.turn() == harness.clock() + min(away, timedelta(minutes=MINUTES))
    assert harness.posted_drifts == []
    harness.clock.time += away
    for _ in range(2):
        again.turn()
        harness.turn(again)
    assert harness.posted_drifts == SALES


def test_what_stands_in_slack_and_could_not_be_recorded_is_not_told_again(
    harness: DriftHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor = harness.new_monitor()
    monitor.turn()
    harness.recall()
    database, writing = harness.journals[0].database, harness.journals[0].database.writing

    def away() -> None:
        raise JournalUnavailable("the disk is full")

    harness.messenger.after = lambda: monkeypatch.setattr(database, "writing", away)
    harness.clock.move(minutes=MINUTES)
    assert monitor.turn() == harness.clock() + RETRY_DELAY
    monkeypatch.setattr(database, "writing", writing)
    harness.clock.time += RETRY_DELAY
    monitor.turn()
    harness.close()
    harness.turn(harness.new_monitor())
    assert harness.posted_drifts == SALES


def test_who_is_killed_between_look_and_word_leaves_it_to_the_next(harness: DriftHarness) -> None:
    first = harness.new_monitor()
    first.turn()
    harness.recall()
    harness.messenger.faults = [KeyboardInterrupt()]  # type: ignore[list-item]  # as a kill: no way back
    with pytest.raises(KeyboardInterrupt):
        harness.turn(first)
    harness.close()
    harness.clock.time += SCAN_LEASE
    harness.new_monitor().turn()
    assert harness.posted_drifts == SALES


def test_of_two_replicas_one_looks_and_tells(replicas: DriftHarness) -> None:
    first, second = replicas.new_monitor(), replicas.new_monitor()
    first.turn()
    replicas.fake_pbx.requests.clear()
    second.turn()
    assert replicas.fake_pbx.requests == []
    replicas.recall()
    replicas.clock.move(minutes=MINUTES)
    turns = [threading.Thread(target=monitor.turn) for monitor in (first, second)]
    for turn in turns:
        turn.start()
    for turn in turns:
        turn.join(PATIENCE)
    listed = [heard for heard in replicas.fake_pbx.requests if heard.line == "GET /api/call_park_groups"]
    assert len(listed) == 1
    assert replicas.posted_drifts == SALES
    for _ in range(2):
        replicas.turn(second)
        first.turn()
    assert replicas.posted_drifts == SALES


def test_who_was_frozen_for_too_long_has_nothing_more_to_say(replicas: DriftHarness) -> None:
    first, second = replicas.new_monitor(), replicas.new_monitor()
    first.turn()
    replicas.recall()
    held = replicas.hold("GET /api/call_park")
    replicas.clock.move(minutes=MINUTES)
    frozen = threading.Thread(target=first.turn)
    frozen.start()
    assert held.reached.wait(PATIENCE)
    second.turn()
    assert replicas.posted_drifts == [], "the other one is at it"
    replicas.clock.time += SCAN_LEASE
    second.turn()
    assert replicas.posted_drifts == SALES
    assert held.hold
    held.hold.set()
    frozen.join(PATIENCE)
    replicas.turn(first)
    assert replicas.posted_drifts == SALES


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        (FaultKind.STATUS, "GET *"),
        (FaultKind.MALFORMED, "GET *"),
        (FaultKind.DROP_BEFORE, "GET /api/call_park_groups*"),
        (FaultKind.THROTTLED, "GET /api/call_park_groups*"),
    ],
)
def test_a_pbx_that_is_away_is_no_drift_and_hides_none(harness: DriftHarness, kind: FaultKind, match: str) -> None:
    monitor = harness.new_monitor()
    monitor.turn()
    harness.recall()
    harness.fake_pbx.faults.add(Fault(kind=kind, match=match, times=None))
    for _ in range(2):
        harness.turn(monitor)
    assert harness.posted_drifts == []
    harness.fake_pbx.faults.clear()
    harness.turn(monitor)
    assert harness.posted_drifts == SALES


@pytest.mark.parametrize("status", [403, 500])
def test_a_group_whose_members_can_t_be_read_keeps_no_other_from_being_looked_at(
    harness: DriftHarness, status: int
) -> None:
    monitor = harness.new_monitor(most=16)
    for _ in range(2):
        harness.turn(monitor)
    state, refusal = harness.fake_pbx.state, {"kind": FaultKind.STATUS, "status": status, "times": None}
    sales = f"GET /api/call_park_groups/{quote(state.group_id('Sales'), safe='')}/members"
    harness.fake_pbx.faults.add(Fault(match=sales, **refusal))  # type: ignore[arg-type]
    harness.fake_pbx.console_remove_member(state.group_id("Billing"), "1055")
    for _ in range(4):
        harness.turn(monitor)
    assert harness.posted_drifts == ["Billing was changed outside Park"]


def test_scans_switched_on_late_take_todays_state_and_keep_no_writer_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of Park's own changes than are replayed, and a baseline of several batches."""
    monkeypatch.setattr("bot.audit.drift.monitor.MAX_REPLAYED", 2)
    monkeypatch.setattr("bot.journal.drift_store.BATCH_SIZE", 1)
    with drift_harness(sqlite_url(tmp_path), tmp_path) as harness:
        monitor = harness.new_monitor()
        harness.turn(monitor)
        journal = harness.journals[0]
        for number in range(3):
            key = f"change {number}"
            journal.accept(make_request(key), operations=OPERATIONS, footprint=frozenset())
            entry = journal.claim("worker")
            assert entry is not None
            entry = journal.checkpoint(entry, plan={"of": "a Park that knew nothing of plans"}, began=True)
            journal.mark_notified(journal.end(entry, State.DONE, {}))
        harness.recall()
        harness.turn(monitor)
        assert harness.posted_drifts == [], "what was changed while nobody looked is today's state"
        harness.recall("Support")
        harness.turn(monitor)
        assert len(harness.posted_drifts) == 1


def test_a_clock_that_was_set_back_delays_no_scan(tmp_path: Path) -> None:
    with drift_harness(sqlite_url(tmp_path), tmp_path) as harness:
        monitor = harness.new_monitor()
        harness.turn(monitor)
        harness.clock.time -= timedelta(days=2)
        harness.recall()
        assert monitor.turn() == harness.clock() + timedelta(minutes=MINUTES)
        assert len(harness.posted_drifts) == 1


def test_a_scan_that_meets_a_bug_keeps_nothing_from_being_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with drift_harness(sqlite_url(tmp_path), tmp_path) as harness:
        monitor = harness.new_monitor()
        harness.turn(monitor)
        harness.recall()
        harness.messenger.faults.append(SlackUnavailable("no answer"))
        harness.turn(monitor)
        assert harness.posted_drifts == []

        def fail(*arguments: object, **named: object) -> None:
            raise RuntimeError("a bug")

        with monkeypatch.context() as broken:
            broken.setattr("bot.audit.drift.scan.DriftScan.run", fail)
            harness.turn(monitor)
        assert len(harness.posted_drifts) == 1
        assert "a bug" in caplog.text
        harness.recall("Support")
        harness.turn(monitor)
        assert len(harness.posted_drifts) == 2
