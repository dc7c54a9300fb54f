"""Socket Mode: a WebSocket client, and the receiver that replaces connections before they end."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.sync.client import ClientConnection, connect

from bot.errors import SlackFailure, SlackUnavailable
from bot.slack.bolt_app import LISTENERS
from bot.slack.client import translate_errors

log = logging.getLogger(__name__)
_websockets_log = log.getChild("websockets")
_websockets_log.setLevel(logging.CRITICAL)  # it would log each end of a connection again, with a traceback

PING_INTERVAL = 5.0
"""Seconds between two pings; a stalled connection is noticed after three times that."""
_OPEN_TIMEOUT = 10.0
"""Seconds for the TCP, TLS and WebSocket handshakes."""
_CLOSE_TIMEOUT = 1.0
"""Seconds for the closing handshake, which a stalled server does not complete."""
_LEAVING_TIMEOUT = 30.0
"""Seconds of silence after which a connection whose end Slack has announced is closed."""
_MAX_RECONNECT_PAUSE = 10.0
"""Seconds between two attempts to connect."""
_RECONNECT_RESET = 60.0
"""Seconds without an attempt after which the pauses start anew."""
_ACK_TIMEOUT = 3.0
"""Seconds that Slack waits for an acknowledgement."""


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
        self._closing = ExitStack()
        opening = connect(
            url,
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
                yield str(self._connection.recv(_LEAVING_TIMEOUT if self.leaving else None))
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


class ReconnectBackoff:
    """Computes the pause before each attempt to connect: none for the first two, then longer and longer ones."""

    def __init__(self) -> None:
        self._attempts, self._last = 0, float("-inf")

    def pause(self) -> float:
        """Returns the seconds to wait before an attempt, which counts as made."""
        now = time.monotonic()
        self._attempts = self._attempts + 1 if now - self._last < _RECONNECT_RESET else 0
        self._last = now
        return min(2.0 ** (self._attempts - 2), _MAX_RECONNECT_PAUSE) if self._attempts > 1 else 0.0


class SocketMode:
    """Receives over Socket Mode.

    Slack delivers commands and clicks once, so an old connection is read to its end while the next one is open.
    """

    where = "Socket Mode"

    def __init__(self, app: App, client: WebClient, token: str, ping_interval: float = PING_INTERVAL) -> None:
        self._app, self._client, self._token, self._ping_interval = app, client, token, ping_interval
        self._changed = threading.Condition()
        self._connections: dict[SocketClient, threading.Thread] = {}
        self._stopping = False
        self._backoff = ReconnectBackoff()
        self._connector = threading.Thread(target=self._stay_connected, name="socket-mode", daemon=True)
        self._listeners = ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener")

    def start(self) -> None:
        """Connects, and stays connected; raises SlackFailure if the first attempt fails."""
        self._connect()
        self._connector.start()

    def stop(self) -> None:
        """Waits for the listeners, and then closes the connections that their acknowledgements need."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._listeners.shutdown()
        for connection, reader in list(self._connections.items()):
            connection.disconnect()
            reader.join()
        if self._connector.is_alive():
            self._connector.join(1)  # it may be waiting for Slack, and closes what it opens after that

    @property
    def connected(self) -> bool:
        """Whether a connection is open whose end Slack has not announced."""
        return not self._stopping and self._lasting_connection() is not None

    @property
    def alive(self) -> bool:
        """Whether the thread that reconnects runs or was not started yet."""
        return self._connector.ident is None or self._connector.is_alive()

    def _lasting_connection(self) -> SocketClient | None:
        with self._changed:
            return next((connection for connection in self._connections if not connection.leaving), None)

    def _stay_connected(self) -> None:
        """Opens the next connection as soon as none is left whose end is not announced."""
        retry_after = 0.0
        while self._wait_until_needed():
            with self._changed:
                if self._changed.wait_for(lambda: self._stopping, max(retry_after, self._backoff.pause())):
                    return
            retry_after = self._try_to_connect()

    def _wait_until_needed(self) -> bool:
        """Waits until a new connection is needed; returns False when the receiver stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self.connected)
            return not self._stopping

    def _try_to_connect(self) -> float:
        """Returns the seconds that Slack wants to pass before the next attempt."""
        try:
            self._connect()
        except SlackFailure as failure:
            log.warning("Not connected to Slack: %s", failure)
            return failure.retry_after if isinstance(failure, SlackUnavailable) else 0.0
        return 0.0

    def _connect(self) -> None:
        with translate_errors():
            url = self._client.apps_connections_open(app_token=self._token)["url"]
        try:
            connection = SocketClient(url, self._ping_interval)
        except (OSError, WebSocketException) as error:
            raise SlackUnavailable(f"no Socket Mode connection: {error}") from error
        reader = threading.Thread(target=self._read, args=(connection,), name="socket-mode-reader", daemon=True)
        with self._changed:
            if not self._stopping:
                self._connections[connection] = reader
                self._changed.notify_all()
                reader.start()
                return
        connection.disconnect()

    def _read(self, connection: SocketClient) -> None:
        try:
            for text in connection.messages():
                self._dispatch(connection, text)
        finally:
            connection.disconnect()
            with self._changed:
                del self._connections[connection]
                self._changed.notify_all()

    def _dispatch(self, connection: SocketClient, text: str) -> None:
        """Hands a message to a listener thread without waiting, because the next one may announce the end.

        Text that is not JSON is an error message of Slack's, after which the connection is useless.
        """
        message = json.loads(text) if text.startswith("{") else {"type": "disconnect", "reason": text}
        if message.get("type") == "disconnect":
            log.info("Slack ends a connection: %.80s", message.get("reason"))
            with self._changed:
                connection.leaving = True
                self._changed.notify_all()
        elif (request := SocketModeRequest.from_dict(message)) is not None:
            with self._changed:
                if not self._stopping:
                    self._listeners.submit(self._handle, connection, request)

    def _handle(self, connection: SocketClient, request: SocketModeRequest) -> None:
        try:
            self._acknowledge(connection, request)
        except Exception:  # the result of a listener thread is not read
            log.exception("Not acknowledged: %s %s", request.type, request.envelope_id)

    def _acknowledge(self, connection: SocketClient, request: SocketModeRequest) -> None:
        """Runs the listener and acknowledges over the same connection, or over another one if it has ended."""
        started = time.time()
        response = run_bolt_app(self._app, request)
        try:
            send_response(connection, request, response, started)
        except ConnectionClosed:
            with self._changed:
                self._changed.wait_for(self._lasting_connection, _ACK_TIMEOUT)
                other = self._lasting_connection()
            send_response(other or connection, request, response, started)
