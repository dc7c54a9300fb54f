"""PostgreSQL that says nothing, or that takes no writes: each wait ends, and Park goes on when it is back."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from bot.errors import JournalUnavailable
from bot.journal import postgresql_engine
from bot.journal.database import open_read_only
from bot.journal.journal import Journal
from tests.journal.making import OPERATIONS, make_request
from tests.journal.silence import STANDBY_PORT, Proxy, socket_path, standby, suspended
from tests.postgres import Server
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def reconnecting_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_engine, "RECONNECT_DELAY", 0.0)


@pytest.fixture
def proxy(postgres: Server) -> Iterator[Proxy]:
    proxy = Proxy(postgres)
    yield proxy
    proxy.close()


def _accept(journal: Journal, key: str) -> int:
    return journal.accept(make_request(key), operations=OPERATIONS, footprint=frozenset({"sales"})).id


@contextmanager
def _ends_in_time() -> Iterator[None]:
    """Without a limit, a wait takes for ever."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < PATIENCE


def _eventually(ask: Callable[[], int]) -> int:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except JournalUnavailable:
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.mark.parametrize("connections", ["pooled", "new"])
def test_a_suspended_server_is_waited_for_no_longer_than_the_limit(postgres: Server, connections: str) -> None:
    journal = Journal(postgres.database())
    _accept(journal, "a")
    if connections == "new":
        journal.database.engine.dispose()
    with suspended(postgres), _ends_in_time():
        with pytest.raises(JournalUnavailable):
            _accept(journal, "b")
        with pytest.raises(JournalUnavailable):
            journal.recent(1)
        assert not journal.writable()
        journal.close()
    again = Journal(journal.database.engine.url.render_as_string(hide_password=False))
    assert _eventually(lambda: _accept(again, "b")) > 1
    again.close()


def test_a_server_suspended_in_the_middle_of_a_transaction_is_given_up(postgres: Server) -> None:
    journal = Journal(postgres.database())
    with (
        pytest.raises(JournalUnavailable, match="no answer within"),
        journal.database.writing() as connection,
        suspended(postgres),
        _ends_in_time(),
    ):
        connection.exec_driver_sql("SELECT 1")
    assert _eventually(lambda: _accept(journal, "a")) == 1
    journal.close()


def test_a_proxy_that_swallows_everything_is_noticed(postgres: Server, proxy: Proxy) -> None:
    journal = Journal(proxy.address(postgres.database()))
    _accept(journal, "a")
    proxy.swallowing = True
    with _ends_in_time():
        with pytest.raises(JournalUnavailable):
            _accept(journal, "b")
        with pytest.raises(JournalUnavailable):
            journal.recent(1)
    proxy.swallowing = False
    assert _eventually(lambda: _accept(journal, "b")) > 1
    journal.close()


def test_reading_beside_a_running_park_ends_too(
    postgres: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.journal.database._READ_TIMEOUT", 0.5)
    address = proxy.address(postgres.database())
    fault = pytest.raises(JournalUnavailable, match="no answer within")
    with _ends_in_time(), fault, open_read_only(address) as connection:
        connection.exec_driver_sql("SELECT 1")
        proxy.swallowing = True
        connection.exec_driver_sql("SELECT 1")


def test_a_name_look_up_that_hangs_is_waited_for_no_longer(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_engine, "CONNECT_TIMEOUT", 0)
    released = threading.Event()

    def hang(*arguments: object, **named: object) -> list[object]:
        released.wait(PATIENCE)
        raise OSError("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with _ends_in_time():
        for _ in range(7):
            with pytest.raises(JournalUnavailable, match=r"no connection within|have not ended"):
                Journal("postgresql+psycopg://park@database.example/park")
    released.set()


def test_a_standby_that_was_reached_during_a_failover_is_left_for_the_server_that_leads(
    postgres: Server, proxy: Proxy
) -> None:
    journal = Journal(proxy.address(postgres.database()))
    with standby(postgres) as promote:
        proxy.target = socket_path(postgres, STANDBY_PORT)
        proxy.cut()
        with pytest.raises(JournalUnavailable, match=r"read-only|recovery"):
            _accept(journal, "a")
        assert not journal.writable()
        proxy.target = socket_path(postgres)
        assert _accept(journal, "a") == 1, "a new connection, though the old one still answers"
        proxy.target = socket_path(postgres, STANDBY_PORT)
        proxy.cut()
        assert not journal.writable()
        promote()
        assert _accept(journal, "b") > 1
        journal.close()


def test_of_several_hosts_the_one_that_takes_writes_is_found(postgres: Server) -> None:
    name = make_url(postgres.database()).database
    hosts = f"host=/nowhere&host={postgres.folder}&target_session_attrs=read-write"
    journal = Journal(f"postgresql+psycopg://park@/{name}?{hosts}")
    assert _accept(journal, "a") == 1
    journal.close()


@pytest.mark.parametrize("code", ["25006", "0A000", "57P01", "57P02", "57P03", "08006", "08P01"])
def test_codes_of_a_server_that_goes_away_replace_all_connections(postgres: Server, code: str) -> None:
    journal = Journal(postgres.database())
    before = _backend(journal)
    with pytest.raises(JournalUnavailable), journal.database.writing() as connection:
        connection.exec_driver_sql(
            f"DO $$ BEGIN RAISE EXCEPTION 'as a server that stops' USING ERRCODE = '{code}'; END $$"
        )
    assert _backend(journal) != before
    journal.close()


def test_other_errors_keep_the_connections(postgres: Server) -> None:
    journal = Journal(postgres.database())
    before = _backend(journal)
    with pytest.raises(JournalUnavailable), journal.database.writing() as connection:
        connection.exec_driver_sql("SELECT 1 / 0")
    assert _backend(journal) == before
    journal.close()


def _backend(journal: Journal) -> int:
    with journal.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
