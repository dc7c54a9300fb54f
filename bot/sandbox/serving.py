"""The HTTP server of the fakes: werkzeug's, with less work for each request and none while nothing is asked."""

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def flask_app(name: str) -> Flask:
    """Returns an application without files: Flask looks for the folders of its own otherwise, which takes a ms."""
    return Flask(name, static_folder=None, template_folder=None, root_path="/", instance_path="/")


class LoopbackHandler(WSGIRequestHandler):
    """Answers one request for each connection, as HTTP/1.0 does, and logs nothing.

    A subclass with `protocol_version` HTTP/1.1 keeps connections open.
    """

    protocol_version = "HTTP/1.0"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answers; the head is sent together with the first piece of the body, which mostly is all of it."""
        self.environ = self.make_environ()
        body, status, headers = run_wsgi_app(self.server.app, self.environ)
        lines = [f"{self.protocol_version} {status}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += ["Connection: close"] if self.close_connection else []
        pieces = iter(body)
        try:
            self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + next(pieces, b""))
            for piece in pieces:
                self.wfile.write(piece)
        finally:
            if hasattr(body, "close"):
                body.close()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Returns the Date header, by the clock of what is served."""
        now = self.server.now if isinstance(self.server, LoopbackServer) else time.time
        return super().date_time_string(now() if timestamp is None else timestamp)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Does nothing: the terminal shows the demo, and the fakes record what is asked themselves."""


class LoopbackServer(ThreadedWSGIServer):
    """Serves an application on a port of loopback; it sleeps until there is a request or `shutdown`."""

    def __init__(
        self,
        app: "WSGIApplication",
        port: int = 0,
        handler: type[LoopbackHandler] = LoopbackHandler,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Listens; `now` returns the time of responses, in seconds since 1970."""
        self.now = now
        self._wake, self._woken = socket.socketpair()
        self._ended = threading.Event()
        self._ended.set()
        super().__init__("127.0.0.1", port, app, handler, ssl_context=tls)

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Serves until `shutdown`, and closes the port then."""
        self._ended.clear()
        try:
            with selectors.DefaultSelector() as waiting:
                waiting.register(self, selectors.EVENT_READ)
                waiting.register(self._woken, selectors.EVENT_READ)
                while not any(key.fileobj is self._woken for key, _ in waiting.select()):
                    self._handle_request_noblock()  # type: ignore[attr-defined]  # as socketserver's own loop does
        finally:
            self._ended.set()
            self.server_close()

    def shutdown(self) -> None:
        """Ends `serve_forever`, and returns when no connection is accepted any more."""
        with suppress(OSError):  # it has ended
            self._wake.send(b"x")
        self._ended.wait()

    def server_close(self) -> None:
        """Closes the port, and waits for requests that are being answered."""
        super().server_close()
        self._wake.close()
        self._woken.close()
