"""HTTP server for /health/live, /health/ready and /metrics."""

import json
import socket
import threading
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.errors import SettingsError
from bot.runtime.checks import BacklogCollector, ConditionCollector, HealthChecks, Report
from bot.runtime.metrics import REGISTRY
from bot.settings.environment import parse_listen_address

Page = tuple[str, str, bytes]
"""Status, content type and body."""
_TEXT = "text/plain; charset=utf-8"


class HealthPages:
    """WSGI application for the pages, which are read-only and contain no secrets."""

    def __init__(self, checks: HealthChecks) -> None:
        self.stopping = False
        """Whether Park is shutting down; it reports alive then, so that it can finish, and not ready."""
        self._checks = checks
        self._state_registry = CollectorRegistry()
        self._state_registry.register(BacklogCollector(checks))
        self._state_registry.register(ConditionCollector(checks))
        self._pages: dict[str, Callable[[], Page]] = {
            "/health/live": self._live,
            "/health/ready": self._ready,
            "/metrics": self._metrics,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, kind, body = self._page(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(status, [*headers, ("Allow", "GET, HEAD")] if status.startswith("405") else headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _page(self, method: str, path: str) -> Page:
        page = self._pages.get(path)
        if page is None:
            return "404 Not Found", _TEXT, f"There are {', '.join(self._pages)}\n".encode()
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", _TEXT, b"These pages are only read\n"
        return page()

    def _live(self) -> Page:
        return _json_page("alive", (True, {"park": "stopping"}) if self.stopping else self._checks.live())

    def _ready(self) -> Page:
        return _json_page("ready", (False, {"park": "stopping"}) if self.stopping else self._checks.ready())

    def _metrics(self) -> Page:
        return "200 OK", CONTENT_TYPE_LATEST, generate_latest(REGISTRY) + generate_latest(self._state_registry)


def _json_page(name: str, report: Report) -> Page:
    passed, parts = report
    body = json.dumps({name: passed, **parts}, ensure_ascii=False) + "\n"
    return "200 OK" if passed else "503 Service Unavailable", "application/json", body.encode()


SERVER_THREADS = 2
"""Two, because one probe may wait two seconds for the journal while another is answered."""


class HealthServer:
    """Starts and stops the server; does nothing if `listen` is None."""

    def __init__(self, listen: str | None, checks: HealthChecks) -> None:
        self._listen, self._pages = listen, HealthPages(checks)
        self._server: _Server | None = None

    def start(self) -> None:
        """Starts listening.

        Raises:
            SettingsError: the address is not available.
        """
        if self._listen is not None:
            self._server = _Server(self._pages, _bind(*parse_listen_address(self._listen)))

    def stopping(self) -> None:
        """Reports from now on that Park is shutting down."""
        self._pages.stopping = True

    def stop(self) -> None:
        """Stops the server."""
        if self._server is not None:
            self._server.stop()

    @property
    def port(self) -> int | None:
        """The port in use, which differs from the setting if that is 0; None if the server is off."""
        return self._server.port if self._server else None


class _Server:
    def __init__(self, pages: WSGIApplication, listening: socket.socket) -> None:
        from waitress import wasyncore  # loaded only where there is something to serve
        from waitress.server import BaseWSGIServer, create_server

        self.port, self._wasyncore = listening.getsockname()[1], wasyncore
        self._sockets: dict[int, socket.socket] = {}
        server = create_server(pages, map=self._sockets, sockets=[listening], threads=SERVER_THREADS, ident=None)
        assert isinstance(server, BaseWSGIServer)  # noqa: S101 - what waitress makes of one socket
        self._server = server
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="health")
        self._thread.start()

    def stop(self) -> None:
        """Ends the loop before it closes the trigger: its file descriptor could be reused by then."""
        self._stopping = True
        self._server.pull_trigger()
        self._thread.join()
        self._wasyncore.close_all(self._sockets)
        self._server.task_dispatcher.shutdown()

    def _run(self) -> None:
        """Replaces waitress's own loop, which ends only with the process."""
        while not self._stopping:
            self._wasyncore.loop(timeout=30, use_poll=True, map=self._sockets, count=1)


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(f"PARK_HEALTH_LISTEN: {host}:{port} can't be listened on: {error}") from error
