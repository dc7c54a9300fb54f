"""Socket Mode server: tickets, connections, and the choice of the connection for an envelope."""

import json
import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event
from websockets.sync.server import ServerConnection, serve

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import SlackState

MAX_CONNECTIONS = 10
"""Open connections of an app, as documented."""

MAX_MESSAGE_BYTES = 20_480
"""Bytes of a message from the app; a larger one closes the connection with code 1009."""

_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.CRITICAL)


class SocketConnection(ServerConnection):
    """A connection that can be stalled: it stays open, but sends nothing, not even a pong."""

    stalled = False
    unanswered = 0
    """Pings received while stalled."""

    def process_event(self, event: Event) -> None:
        if self.stalled and isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.unanswered += 1
        super().process_event(event)

    def send_data(self) -> None:
        if self.stalled:
            self.protocol.data_to_send()  # taken from the queue and lost
        else:
            super().send_data()

    def send_json(self, message: Json) -> bool:
        """Sends a message; False if the connection is closed."""
        try:
            self.send(json.dumps(message))
        except ConnectionClosed:
            return False
        return True

    def send_close_frame(self) -> None:
        """Sends the close frame, as Slack does, and leaves the TCP connection open."""
        with self.protocol_mutex:
            self.protocol.send_close(1000)
            self.send_data()
            self.stalled = True


class SocketModeServer:
    """WebSocket server that passes the app's messages to `answered`."""

    def __init__(self, state: SlackState, answered: Callable[[Json], None]) -> None:
        self._state = state
        self._answered = answered
        self._tickets: set[str] = set()
        self._open: list[SocketConnection] = []
        self._server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._admit,
            create_connection=SocketConnection,
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            ping_interval=None,
            close_timeout=1,
            logger=_LOG,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="slack-link")
        self._port = self._server.socket.getsockname()[1]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stall(False)
        self._server.shutdown()
        self._thread.join()

    def new_url(self) -> str:
        """Returns an address that admits one connection."""
        ticket = secrets.token_hex(16)
        with self._state.changed:
            self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self._port}/link/?ticket={ticket}&app_id={self._state.app}"

    @property
    def lines(self) -> list[SocketConnection]:
        """The open connections."""
        with self._state.changed:
            return list(self._open)

    def send(self, envelope: Json) -> bool:
        """Sends to the connections in turn; False if there is none."""
        while True:
            with self._state.changed:
                if not self._open:
                    return False
                line = self._open.pop(0)
                self._open.append(line)
            if line.send_json(envelope):
                return True
            self._remove(line)

    def disconnect(self, reason: str = "refresh_requested", lines: Sequence[SocketConnection] | None = None) -> None:
        """Sends a disconnect message to these or all connections, and closes them unless it is a warning."""
        for line in self.lines if lines is None else lines:
            line.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}})
            if reason != "warning":
                line.close()

    def drop(self) -> None:
        """Closes all TCP connections without a close frame, as a network failure does."""
        for line in self.lines:
            line.close_socket()

    def stall(self, stalled: bool = True) -> None:
        """Stalls or resumes the open connections; new ones are not stalled."""
        for line in self.lines:
            line.stalled = stalled

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        with self._state.changed:
            if ticket not in self._tickets or len(self._open) >= MAX_CONNECTIONS:
                return connection.respond(403, "no such ticket, or too many connections\n")
            self._tickets.remove(ticket)
        return None

    def _serve(self, connection: ServerConnection) -> None:
        assert isinstance(connection, SocketConnection)  # noqa: S101  # made by create_connection
        with self._state.changed:
            connection.send_json(self._hello(len(self._open) + 1))
            self._open.append(connection)
            self._state.changed.notify_all()
        try:
            for message in connection:
                if not connection.stalled:
                    self._answered(json.loads(message))
        finally:
            self._remove(connection)

    def _hello(self, number: int) -> Json:
        debug = {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060}
        app = {"app_id": self._state.app}
        return {"type": "hello", "num_connections": number, "debug_info": debug, "connection_info": app}

    def _remove(self, line: SocketConnection) -> None:
        with self._state.changed:
            if line in self._open:
                self._open.remove(line)
            self._state.changed.notify_all()
