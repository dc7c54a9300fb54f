"""The end of a connection: what Slack already handed over is finished and acknowledged, and nothing new is heard."""

import socket
from contextlib import suppress

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient


def hang_up(handler: SocketModeHandler) -> None:
    """Stop listening first and close last: listeners at work still get their acks out. Takes milliseconds."""
    client: SocketModeClient = handler.client
    _stop_listening(client)
    for runner in (client.current_session_runner, client.current_app_monitor, client.message_processor):
        if runner.is_alive():
            runner.shutdown()  # type: ignore[no-untyped-call]
    client.message_workers.shutdown()
    client.disconnect()


def _stop_listening(client: SocketModeClient) -> None:
    """Wake the threads that wait for bytes and for messages: the library's own close waits their time-outs out."""
    client.closed = True
    client.auto_reconnect_enabled = False
    client.current_session_state.terminated = True
    connection = client.current_session.sock if client.current_session else None
    if connection is not None:
        with suppress(OSError):  # Slack was the first to close it
            socket.socket.shutdown(connection, socket.SHUT_RD)  # TLS's own would send the acks after it in plain text
    client.message_queue.put(None)
