"""Socket Mode."""

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
from bot.slack.client import translated

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


class SocketClient(BaseSocketModeClient):
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


_LONGEST = 10.0
"""Seconds between two attempts, at most."""
_A_WHILE = 60.0
"""Seconds after which an attempt counts as the first again."""


class ReconnectBackoff:
    """Two attempts at once after a quiet while, and further ones after longer and longer pauses."""

    def __init__(self) -> None:
        self._attempts, self._last = 0, float("-inf")

    def pause(self) -> float:
        """Seconds to wait before the attempt that is made now."""
        now = time.monotonic()
        self._attempts = self._attempts + 1 if now - self._last < _A_WHILE else 0
        self._last = now
        return min(2.0 ** (self._attempts - 2), _LONGEST) if self._attempts > 1 else 0.0


PING = 5.0
"""Seconds between two pings: a connection that stalls is left after three times that."""
_ACK = 3.0
"""Seconds after which Slack waits for no acknowledgement any more."""


class SocketMode:
    """Commands and clicks are delivered once: a connection is read to its end, and the next one is open before that."""

    where = "Socket Mode"

    def __init__(self, app: App, client: WebClient, token: str, ping: float = PING) -> None:
        self._app, self._client, self._token, self._ping = app, client, token, ping
        self._changed = threading.Condition()
        self._lines: dict[SocketClient, threading.Thread] = {}
        self._stopping = False
        self._pace = ReconnectBackoff()
        self._keeper = threading.Thread(target=self._keep, name="socket-mode", daemon=True)
        self._listeners = ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener")

    def start(self) -> None:
        """Raise SlackFailure where Slack does not let the app in at once; later that is tried until it does."""
        self._connect()
        self._keeper.start()

    def stop(self) -> None:
        """Connections are closed last: listeners at work still get their acks out."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._listeners.shutdown()
        for line, reader in list(self._lines.items()):
            line.disconnect()
            reader.join()
        if self._keeper.is_alive():
            self._keeper.join(1)  # it may wait for Slack, and closes by itself what it then opens

    @property
    def connected(self) -> bool:
        """Whether a connection is open whose end Slack has not announced."""
        return not self._stopping and self._staying() is not None

    @property
    def alive(self) -> bool:
        """Whether somebody would open the next one."""
        return self._keeper.ident is None or self._keeper.is_alive()

    def _staying(self) -> SocketClient | None:
        with self._changed:
            return next((line for line in self._lines if not line.leaving), None)

    def _keep(self) -> None:
        """Open the next connection as soon as there is none that stays."""
        hold = 0.0
        while self._is_needed():
            if self._stopped_within(max(hold, self._pace.pause())):
                return
            hold = self._try()

    def _is_needed(self) -> bool:
        """Wait until a connection is; False when it ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self.connected)
            return not self._stopping

    def _stopped_within(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, seconds)

    def _try(self) -> float:
        """The seconds after which to try again."""
        try:
            self._connect()
        except SlackFailure as failure:
            log.warning("Not connected to Slack: %s", failure)
            return failure.retry_after if isinstance(failure, SlackUnavailable) else 0.0
        return 0.0

    def _connect(self) -> None:
        """Raise SlackFailure."""
        with translated():
            url = self._client.apps_connections_open(app_token=self._token)["url"]
        try:
            line = SocketClient(url, self._ping)
        except (OSError, WebSocketException) as error:
            raise SlackUnavailable(f"no Socket Mode connection: {error}") from error
        reader = threading.Thread(target=self._read, args=(line,), name="socket-mode-reader", daemon=True)
        with self._changed:
            if not self._stopping:
                self._lines[line] = reader
                self._changed.notify_all()
                reader.start()
                return
        line.disconnect()

    def _read(self, line: SocketClient) -> None:
        try:
            for text in line.received():
                self._hear(line, text)
        finally:
            line.disconnect()
            with self._changed:
                del self._lines[line]
                self._changed.notify_all()

    def _hear(self, line: SocketClient, text: str) -> None:
        """Nothing is waited for here: the announcement of an end may be next. What is no JSON is as good as one."""
        message = json.loads(text) if text.startswith("{") else {"type": "disconnect", "reason": text}
        if message.get("type") == "disconnect":
            log.info("Slack ends a connection: %.80s", message.get("reason"))
            with self._changed:
                line.leaving = True
                self._changed.notify_all()
        elif (request := SocketModeRequest.from_dict(message)) is not None:
            with self._changed:
                if not self._stopping:
                    self._listeners.submit(self._answer, line, request)

    def _answer(self, line: SocketClient, request: SocketModeRequest) -> None:
        try:
            self._acknowledge(line, request)
        except Exception:  # nobody looks at what a listener's thread raises
            log.exception("Not acknowledged: %s %s", request.type, request.envelope_id)

    def _acknowledge(self, line: SocketClient, request: SocketModeRequest) -> None:
        """Over the connection that it came by, or another when that has ended meanwhile."""
        begun = time.time()
        response = run_bolt_app(self._app, request)
        try:
            send_response(line, request, response, begun)
        except ConnectionClosed:
            with self._changed:
                self._changed.wait_for(self._staying, _ACK)
                other = self._staying()
            send_response(other or line, request, response, begun)
