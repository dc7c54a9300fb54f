"""Socket Mode, whose connections end now and then: no command is lost by that, and none waits long."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from bot.errors import SlackUnavailable
from bot.messages.request import Request
from bot.sandbox.slack.socket_mode import Line
from bot.slack import socket_mode as line
from bot.slack.socket_mode import ReconnectBackoff, SocketMode
from tests.slack.conftest import Place, listening, reach

NEVER = 3600.0
"""Seconds between pings: what a ping would tell is told otherwise, or the test waits for ever."""

Connect = Callable[[float], SocketMode]


@pytest.fixture
def connect(place: Place, pool: Executor) -> Iterator[Connect]:
    """Park's listeners, connected; the number is the seconds between two pings."""
    with ExitStack() as ends:

        def connected(ping: float) -> SocketMode:
            made = SocketMode(listening(place, pool), place.client, place.slack.app_token, ping)
            ends.callback(made.stop)
            made.start()
            reach(place, made)
            return made

        yield connected


def another(place: Place, *known: Line) -> Line:
    """A connection that is none of these, once there is one."""
    return place.slack.wait_for(lambda: [line for line in place.slack.link.lines if line not in known], 30)[0]


def test_a_connection_that_stalls_is_left_after_one_ping_without_an_answer(place: Place, connect: Connect) -> None:
    connect(0.5)
    [stalled] = place.slack.link.lines
    place.slack.link.stall()
    fresh = another(place, stalled)
    assert stalled.unanswered == 1
    place.slack.wait_for(lambda: place.slack.link.lines == [fresh], 30)
    assert place.slack.slash(place.ada, place.phones, "groups").ok


def test_one_that_is_dropped_without_a_word_is_replaced_before_any_ping(place: Place, connect: Connect) -> None:
    connect(NEVER)
    [dropped] = place.slack.link.lines
    place.slack.link.drop()
    another(place, dropped)
    assert place.slack.slash(place.ada, place.phones, "groups").ok


def test_one_that_slack_closes_is_replaced_though_its_tcp_connection_stays(place: Place, connect: Connect) -> None:
    connect(NEVER)
    [closed] = place.slack.link.lines
    closed.close_and_stay()
    another(place, closed)


def test_no_command_around_a_refresh_is_lost_or_taken_twice(place: Place, connect: Connect) -> None:
    connect(NEVER)
    refreshed = threading.Event()

    def keep_asking(person: str) -> list[bool]:
        acks = []
        while not refreshed.is_set():
            acks.append(place.slack.slash(person, place.phones, "groups").ok)
        return acks

    with ThreadPoolExecutor(4) as people:
        asked = [people.submit(keep_asking, person) for person in (place.ada, place.ben) * 2]
        try:
            for _ in range(2):
                old = place.slack.link.lines
                place.slack.link.disconnect("warning", old)
                another(place, *old)
                place.slack.link.disconnect("refresh_requested", old)
        finally:
            refreshed.set()
    acks = [ok for one in asked for ok in one.result()]
    assert acks
    assert all(acks)
    assert len({request.key for request in place.inbox.taken}) == len(place.inbox.taken) == len(acks)


def test_the_old_connection_is_heard_while_the_next_one_is_slow_to_open(place: Place, connect: Connect) -> None:
    receiver = connect(NEVER)
    old = place.slack.link.lines
    place.slack.faults.latency("apps.connections.open", 60)
    place.slack.link.disconnect("warning")
    while receiver.connected:
        time.sleep(0.001)
    assert place.slack.slash(place.ada, place.phones, "groups").ok
    assert place.slack.link.lines == old


def test_what_is_still_being_taken_when_its_connection_ends_is_acknowledged_over_the_next(
    place: Place, connect: Connect
) -> None:
    connect(NEVER)
    taking, may_go_on = threading.Event(), threading.Event()

    def take_a_while(request: Request) -> None:
        taking.set()
        may_go_on.wait(10)

    place.inbox.answer = take_a_while
    with ThreadPoolExecutor(1) as people:
        asked = people.submit(place.slack.slash, place.ada, place.phones, "add 1001 to Sales")
        assert taking.wait(10)
        old = place.slack.link.lines
        place.slack.link.disconnect("refresh_requested", old)
        fresh = another(place, *old)
        place.slack.wait_for(lambda: place.slack.link.lines == [fresh])
        may_go_on.set()
        assert asked.result().ok


def test_one_whose_end_was_announced_is_closed_though_slack_leaves_it_open(
    place: Place, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_LINGER", 0.1)
    connect(NEVER)
    old = place.slack.link.lines
    place.slack.link.disconnect("warning")
    fresh = another(place, *old)
    place.slack.wait_for(lambda: place.slack.link.lines == [fresh])


def test_what_is_no_json_announces_an_end(place: Place, connect: Connect) -> None:
    connect(NEVER)
    [useless] = place.slack.link.lines
    useless.send("UNAUTHENTICATED: cache_error")
    another(place, useless)


def test_a_slack_that_lets_nobody_in_is_tried_again_until_it_does(place: Place, connect: Connect) -> None:
    connect(NEVER)
    [dropped] = place.slack.link.lines
    place.slack.faults.fail("apps.connections.open", "ratelimited", times=3, retry_after=1)
    place.slack.link.drop()
    another(place, dropped)
    assert place.slack.faults.waiting("apps.connections.open") == 0


def test_it_ends_while_slack_lets_nobody_in(place: Place, connect: Connect) -> None:
    receiver = connect(NEVER)
    place.slack.faults.fail("apps.connections.open", "ratelimited", times=100, retry_after=60)
    place.slack.link.drop()
    place.slack.wait_for(lambda: place.slack.faults.waiting("apps.connections.open") < 100)
    receiver.stop()
    assert not receiver.connected


def test_what_can_not_be_connected_to_at_the_start_is_an_error(place: Place, pool: Executor) -> None:
    receiver = SocketMode(listening(place, pool), place.client, place.slack.app_token)
    place.slack.state.new_link = lambda: "ws://127.0.0.1:9/link"
    with pytest.raises(SlackUnavailable, match="no Socket Mode connection"):
        receiver.start()
    receiver.stop()


def test_attempts_are_made_at_once_and_then_less_and_less_often() -> None:
    pace = ReconnectBackoff()
    assert [pace.pause() for _ in range(8)] == [0, 0, 1, 2, 4, 8, 10, 10]
