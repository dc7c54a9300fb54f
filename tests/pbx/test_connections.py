"""Connections: idle ones are dropped, addresses share the deadline, look-ups are shared and bounded."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore
import pytest

from bot.errors import PBXError, Unreachable
from bot.pbx import transport
from bot.pbx.cache import SharedReads
from tests.pbx.clients import client
from tests.pbx.scripted import json_reply, scripted
from tests.waiting import PATIENCE

DEAD = "192.0.2.1"
"""An address that nothing answers from (RFC 5737)."""


def infos(*addresses: str, port: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def test_an_idle_connection_is_not_used_after_a_firewall_may_have_forgotten_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.1)
    opened = list[str]()
    connect = transport._Backend.connect_tcp

    def counted(backend: Any, host: str, *args: Any, **named: Any) -> Any:
        opened.append(host)
        return connect(backend, host, *args, **named)

    monkeypatch.setattr(transport._Backend, "connect_tcp", counted)
    with scripted(lambda _: json_reply({})) as pbx, client(pbx.url) as ours:
        ours.server()
        time.sleep(0.3)
        ours.server()
    assert len(opened) == 2


def test_addresses_of_one_name_share_the_deadline_and_the_one_that_answered_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = list[str]()

    def connect(_: Any, host: str, port: int, timeout: float | None = None, *args: Any, **named: Any) -> Any:
        tried.append(host)
        if host == DEAD:
            time.sleep(timeout or 0)
            raise httpcore.ConnectTimeout("dead")
        return real(transport._Backend(), host, port, timeout)

    real = httpcore.SyncBackend.connect_tcp
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.0)
    with scripted(lambda _: json_reply({})) as pbx, client(pbx.url, deadline=2) as ours:
        port = int(pbx.url.split(":")[2].split("/")[0])
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos(DEAD, "127.0.0.1", port=port))
        ours.server()
        assert tried == [DEAD, "127.0.0.1"]
        time.sleep(0.05)
        ours.server()
        assert tried == [DEAD, "127.0.0.1", "127.0.0.1"]


def test_a_name_look_up_is_inside_the_deadline_and_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, looked = threading.Event(), list[str]()

    def slow(host: str, *_: Any, **__: Any) -> Any:
        looked.append(host)
        let_go.wait(PATIENCE)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begun = time.monotonic()
    with client("http://pbx.invalid/api", deadline=0.5) as ours, ThreadPoolExecutor(8) as many:
        failures = [one.exception() for one in [many.submit(ours.server) for _ in range(8)]]
    let_go.set()
    assert {type(failure).__mro__[1] for failure in failures} <= {Unreachable, PBXError}
    assert time.monotonic() - begun < PATIENCE / 2
    assert len(looked) == 1


def test_those_who_wait_for_a_read_share_its_failure() -> None:
    reads, called, waiting = SharedReads(), list[int](), threading.Barrier(9)

    def read(number: int) -> None:
        waiting.wait()
        with reads.turn():
            called.append(number)
            time.sleep(0.2)
            raise Unreachable("away")

    with ThreadPoolExecutor(9) as many:
        failures = [one.exception() for one in [many.submit(read, number) for number in range(9)]]
    assert {type(failure) for failure in failures} == {Unreachable}
    assert len(called) < 9
