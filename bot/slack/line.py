"""One connection of Socket Mode: envelopes come in over it, and their acknowledgements go back."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack

from slack_sdk.socket_mode.client import BaseSocketModeClient
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.sync.client import ClientConnection, connect

log = logging.getLogger(__name__)
_library = log.getChild("websockets")
_library.setLevel(logging.CRITICAL)  # it would say once more, with a traceback, that a connection has ended

_OPENING = 10.0
"""Seconds that the handshakes may take."""
_CLOSING = 1.0
"""Seconds for the other end to agree: one that has stalled never does."""
_LINGER = 30.0
"""Seconds of silence after which a connection whose end was announced is closed, if Slack has not done so."""


class _Connection(ClientConnection):
    """Is over with the other end's closing frame: Slack may leave its TCP connection open after that."""

    def process_event(self, event: Event) -> None:
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
            self.close_socket()


class Line(BaseSocketModeClient):
    """Open from the start, and pings by itself: when one ping's pong does not come, it has stalled, and ends.

    In the place of the SDK's own, which notices after 20 to 50 seconds that it was dropped or has stalled, hears
    nothing while it opens the next one, and then forgets what the old one held.
    """

    def __init__(self, url: str, ping: float) -> None:
        """Pings every `ping` seconds, and waits twice that: a busy machine is not stalled.

        Raise OSError or WebSocketException.
        """
        self.logger = log
        self.leaving = False
        """Whether Slack has announced its end."""
        self._end = ExitStack()
        opening = connect(
            url,
            compression=None,
            open_timeout=_OPENING,
            close_timeout=_CLOSING,
            ping_interval=ping,
            ping_timeout=2 * ping,
            max_size=None,
            logger=_library,
            create_connection=_Connection,
        )
        self._connection = self._end.enter_context(opening)

    def received(self) -> Iterator[str]:
        """What comes, until the connection has ended."""
        try:
            while True:
                yield str(self._connection.recv(_LINGER if self.leaving else None))
        except TimeoutError:
            self.disconnect()
        except ConnectionClosedOK as end:
            log.info("A Socket Mode connection has ended: %s", end)
        except ConnectionClosed as end:
            log.warning("A Socket Mode connection has ended: %s", end)

    def send_message(self, message: str) -> None:
        """Raise ConnectionClosed."""
        self._connection.send(message)

    def disconnect(self) -> None:
        """Have it ended in a second at most."""
        self._end.close()
