"""The way in: every request is written down, delayed, made to fail if the script says so, and carried out."""

import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from bot.sandbox.pbx.faults import FaultQueue, apply_fault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(kw_only=True)
class RecordedRequest:
    """One request. `status` is None until it is answered, and stays None when the connection was dropped."""

    method: str
    path: str
    """As it was sent, percent-encoded, without the query: /api/call_park_groups/aB%2Fc%3D%3D/members/1001."""
    query: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = None
    """Parsed JSON or form; the text of anything else, the number of bytes; None where there was none."""
    status: int | None = None

    @property
    def write(self) -> bool:
        """Whether it asks for a change; signing in changes nothing."""
        return self.method == "POST" and not self.path.startswith(("/api/auth/", "/api/login/"))

    @property
    def line(self) -> str:
        """Method and path, as faults match them."""
        return f"{self.method} {self.path}"


def parse_body(content: bytes, mimetype: str) -> Any:
    """Whatever can be made of a body; of bytes how many they are."""
    if mimetype == "application/octet-stream":
        return f"{len(content)} bytes"
    text = content.decode(errors="replace")
    if mimetype == "application/x-www-form-urlencoded":
        return dict(parse_qsl(text))
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


class RecordingMiddleware:
    """A WSGI application around the API's; the API serves one request at a time, waiting is done out here."""

    def __init__(self, app: "WSGIApplication", lock: threading.RLock, faults: FaultQueue) -> None:
        self.app, self.lock, self.faults = app, lock, faults
        self.requests: list[RecordedRequest] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        content = Request(environ).get_data()
        heard = _record_of(environ, content)
        self.requests.append(heard)
        time.sleep(self.faults.delay(heard.line))
        response = self._answer(heard, environ | {"PATH_INFO": heard.path}, content)
        heard.status = response.status_code
        return response(environ, start_response)

    def _answer(self, heard: RecordedRequest, environ: "WSGIEnvironment", content: bytes) -> Response:
        def serve() -> Response:
            with self.lock:
                return Response.from_app(self.app, environ | {"wsgi.input": io.BytesIO(content)}, buffered=True)

        fault = self.faults.take(heard.line)
        return apply_fault(fault, serve) if fault else serve()


def _record_of(environ: "WSGIEnvironment", content: bytes) -> RecordedRequest:
    """The path is that of the request line, since PATH_INFO no longer tells a slash from an encoded one."""
    request = Request(environ)
    path = urlsplit(environ["RAW_URI"]).path
    body = parse_body(content, request.mimetype)
    headers = dict(request.headers)
    return RecordedRequest(method=request.method, path=path, query=request.args.to_dict(), headers=headers, body=body)


class KeepAliveHandler(WSGIRequestHandler):
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


class PbxHttpServer(ThreadedWSGIServer):
    """Knows its open connections, so that a stopped PBX answers nobody."""

    def __init__(self, app: Any, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.open: set[socket.socket] = set()
        super().__init__("127.0.0.1", port, app, KeepAliveHandler, ssl_context=tls)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Cut every connection, whatever is going on in it; the thread that serves it closes it."""
        for connection in tuple(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
