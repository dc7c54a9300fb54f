"""Several replicas on one PostgreSQL: one writer at a time, one clock, tables brought up to date on request."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url
from sqlalchemy.event import listen

from bot.__main__ import main
from bot.errors import JournalUnavailable, SettingsError
from bot.journal import postgresql, postgresql_engine
from bot.journal.database import open_database
from bot.journal.journal import Journal
from bot.journal.migrations import HEAD, migrate_database
from bot.journal.models import Entry, State
from bot.journal.tables import footprints
from tests.journal.making import OPERATIONS, make_request
from tests.postgres import Server

SALES = frozenset({"sales"})


def test_replicas_that_claim_at_once_never_have_overlapping_ones(postgres: Server, long_timeouts: None) -> None:
    address = postgres.database()
    with ExitStack() as open_ones:
        replicas = [Journal(address) for _ in range(3)]
        for one in replicas:
            open_ones.callback(one.close)
        for number in range(60):
            names = frozenset({f"group {number % 4}", f"10{number % 7:02}"})
            replicas[number % 3].accept(make_request(str(number)), operations=OPERATIONS, footprint=names)
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda number: _run_all(replicas[number % 3], f"thread {number}"), range(6)))
        _none_overlapped(replicas[0])


def _run_all(journal: Journal, owner: str) -> None:
    while journal.waiting():
        if (entry := journal.claim(owner)) is not None:
            entry = journal.checkpoint(entry, began=True)
            journal.mark_notified(journal.end(entry, State.DONE, {}))


def _none_overlapped(journal: Journal) -> None:
    """By the events, which are in the order of the commits."""
    entries = {entry.id: entry for entry in journal.recent(100)}
    story = sorted((event for number in entries for event in journal.events(number)), key=lambda event: event.id)
    under_way: dict[int, Entry] = {}
    claimed: list[int] = []
    for event in story:
        entry = entries[event.entry or 0]
        if event.what == "claimed":
            assert not any(other.footprint & entry.footprint for other in under_way.values())
            under_way[entry.id] = entry
            claimed.append(entry.id)
        elif event.what == "ended":
            del under_way[entry.id]
    assert sorted(claimed) == sorted(entries)
    for name in {name for entry in entries.values() for name in entry.footprint}:
        order = [number for number in claimed if name in entries[number].footprint]
        assert order == sorted(order)


def test_one_delivery_through_two_replicas_at_once_is_fresh_once(postgres: Server, long_timeouts: None) -> None:
    address = postgres.database()
    replicas = [Journal(address) for _ in range(2)]
    barrier = threading.Barrier(2)

    def deliver(journal: Journal, key: str) -> tuple[int, bool]:
        barrier.wait()
        accepted = journal.accept(make_request(key), operations=OPERATIONS, footprint=SALES)
        return accepted.id, accepted.fresh

    with ThreadPoolExecutor(2) as pool:
        for key in map(str, range(20)):
            (one, fresh), (other, also) = pool.map(deliver, replicas, [key, key])
            assert one == other
            assert fresh is not also
    for journal in replicas:
        journal.close()


def test_what_a_frozen_replica_holds_in_the_middle_of_a_transaction_is_taken_away(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "IDLE_TIMEOUT", 0.3)
    address = postgres.database()
    frozen, other = Journal(address), Journal(address)
    with pytest.raises(JournalUnavailable), frozen.database.writing():
        assert other.accept(make_request("a"), operations=OPERATIONS, footprint=SALES).fresh, "after 0.3 s"
    assert frozen.accept(make_request("b"), operations=OPERATIONS, footprint=SALES).fresh, (
        "it goes on as if nothing had been"
    )
    frozen.close()
    other.close()


@pytest.mark.parametrize("rows", [1, 2, 50])
def test_a_replica_frozen_after_it_has_written_rows_loses_its_turn(
    postgres: Server, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """PostgreSQL does not count the idle time of a transaction reliably after a pipeline: rows are sent without one."""
    monkeypatch.setattr(postgresql, "IDLE_TIMEOUT", 0.3)
    address = postgres.database()
    frozen, other = Journal(address), Journal(address)
    number = frozen.accept(make_request("a"), operations=OPERATIONS, footprint=SALES).id
    written = [{"entry_id": number, "name": f"group {one}"} for one in range(rows)]
    accepted = []
    for turn in "bcd":
        with suppress(JournalUnavailable), frozen.database.writing() as connection:
            connection.execute(insert(footprints), written)
            accepted.append(other.accept(make_request(turn), operations=OPERATIONS, footprint=SALES))
    assert [one.fresh for one in accepted] == [True] * 3
    frozen.close()
    other.close()


def test_who_gets_no_turn_is_told_in_time(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "WRITE_TIMEOUT", 0.2)
    monkeypatch.setattr(postgresql, "IDLE_TIMEOUT", 30)
    address = postgres.database()
    one, other = Journal(address), Journal(address)
    with one.database.writing():
        with pytest.raises(JournalUnavailable, match="timeout"):
            other.accept(make_request("a"), operations=OPERATIONS, footprint=SALES)
        with ThreadPoolExecutor(1) as pool, pytest.raises(JournalUnavailable, match="busy"):
            pool.submit(one.accept, make_request("a"), operations=OPERATIONS, footprint=SALES).result()
        assert other.recent(1) == [], "reading goes on"
    one.close()
    other.close()


def test_times_are_the_databases(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica whose clock is wrong by an hour neither takes what another has, nor keeps it too long."""
    address = postgres.database()
    monkeypatch.setattr("bot.times.model.utc_now", lambda: datetime.now(UTC) + timedelta(hours=1))
    journal = Journal(address)
    number = journal.accept(make_request("a"), operations=OPERATIONS, footprint=SALES).id
    entry = journal.claim("worker")
    assert entry is not None
    with journal.database.reading() as connection:
        now = journal.database.now(connection)
    told = postgres.do("SELECT clock_timestamp()", address)[0]
    assert abs(journal.now() - now) < timedelta(minutes=1)
    assert abs(datetime.fromisoformat(str(told)) - now) < timedelta(minutes=1)
    assert entry.lease_until is not None
    assert timedelta(0) < entry.lease_until - now <= journal.lease
    assert journal.get(number).accepted_at <= now
    journal.close()


def test_a_database_that_goes_away_is_said_and_works_again_when_it_is_back(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "RECONNECT_DELAY", 0.05)
    journal = Journal(postgres.database())
    first = journal.accept(make_request("a"), operations=OPERATIONS, footprint=SALES)
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(JournalUnavailable, match="can't be used"):
                journal.accept(make_request("b"), operations=OPERATIONS, footprint=SALES)
            with pytest.raises(JournalUnavailable):
                journal.recent(1)
    finally:
        postgres.start()
    assert _again(lambda: journal.accept(make_request("a"), operations=OPERATIONS, footprint=SALES).id) == first.id
    assert journal.accept(make_request("b"), operations=OPERATIONS, footprint=SALES).fresh
    journal.close()


def _again(ask: Callable[[], int]) -> int:
    """After the short while in which nobody tries."""
    while True:
        try:
            return ask()
        except JournalUnavailable as fault:
            if "a moment ago" not in str(fault):
                raise


@pytest.mark.parametrize("ping_after", [60.0, 0.0], ids=["just used", "at rest"])
def test_connections_that_the_server_has_closed_are_replaced_without_anybody_noticing(
    postgres: Server, monkeypatch: pytest.MonkeyPatch, ping_after: float
) -> None:
    address = postgres.database()
    monkeypatch.setattr(postgresql_engine, "PING_AFTER", ping_after)
    journal = Journal(address)
    for key in ("a", "b"):
        journal.accept(make_request(key), operations=OPERATIONS, footprint=SALES)
        end_sessions(postgres, address)
        assert len(journal.recent(9)) == ord(key) - ord("a") + 1
        end_sessions(postgres, address)
    journal.close()


def end_sessions(postgres: Server, address: str) -> None:
    """Has the server close all connections to a database."""
    name = make_url(address).database
    postgres.do(f"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '{name}'")


def test_looks_at_the_clock_soon_after_a_transaction_ask_the_server_nothing(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "CLOCK_LIFETIME", 60.0)
    journal, begun = Journal(postgres.database()), list[object]()
    listen(journal.database.engine, "begin", begun.append)
    times = [journal.now() for _ in range(5)]
    assert not begun
    assert times == sorted(times)
    monkeypatch.setattr(postgresql, "CLOCK_LIFETIME", 0.0)
    assert journal.now() >= times[-1] - timedelta(seconds=1)
    assert len(begun) == 1
    journal.close()


def test_who_comes_just_after_a_failure_does_not_wait_as_long(postgres: Server) -> None:
    database = open_database(postgres.url("nobody_made_it"))
    message = []
    for _ in range(2):
        with pytest.raises(JournalUnavailable) as failure, database.reading():
            pass
        message.append(str(failure.value))
    assert "does not exist" in message[0]
    assert "a moment ago" in message[1]
    database.close()


def test_commits_are_durable_whatever_the_database_has_for_a_default(postgres: Server) -> None:
    address = postgres.database()
    postgres.do(f"ALTER DATABASE {make_url(address).database} SET synchronous_commit = off")
    journal = Journal(address)
    with journal.database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    journal.close()


def test_a_password_is_in_no_error() -> None:
    database = open_database("postgresql+psycopg://park:secret@127.0.0.1:1/park")
    with pytest.raises(JournalUnavailable) as failure, database.reading():
        pass
    assert "secret" not in str(failure.value)
    database.close()


def test_without_psycopg_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'park-bot\[postgresql\]'"):
        open_database("postgresql+psycopg://127.0.0.1:1/park")


def test_tables_are_made_on_request_only(postgres: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    address = postgres.empty()
    with pytest.raises(JournalUnavailable, match=r"has no tables yet.*python -m bot migrate"):
        Journal(address)
    monkeypatch.setenv("DATABASE_URL", address)
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    Journal(address).close()


@pytest.mark.parametrize(
    ("revision", "text"), [("0001", "an older version of Park"), ("9999", "a newer version of Park")]
)
def test_a_journal_at_another_revision_is_refused_and_left_alone(postgres: Server, revision: str, text: str) -> None:
    address = postgres.database()
    postgres.do(f"UPDATE alembic_version SET version_num = '{revision}'", address)
    with pytest.raises(JournalUnavailable, match=f"{text}: its tables are at {revision}"):
        Journal(address)
    with pytest.raises(JournalUnavailable, match=f"another version of Park: .* at {revision}, not at {HEAD}"):
        migrate_database(address)


def test_two_that_migrate_at_once_wait_for_each_other(postgres: Server) -> None:
    address = postgres.empty()
    environment = {**os.environ, "DATABASE_URL": address}
    command = [sys.executable, "-m", "bot", "migrate"]
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [one.communicate()[1] for one in both] == ["", ""]
    assert [one.returncode for one in both] == [0, 0]
    Journal(address).close()
