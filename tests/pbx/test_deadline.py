"""A call ends at its deadline, whatever takes the time. The limits are generous, because the machine may be busy."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from bot.errors import UnknownOutcome, Unreachable
from bot.pbx.http import HttpSender
from bot.pbx.requests import ApiRequest, NotSent
from bot.pbx.transport import Deadline
from tests.pbx.clients import client
from tests.pbx.scripted import ReceivedRequest, Reply, json_reply, scripted
from tests.waiting import PATIENCE


def _trickle(head: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def line(connection: socket.socket) -> None:
        end = time.monotonic() + PATIENCE
        with suppress(OSError):
            connection.sendall(head)
            while time.monotonic() < end:
                connection.sendall(drop)
                time.sleep(0.05)

    return line


SLOW = {
    "body": _trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "chunks": _trickle(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "head": _trickle(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "hints": _trickle(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "silence": _trickle(b"", b""),
}


def _seconds(call: Callable[[], object], error: type[Exception]) -> float:
    begun = time.monotonic()
    with pytest.raises(error):
        call()
    return time.monotonic() - begun


@pytest.mark.parametrize("part", SLOW)
def test_an_answer_that_trickles_ends_in_time(part: str) -> None:
    with scripted(lambda _: Reply(line=SLOW[part])) as pbx, client(pbx.url, deadline=0.4) as ours:
        assert _seconds(ours.server, Unreachable) < PATIENCE / 2
        assert _seconds(lambda: ours.delete_group("g1"), UnknownOutcome) < PATIENCE / 2


def test_waiting_for_other_calls_counts_and_nothing_is_sent() -> None:
    let_go = threading.Event()

    def answer(_: ReceivedRequest) -> Reply:
        let_go.wait(PATIENCE)
        return json_reply({})

    with scripted(answer) as pbx, ThreadPoolExecutor(1) as others:
        sender = HttpSender(pbx.url, ca_file=None, verify=True, in_flight=1)
        other = others.submit(sender.send, ApiRequest(method="GET", path=("call_park",)), Deadline(PATIENCE))
        while not pbx.asked:
            time.sleep(0.01)
        delete = ApiRequest(method="POST", path=("call_park_groups", "g1", "destroy"), write=True)
        assert _seconds(lambda: sender.send(delete, Deadline(0.3)), NotSent) < PATIENCE / 2
        let_go.set()
        other.result()
        sender.close()
        assert pbx.targets == ["GET /call_park"]


def test_no_more_calls_are_in_flight_than_allowed() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def answer(_: ReceivedRequest) -> Reply:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return json_reply({})

    with scripted(answer) as pbx, client(pbx.url, deadline=60, in_flight=3) as ours, ThreadPoolExecutor(12) as many:
        list(many.map(lambda _: ours.server(), range(24)))
        assert len(pbx.asked) == 24
    assert 1 <= most <= 3


def test_a_deadline_covers_all_attempts_together() -> None:
    with scripted(lambda _: Reply(503)) as pbx, client(pbx.url, deadline=0.3) as ours:
        assert _seconds(ours.server, Unreachable) < PATIENCE / 2
        assert len(pbx.asked) == 1


def test_a_host_that_does_not_pick_up_ends_in_time() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        with client(f"http://localhost:{deaf.getsockname()[1]}/api", deadline=0.4) as ours:
            assert _seconds(ours.server, Unreachable) < PATIENCE / 2
        for caller in callers:
            caller.close()
