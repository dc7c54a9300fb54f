"""The end of a connection."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.message import Message
from bot.request import Request
from bot.slack.hanging_up import hang_up
from tests.slack.conftest import Place


def test_a_command_that_is_being_taken_is_still_acknowledged(doors: Place, handler: SocketModeHandler) -> None:
    taking, may_go_on = threading.Event(), threading.Event()

    def take_a_while(request: Request) -> Message | None:
        taking.set()
        may_go_on.wait(10)
        return None

    doors.inbox.answer = take_a_while
    with ThreadPoolExecutor(2) as people:
        asked = people.submit(doors.slack.slash, doors.ada, doors.phones, "add 1001 to Sales")
        assert taking.wait(10)
        hung_up = people.submit(hang_up, handler)
        while handler.client.message_processor.thread:
            time.sleep(0.001)
        may_go_on.set()
        hung_up.result(10)
    assert asked.result().ok
    doors.slack.wait_for(lambda: doors.slack.connections == 0)


def test_after_it_nothing_is_taken(doors: Place, handler: SocketModeHandler) -> None:
    hang_up(handler)
    assert not doors.slack.slash(doors.ada, doors.phones, "add 1001 to Sales").ok
    assert not doors.inbox.taken


def test_no_thread_of_the_connection_is_left(doors: Place, handler: SocketModeHandler) -> None:
    hang_up(handler)
    client = handler.client
    runners = (client.current_session_runner, client.current_app_monitor, client.message_processor)
    assert not any(runner.thread for runner in runners)


def test_what_slack_closed_first_is_closed_all_the_same(doors: Place, handler: SocketModeHandler) -> None:
    doors.slack.link.drop()
    hang_up(handler)
    doors.slack.wait_for(lambda: doors.slack.connections == 0)


def test_what_was_never_connected_is_closed_too(handler: SocketModeHandler) -> None:
    hang_up(handler)
