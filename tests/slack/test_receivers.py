"""Receivers acknowledge everything they have received before they stop, over Socket Mode and HTTP alike."""

import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import JournalUnavailable
from bot.messages.message import Message
from bot.messages.request import Request
from bot.runtime.acknowledgement import after_acknowledgement
from bot.slack.bolt_app import Receiver, build_app
from tests.slack.conftest import SlackHarness
from tests.waiting import PATIENCE


def test_what_is_being_taken_is_still_acknowledged(running: SlackHarness, receiver: Receiver) -> None:
    taking, may_go_on = threading.Event(), threading.Event()

    def take_a_while(request: Request) -> Message | None:
        taking.set()
        may_go_on.wait(PATIENCE)
        return None

    running.inbox.answer = take_a_while
    with ThreadPoolExecutor(2) as people:
        asked = people.submit(running.slack.slash, running.ada, running.phones, "add 1001 to Sales")
        assert taking.wait(PATIENCE)
        stopped = people.submit(receiver.stop)
        while receiver.connected:
            time.sleep(0.001)
        may_go_on.set()
        stopped.result(10)
    assert asked.result().ok
    running.slack.wait_for(lambda: running.slack.connections == 0)


def test_all_that_was_handed_over_is_acknowledged_though_more_than_can_be_listened_to_at_once(
    running: SlackHarness, receiver: Receiver
) -> None:
    may_go_on = threading.Event()

    def wait(request: Request) -> None:
        may_go_on.wait(PATIENCE)

    running.inbox.answer = wait
    with ThreadPoolExecutor(50) as people:
        asked = [
            people.submit(running.slack.slash, running.ada, running.phones, f"add {number} to Sales")
            for number in range(50)
        ]
        may_go_on.set()
    assert all(one.result().ok for one in asked)
    assert len(running.inbox.requests) == 50


def test_after_the_end_nothing_is_taken(running: SlackHarness, receiver: Receiver) -> None:
    receiver.stop()
    assert not receiver.connected
    assert not running.slack.slash(running.ada, running.phones, "add 1001 to Sales").ok
    assert not running.inbox.requests


def test_no_thread_of_it_is_left(harness: SlackHarness, receiver: Receiver) -> None:
    before = set(threading.enumerate())
    receiver.start()
    harness.slack.wait_for(lambda: receiver.connected)
    receiver.stop()
    ours = {thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("slack")}
    for thread in ours:
        thread.join(PATIENCE)
    assert not [thread for thread in ours if thread.is_alive()]


def test_what_was_never_started_is_stopped_too(receiver: Receiver) -> None:
    receiver.stop()
    assert not receiver.connected


def test_what_follows_an_acknowledgement_does_not_hold_it_up(running: SlackHarness) -> None:
    is_acknowledged, has_followed = threading.Event(), threading.Event()

    def follow() -> None:
        is_acknowledged.wait(PATIENCE)
        has_followed.set()

    running.inbox.answer = lambda request: after_acknowledgement(follow)
    assert running.slack.slash(running.ada, running.phones, "add 1001 to Sales").ok
    assert not has_followed.is_set()
    is_acknowledged.set()
    assert has_followed.wait(PATIENCE)


def test_what_follows_an_acknowledgement_is_done_although_none_could_be_sent(running: SlackHarness) -> None:
    has_followed = threading.Event()

    def fail(request: Request) -> None:
        after_acknowledgement(has_followed.set)
        raise JournalUnavailable("away")

    running.inbox.answer = fail
    running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> groups")
    assert has_followed.wait(PATIENCE)


def test_to_build_the_app_reads_no_source_of_its_callers(
    harness: SlackHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(inspect, "stack")  # which reads the files of all frames
    assert build_app(harness.client, harness.me).name == "park"
