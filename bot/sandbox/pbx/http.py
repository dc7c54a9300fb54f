"""HTTP/1.1 server with keep-alive, and the middleware that records requests and applies faults."""

import io
import json
import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Request, Response

from bot.sandbox.pbx.faults import FaultQueue, apply_fault
from bot.sandbox.serving import LoopbackHandler, LoopbackServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(kw_only=True)
class RecordedRequest:
    """One request; `status` is None until it is answered, and stays None if the connection was dropped."""

    method: str
    path: str
    """Percent-encoded as sent, without the query: /api/call_park_groups/aB%2Fc%3D%3D/members/1001."""
    query: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = None
    """Parsed JSON or form; other text as it is; the size of binary content; None if empty."""
    status: int | None = None
    began: float = field(default_factory=time.monotonic, repr=False, compare=False)
    ended: float = field(default=math.inf, repr=False, compare=False)
    """When the answer was ready, by the monotonic clock."""

    @property
    def write(self) -> bool:
        """Whether the request asks for a change; signing in does not."""
        return self.method == "POST" and not self.path.startswith(("/api/auth/", "/api/login/"))

    @property
    def line(self) -> str:
        """Method and path, as fault patterns match them."""
        return f"{self.method} {self.path}"


def parse_body(content: bytes, mimetype: str) -> Any:
    """Parses a body by its content type."""
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
    """Records, delays and spoils requests around the API, which handles one request at a time."""

    def __init__(self, app: "WSGIApplication", lock: threading.RLock, faults: FaultQueue) -> None:
        self.app, self.lock, self.faults = app, lock, faults
        self.requests: list[RecordedRequest] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        content = Request(environ).get_data()
        heard = _record_of(environ, content)
        self.requests.append(heard)
        time.sleep(self.faults.delay(heard.line))
        response = self._answer(heard, environ | {"PATH_INFO": heard.path}, content)
        heard.status, heard.ended = response.status_code, time.monotonic()
        return response(environ, start_response)

    def _answer(self, heard: RecordedRequest, environ: "WSGIEnvironment", content: bytes) -> Response:
        def serve() -> Response:
            with self.lock:
                return Response.from_app(self.app, environ | {"wsgi.input": io.BytesIO(content)}, buffered=True)

        fault = self.faults.take(heard.line)
        return apply_fault(fault, serve) if fault else serve()


def _record_of(environ: "WSGIEnvironment", content: bytes) -> RecordedRequest:
    """Builds the record; the path is the raw one, because PATH_INFO has slashes decoded."""
    request = Request(environ)
    path = urlsplit(environ["RAW_URI"]).path
    body = parse_body(content, request.mimetype)
    headers = dict(request.headers)
    return RecordedRequest(method=request.method, path=path, query=request.args.to_dict(), headers=headers, body=body)


class KeepAliveHandler(LoopbackHandler):
    """Keeps connections open between requests."""

    protocol_version = "HTTP/1.1"


class PbxHttpServer(LoopbackServer):
    """Threaded server that knows its open connections."""

    def __init__(self, app: Any, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.open_connections: set[socket.socket] = set()
        super().__init__(app, port, KeepAliveHandler, tls)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open_connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open_connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Shuts down every connection; the thread that serves it closes it."""
        for connection in tuple(self.open_connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
