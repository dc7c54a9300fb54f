"""Whether the connection to Slack is up is known before slack_sdk gives it up."""

import time

from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.slack.hanging_up import hang_up
from bot.slack.socket_health import MISSED, is_connected, is_listening
from tests.slack.conftest import Place


def test_a_connection_that_answers_its_pings_is_up(doors: Place, handler: SocketModeHandler) -> None:
    assert is_connected(handler)
    assert is_listening(handler)


def test_one_that_left_three_pings_unanswered_is_not(doors: Place, handler: SocketModeHandler) -> None:
    session = handler.client.current_session
    assert session is not None
    session.last_ping_pong_time = time.time() - MISSED * handler.client.ping_interval - 1
    assert not is_connected(handler)
    session.last_ping_pong_time = time.time()
    assert is_connected(handler)


def test_before_it_connects_it_is_not_up_and_nothing_is_wrong(handler: SocketModeHandler) -> None:
    assert not is_connected(handler)
    assert is_listening(handler)


def test_after_hanging_up_there_is_neither(doors: Place, handler: SocketModeHandler) -> None:
    hang_up(handler)
    assert not is_connected(handler)
    assert not is_listening(handler)
