"""Socket Mode: no command is lost or delayed when a connection ends or stalls."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from bot.errors import SlackAppRefused
from bot.messages.request import Request
from bot.sandbox.slack.socket_mode import SocketConnection
from bot.slack import socket_client
from bot.slack.socket_mode import ReconnectBackoff, SocketMode
from tests.slack.conftest import SlackHarness, build_listening_app, wait_until_connected
from tests.waiting import PATIENCE

NEVER = 3600.0
"""Seconds between pings: long enough that no ping is sent in a test."""

Connect = Callable[[float], SocketMode]


@pytest.fixture
def connect(harness: SlackHarness, pool: Executor) -> Iterator[Connect]:
    """Connects the listeners; the number is the seconds between two pings."""
    with ExitStack() as ends:

        def connected(ping: float) -> SocketMode:
            made = SocketMode(build_listening_app(harness, pool), harness.client, harness.slack.app_token, ping)
            ends.callback(made.stop)
            made.start()
            wait_until_connected(harness, made)
            return made

        yield connected


def another(harness: SlackHarness, *known: SocketConnection) -> SocketConnection:
    """Waits for a connection other than the given ones."""
    return harness.slack.wait_for(lambda: [line for line in harness.slack.link.lines if line not in known], 30)[0]


def test_a_connection_that_stalls_is_left_after_one_ping_without_an_answer(
    harness: SlackHarness, connect: Connect
) -> None:
    connect(0.5)
    [stalled] = harness.slack.link.lines
    harness.slack.link.stall()
    fresh = another(harness, stalled)
    assert stalled.unanswered == 1
    harness.slack.wait_for(lambda: harness.slack.link.lines == [fresh], 30)
    assert harness.slack.slash(harness.ada, harness.phones, "groups").ok


def test_one_that_is_dropped_without_a_word_is_replaced_before_any_ping(
    harness: SlackHarness, connect: Connect
) -> None:
    connect(NEVER)
    [dropped] = harness.slack.link.lines
    harness.slack.link.drop()
    another(harness, dropped)
    assert harness.slack.slash(harness.ada, harness.phones, "groups").ok


def test_one_that_slack_closes_is_replaced_though_its_tcp_connection_stays(
    harness: SlackHarness, connect: Connect
) -> None:
    connect(NEVER)
    [closed] = harness.slack.link.lines
    closed.send_close_frame()
    another(harness, closed)


def test_no_command_around_a_refresh_is_lost_or_taken_twice(harness: SlackHarness, connect: Connect) -> None:
    connect(NEVER)
    refreshed = threading.Event()

    def keep_asking(person: str) -> list[bool]:
        acks = []
        while not refreshed.is_set():
            acks.append(harness.slack.slash(person, harness.phones, "groups").ok)
        return acks

    with ThreadPoolExecutor(4) as people:
        asked = [people.submit(keep_asking, person) for person in (harness.ada, harness.ben) * 2]
        try:
            for _ in range(2):
                old = harness.slack.link.lines
                harness.slack.link.disconnect("warning", old)
                another(harness, *old)
                harness.slack.link.disconnect("refresh_requested", old)
        finally:
            refreshed.set()
    acks = [ok for one in asked for ok in one.result()]
    assert acks
    assert all(acks)
    assert len({request.key for request in harness.inbox.requests}) == len(harness.inbox.requests) == len(acks)


def test_the_old_connection_is_heard_while_the_next_one_is_slow_to_open(
    harness: SlackHarness, connect: Connect
) -> None:
    receiver = connect(NEVER)
    old = harness.slack.link.lines
    harness.slack.faults.latency("apps.connections.open", 60)
    harness.slack.link.disconnect("warning")
    while receiver.connected:
        time.sleep(0.001)
    assert harness.slack.slash(harness.ada, harness.phones, "groups").ok
    assert harness.slack.link.lines == old


def test_what_is_still_being_taken_when_its_connection_ends_is_acknowledged_over_the_next(
    harness: SlackHarness, connect: Connect
) -> None:
    connect(NEVER)
    taking, may_go_on = threading.Event(), threading.Event()

    def take_a_while(request: Request) -> None:
        taking.set()
        may_go_on.wait(PATIENCE)

    harness.inbox.answer = take_a_while
    with ThreadPoolExecutor(1) as people:
        asked = people.submit(harness.slack.slash, harness.ada, harness.phones, "add 1001 to Sales")
        assert taking.wait(PATIENCE)
        old = harness.slack.link.lines
        harness.slack.link.disconnect("refresh_requested", old)
        fresh = another(harness, *old)
        harness.slack.wait_for(lambda: harness.slack.link.lines == [fresh])
        may_go_on.set()
        assert asked.result().ok


def test_one_whose_end_was_announced_is_closed_though_slack_leaves_it_open(
    harness: SlackHarness, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_client, "_LEAVING_TIMEOUT", 0.1)
    connect(NEVER)
    old = harness.slack.link.lines
    harness.slack.link.disconnect("warning")
    fresh = another(harness, *old)
    harness.slack.wait_for(lambda: harness.slack.link.lines == [fresh])


def test_what_is_no_json_announces_an_end(harness: SlackHarness, connect: Connect) -> None:
    connect(NEVER)
    [useless] = harness.slack.link.lines
    useless.send("UNAUTHENTICATED: cache_error")
    another(harness, useless)


def test_a_slack_that_lets_nobody_in_is_tried_again_until_it_does(harness: SlackHarness, connect: Connect) -> None:
    connect(NEVER)
    [dropped] = harness.slack.link.lines
    harness.slack.faults.fail("apps.connections.open", "ratelimited", times=3, retry_after=1)
    harness.slack.link.drop()
    another(harness, dropped)
    assert harness.slack.faults.waiting("apps.connections.open") == 0


def test_it_ends_while_slack_lets_nobody_in(harness: SlackHarness, connect: Connect) -> None:
    receiver = connect(NEVER)
    harness.slack.faults.fail("apps.connections.open", "ratelimited", times=100, retry_after=60)
    harness.slack.link.drop()
    harness.slack.wait_for(lambda: harness.slack.faults.waiting("apps.connections.open") < 100)
    receiver.stop()
    assert not receiver.connected


def test_what_can_not_be_connected_to_at_the_start_is_tried_again(harness: SlackHarness, connect: Connect) -> None:
    harness.slack.faults.fail("apps.connections.open", "something_new", times=2)
    receiver = connect(NEVER)
    harness.slack.wait_for(lambda: receiver.connected, 30)
    assert harness.slack.faults.waiting("apps.connections.open") == 0


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "not_allowed_token_type"])
def test_a_dead_app_level_token_is_told_with_the_remedy_and_read_again(
    harness: SlackHarness, pool: Executor, code: str
) -> None:
    app = build_listening_app(harness, pool)
    token = "xapp-dead"
    receiver = SocketMode(app, harness.client, token, read_token=lambda: token)
    with pytest.raises(SlackAppRefused):
        receiver.start()
    assert "App-Level Tokens" in (receiver.problem or "")
    assert not receiver.connected
    token = harness.slack.app_token
    harness.slack.wait_for(lambda: receiver.connected, 30)
    assert receiver.problem is None
    receiver.stop()


def test_it_is_connected_only_once_slack_says_hello(
    harness: SlackHarness, pool: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_greet = threading.Event()
    hello = harness.slack.link._hello
    monkeypatch.setattr(harness.slack.link, "_hello", lambda number: may_greet.wait(PATIENCE) and hello(number))
    receiver = SocketMode(build_listening_app(harness, pool), harness.client, harness.slack.app_token, NEVER)
    receiver.start()
    assert not receiver.connected
    may_greet.set()
    harness.slack.wait_for(lambda: receiver.connected, 10)
    receiver.stop()


def test_socket_mode_that_is_switched_off_is_told_with_the_remedy(harness: SlackHarness, connect: Connect) -> None:
    receiver = connect(NEVER)
    harness.slack.faults.fail("apps.connections.open", "something_new", times=2)
    harness.slack.link.disconnect("link_disabled")
    harness.slack.wait_for(lambda: receiver.problem, 10)
    assert "Socket Mode is switched off" in (receiver.problem or "")
    harness.slack.wait_for(lambda: receiver.connected, 60)
    assert receiver.problem is None


def test_the_old_connection_is_closed_before_the_next_where_slack_counts_too_many(
    harness: SlackHarness, connect: Connect
) -> None:
    connect(NEVER)
    [old] = harness.slack.link.lines
    harness.slack.link.disconnect("warning", [old])
    fresh = another(harness, old)
    harness.slack.wait_for(lambda: len(harness.slack.link.lines) == 2)
    fresh.send_json({"type": "disconnect", "reason": "too_many_websockets"})
    harness.slack.wait_for(lambda: not {old, fresh} & set(harness.slack.link.lines), 10)
    another(harness, old, fresh)


def test_after_hello_the_next_connection_is_opened_without_a_pause(harness: SlackHarness, connect: Connect) -> None:
    receiver = connect(NEVER)
    for _ in range(6):
        old = harness.slack.link.lines
        harness.slack.wait_for(lambda: receiver.connected)
        harness.slack.link.disconnect("refresh_requested", old)
        another(harness, *old)
        assert receiver._backoff._attempts <= 1


def test_attempts_are_made_at_once_and_then_less_and_less_often() -> None:
    backoff = ReconnectBackoff()
    assert [backoff.pause() for _ in range(8)] == [0, 0, 1, 2, 4, 8, 10, 10]
