"""Socket Mode: the receiver that replaces connections before they end."""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk import WebClient
from slack_sdk.socket_mode.request import SocketModeRequest
from websockets.exceptions import ConnectionClosed, WebSocketException

from bot.errors import SettingsError, SlackAppRefused, SlackFailure, SlackUnavailable
from bot.runtime.acknowledgement import Acknowledgement
from bot.slack.bolt_app import LISTENERS, Dispatches
from bot.slack.client import ReadToken, translate_errors
from bot.slack.socket_client import SocketClient
from bot.texts import delivery

log = logging.getLogger(__name__)

PING_INTERVAL = 5.0
"""Seconds between two pings; a stalled connection is noticed after three times that."""
_MAX_RECONNECT_PAUSE = 10.0
"""Seconds between two attempts to connect."""
_LONGEST_APP_PAUSE = 60.0
"""Seconds between two attempts while Slack rejects the token or Socket Mode is off: somebody has to act first."""
_ACK_TIMEOUT = 3.0
"""Seconds that Slack waits for an acknowledgement."""


class ReconnectBackoff:
    """Computes the pause before each attempt to connect: none for the first two, then longer and longer ones."""

    def __init__(self) -> None:
        self._attempts = 0

    def pause(self, longest: float = _MAX_RECONNECT_PAUSE) -> float:
        """Returns the seconds to wait before an attempt, which counts as made."""
        self._attempts += 1
        return min(2.0 ** (min(self._attempts, 20) - 3), longest) if self._attempts > 2 else 0.0

    def reset(self) -> None:
        """Starts anew, after Slack has said hello."""
        self._attempts = 0


class SocketMode:
    """Receives over Socket Mode.

    Slack delivers commands and clicks once, so an old connection is read to its end while the next one is open.
    """

    where = "Socket Mode"

    def __init__(
        self,
        app: Dispatches,
        client: WebClient,
        token: str,
        ping_interval: float = PING_INTERVAL,
        *,
        read_token: ReadToken = None,
    ) -> None:
        """Prepares the connection.

        Args:
            token: The app-level token.
            read_token: Reads the configured token again, after Slack has rejected it.
        """
        self._app, self._client, self._token, self._ping_interval = app, client, token, ping_interval
        self._read_token = read_token
        self._changed = threading.Condition()
        self._connections: dict[SocketClient, threading.Thread] = {}
        self._stopping = False
        self._backoff = ReconnectBackoff()
        self._refusal: SlackAppRefused | None = None
        self._connector = threading.Thread(target=self._stay_connected, name="socket-mode", daemon=True)
        self._listeners = ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener")

    def start(self) -> None:
        """Connects, and stays connected; a first attempt that fails is repeated.

        Raises:
            SlackAppRefused: Slack rejects the app-level token, or Socket Mode is off. It is tried again all the same.
        """
        self._backoff.pause()
        self._try_to_connect()
        self._connector.start()
        if self._refusal is not None:
            raise self._refusal

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
        """Whether a connection is open that Slack has greeted on, and whose end it has not announced."""
        lasting = self._lasting_connection()
        return not self._stopping and lasting is not None and lasting.greeted

    @property
    def problem(self) -> str | None:
        """Why Slack rejects connections, with the remedy; None if it does not."""
        refusal = self._refusal
        return None if refusal is None else delivery.connection_refused(str(refusal))

    @property
    def alive(self) -> bool:
        """Whether the thread that reconnects runs or was not started yet."""
        return self._connector.ident is None or self._connector.is_alive()

    def _lasting_connection(self) -> SocketClient | None:
        """Returns a connection whose end is not announced, preferably one on which Slack has said hello."""
        with self._changed:
            lasting = [connection for connection in self._connections if not connection.leaving]
        return max(lasting, key=lambda connection: connection.greeted, default=None)

    def _stay_connected(self) -> None:
        """Opens the next connection as soon as none is left whose end is not announced."""
        retry_after = 0.0
        while self._wait_until_needed():
            longest = _MAX_RECONNECT_PAUSE if self._refusal is None else _LONGEST_APP_PAUSE
            with self._changed:
                if self._changed.wait_for(lambda: self._stopping, max(retry_after, self._backoff.pause(longest))):
                    return
            retry_after = self._try_to_connect()

    def _wait_until_needed(self) -> bool:
        """Waits until a new connection is needed; returns False when the receiver stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._lasting_connection() is None)
            return not self._stopping

    def _try_to_connect(self) -> float:
        """Returns the seconds that Slack wants to pass before the next attempt."""
        try:
            self._connect()
        except SlackAppRefused as refusal:
            self._report(refusal)
        except SlackFailure as failure:
            log.warning("Not connected to Slack: %s", failure)
            return failure.retry_after if isinstance(failure, SlackUnavailable) else 0.0
        return 0.0

    def _report(self, refusal: SlackAppRefused) -> None:
        """Logs once why Slack rejects connections and what to do about it, and reads the token again."""
        if self._refusal is None or str(refusal) != str(self._refusal):
            log.error("Not connected to Slack: %s", delivery.connection_refused(str(refusal)))
        self._refusal = refusal
        try:
            token = self._read_token() if self._read_token else self._token
        except SettingsError as error:
            log.warning("the settings of Slack can't be read: %s", error)
            return
        if token and token != self._token:
            self._token = token
            self._backoff.reset()

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
        if message.get("type") == "hello":
            self._greet(connection)
        elif message.get("type") == "disconnect":
            self._leave(connection, str(message.get("reason")))
        elif (request := SocketModeRequest.from_dict(message)) is not None:
            with self._changed:
                if not self._stopping:
                    self._listeners.submit(self._handle, connection, request)

    def _greet(self, connection: SocketClient) -> None:
        with self._changed:
            connection.greeted, self._refusal = True, None
            self._backoff.reset()
            self._changed.notify_all()

    def _leave(self, connection: SocketClient, reason: str) -> None:
        """Marks a connection whose end is announced, so that the next one is opened while it is read to its end.

        Where Slack counts too many connections, older ones of Park's own are closed first.
        """
        log.info("Slack ends a connection: %.80s", reason)
        with self._changed:
            connection.leaving = True
            others = [one for one in self._connections if one is not connection and one.leaving]
            if reason == "link_disabled":
                self._report(SlackAppRefused(reason))
            self._changed.notify_all()
        if reason == "too_many_websockets":
            for one in (*others, connection):
                one.disconnect()

    def _handle(self, connection: SocketClient, request: SocketModeRequest) -> None:
        try:
            self._acknowledge(connection, request)
        except Exception:  # the result of a listener thread is not read
            log.exception("Not acknowledged: %s %s", request.type, request.envelope_id)

    def _acknowledge(self, connection: SocketClient, request: SocketModeRequest) -> None:
        """Runs the listener, acknowledges, and does what waits for that."""
        started, acknowledgement = time.time(), Acknowledgement()
        bolt_request = BoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
        try:
            with acknowledgement.awaited():
                response = self._app.dispatch(bolt_request)
            self._send(connection, request, response, started)
        finally:
            acknowledgement.sent()

    def _send(
        self, connection: SocketClient, request: SocketModeRequest, response: BoltResponse, started: float
    ) -> None:
        """Sends an acknowledgement over the connection, or over another one if that has ended."""
        try:
            send_response(connection, request, response, started)
        except ConnectionClosed:
            with self._changed:
                self._changed.wait_for(self._lasting_connection, _ACK_TIMEOUT)
                other = self._lasting_connection()
            send_response(other or connection, request, response, started)
