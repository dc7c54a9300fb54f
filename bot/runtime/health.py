"""HTTP server for /health/live, /health/ready and /metrics."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.errors import SettingsError
from bot.runtime.metrics import REGISTRY
from bot.settings import parse_listen_address

Report = tuple[bool, dict[str, str]]
"""Whether all checks passed, and the state of each part."""

Backlog = tuple[Mapping[str, int], timedelta]
"""Number of unfinished journal entries by state, and for how long the oldest has been due."""


class Condition(NamedTuple):
    """The state of one part of Park: whether it lets Park be ready, and the state in words."""

    ok: bool
    text: str

    @classmethod
    def of(cls, ok: bool, text: str, otherwise: str) -> Self:
        """Returns a state that is described by the first text if it is ok, else by the second."""
        return cls(ok, text if ok else otherwise)


REMEMBERED_SECONDS = 5.0
"""For how long the result of a check that costs something is given again."""


class Remembered:
    """Keeps the result of a check for a few seconds, however many pages are asked for meanwhile."""

    def __init__(self, check: Callable[[], Condition], clock: Callable[[], float] = time.monotonic) -> None:
        self._check, self._clock = check, clock
        self._found: tuple[float, Condition] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Condition:
        """Returns the result; who asks while it is checked waits for it."""
        with self._lock:
            if self._found is None or self._clock() - self._found[0] >= REMEMBERED_SECONDS:
                found = self._check()
                self._found = self._clock(), found
            return self._found[1]


@dataclass(frozen=True, kw_only=True)
class HealthChecks:
    """The checks behind the pages, as callables, so that this module depends on no other package.

    Args:
        threads: for each background thread whether it runs.
        conditions: the state of each part; Park is ready while all of them are ok.
        backlog: unfinished journal entries; None if the journal can't be read.
    """

    threads: Mapping[str, Callable[[], bool]]
    conditions: Mapping[str, Callable[[], Condition]]
    backlog: Callable[[], Backlog | None]

    def live(self) -> Report:
        """Reports on the threads without waiting for anything; only a restart can repair a dead one."""
        alive = {name: check() for name, check in self.threads.items()}
        return all(alive.values()), {name: "alive" if one else "dead" for name, one in alive.items()}

    def ready(self) -> Report:
        """Reports whether Park does what it is there for: accept requests, carry out ends, tell people."""
        found = self.states()
        return all(one.ok for one in found.values()), {name: one.text for name, one in found.items()}

    def states(self) -> dict[str, Condition]:
        """Evaluates all conditions."""
        return {name: check() for name, check in self.conditions.items()}


class ConditionCollector(Collector):
    """Exports each condition as a metric."""

    def __init__(self, states: Callable[[], Mapping[str, Condition]]) -> None:
        self._states = states

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily("park_ready", "1 if this part lets Park be ready, else 0.", labels=["check"])
        for name, found in self._states().items():
            gauge.add_metric([name], int(found.ok))
        yield gauge


class BacklogCollector(Collector):
    """Exports the journal's backlog as metrics; an unreadable journal does not affect other metrics."""

    def __init__(self, backlog: Callable[[], Backlog | None]) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._backlog()
        yield GaugeMetricFamily("park_journal_up", "Whether the journal could be read.", int(found is not None))
        if found is None:
            return
        depths, oldest = found
        depth = GaugeMetricFamily("park_journal_depth", "What is not yet done and told, by state.", labels=["state"])
        for state, number in depths.items():
            depth.add_metric([state], number)
        yield depth
        yield GaugeMetricFamily(
            "park_oldest_waiting_seconds",
            "How long the change that waits longest has been due; 0 where none is.",
            oldest.total_seconds(),
        )


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
        self._state_registry.register(BacklogCollector(checks.backlog))
        self._state_registry.register(ConditionCollector(checks.states))
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
