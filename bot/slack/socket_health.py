"""How the connection to Slack is."""

import time

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient

MISSED = 3
"""Pings without an answer, after which it is deaf, though slack_sdk holds on to it for one more."""


def is_connected(handler: SocketModeHandler) -> bool:
    """Whether what people do in Slack gets here now."""
    client: SocketModeClient = handler.client
    session = client.current_session
    if session is None or not session.is_active():
        return False
    heard = session.last_ping_pong_time
    return heard is None or time.time() - heard < MISSED * client.ping_interval


def is_listening(handler: SocketModeHandler) -> bool:
    """Whether what is to connect anew, and what hands over what Slack sends, still runs."""
    client: SocketModeClient = handler.client
    monitors = not client.current_app_monitor_started or client.current_app_monitor.is_alive()
    return monitors and client.message_processor.is_alive()
