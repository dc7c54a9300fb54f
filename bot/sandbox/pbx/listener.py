"""HTTP/1.1 with keep-alive on loopback, on werkzeug's threaded server."""

import socket
import ssl
from contextlib import suppress
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app


class Handler(WSGIRequestHandler):
    """Keeps connections open between requests, which werkzeug's own does not, and logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        self.environ = self.make_environ()
        body, status, headers = run_wsgi_app(self.server.app, self.environ)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        for chunk in body:
            self.wfile.write(chunk)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """A terminal that shows a demo has no room for a server's log."""


class Listener(ThreadedWSGIServer):
    """Knows its open connections, so that a stopped PBX answers nobody."""

    def __init__(self, app: Any, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.open: set[socket.socket] = set()
        super().__init__("127.0.0.1", port, app, Handler, ssl_context=tls)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Cut every connection, whatever is going on in it; the thread that serves it closes it."""
        for connection in tuple(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
