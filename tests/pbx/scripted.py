"""A PBX that answers as a test says, over real HTTP, for answers that no working PBX would give."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Line = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it was received; `target` is that of the request line, still encoded, without /api."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=False))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; with `line`, instead whatever that function writes to the connection, which is then closed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    line: Line | None = None


def json_reply(value: object, status: int = 200, **headers: str) -> Reply:
    """Returns an answer with a JSON body; underscores in the headers' names stand for hyphens."""
    return Reply(status, json.dumps(value).encode(), {name.replace("_", "-"): text for name, text in headers.items()})


def drop_connection() -> Reply:
    """Returns an answer that closes the connection without a word of HTTP."""
    return Reply(line=lambda _: None)


@dataclass(slots=True)
class ScriptedPbx:
    """Its URL, and the requests it has received."""

    url: str
    asked: list[ReceivedRequest]

    @property
    def targets(self) -> list[str]:
        return [f"{asked.method} {asked.target}" for asked in self.asked]


@contextmanager
def scripted(
    answer: Callable[[ReceivedRequest], Reply], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[ScriptedPbx]:
    """Answers each request with `answer`, on a free port, in a thread for each connection."""
    asked: list[ReceivedRequest] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else a body waits 40 ms for the acknowledgement of its head

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = ReceivedRequest(self.command, self.path.removeprefix("/api"), dict(self.headers.items()), body)
            asked.append(request)
            self._reply(answer(request))

        do_POST = do_GET  # noqa: N815

        def _reply(self, reply: Reply) -> None:
            if reply.line:
                self.close_connection = True
                reply.line(self.connection)
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # the client hung up, as some tests make it

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server((host, 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield ScriptedPbx(f"{'https' if tls else 'http'}://{host}:{server.server_address[1]}/api", asked)
    finally:
        server.shutdown()
        server.server_close()
