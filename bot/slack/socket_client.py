"""One WebSocket connection of Socket Mode, which ends itself when Slack goes silent."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack

from slack_sdk.socket_mode.client import BaseSocketModeClient
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.sync.client import ClientConnection, connect

from bot.slack.client import tls_context

log = logging.getLogger(__name__)
_websockets_log = log.getChild("websockets")
_websockets_log.setLevel(logging.CRITICAL)  # it would log each end of a connection again, with a traceback

_OPEN_TIMEOUT = 10.0
"""Seconds for the TCP, TLS and WebSocket handshakes."""
_CLOSE_TIMEOUT = 1.0
"""Seconds for the closing handshake, which a stalled server does not complete."""
_LEAVING_TIMEOUT = 30.0
"""Seconds of silence after which a connection whose end Slack has announced is closed."""
_HELLO_TIMEOUT = 10.0
"""Seconds in which Slack has to greet on a new connection."""


class _Connection(ClientConnection):
    """Closes its socket at the server's closing frame: Slack may leave its TCP connection open after that."""

    def process_event(self, event: Event) -> None:
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
            self.close_socket()


class SocketClient(BaseSocketModeClient):
    """One WebSocket connection, open from the start, that ends itself when a ping is not answered.

    It replaces the SDK's client, which notices a dropped or stalled connection after 20 to 50 seconds, receives
    nothing while it reconnects, and then discards what the old connection held.
    """

    def __init__(self, url: str, ping_interval: float) -> None:
        """Connects; raises OSError or WebSocketException.

        Args:
            ping_interval: Seconds between pings. The answer may take twice that, because a busy host is not stalled.
        """
        self.logger = log
        self.leaving = False
        """Whether Slack has announced the end of the connection."""
        self.greeted = False
        """Whether Slack has said hello: before that, it delivers nothing."""
        self._closing = ExitStack()
        opening = connect(
            url,
            ssl=tls_context(url),
            compression=None,
            open_timeout=_OPEN_TIMEOUT,
            close_timeout=_CLOSE_TIMEOUT,
            ping_interval=ping_interval,
            ping_timeout=2 * ping_interval,
            max_size=None,
            logger=_websockets_log,
            create_connection=_Connection,
        )
        self._connection = self._closing.enter_context(opening)

    def messages(self) -> Iterator[str]:
        """Yields the received messages until the connection has ended."""
        try:
            while True:
                limit = _LEAVING_TIMEOUT if self.leaving else None if self.greeted else _HELLO_TIMEOUT
                yield str(self._connection.recv(limit))
        except TimeoutError:
            self.disconnect()
        except ConnectionClosedOK as end:
            log.info("A Socket Mode connection has ended: %s", end)
        except ConnectionClosed as end:
            log.warning("A Socket Mode connection has ended: %s", end)

    def send_message(self, message: str) -> None:
        """Sends a message; raises ConnectionClosed."""
        self._connection.send(message)

    def disconnect(self) -> None:
        """Closes the connection, within a second."""
        self._closing.close()
