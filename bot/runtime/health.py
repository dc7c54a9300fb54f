"""/health/live, /health/ready, /metrics over HTTP."""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from bot.errors import SettingsError
from bot.runtime.metrics import REGISTRY
from bot.settings import address_of

Report = tuple[bool, dict[str, str]]
"""Whether all checks passed, and what each part says."""


Backlog = tuple[Mapping[str, int], timedelta]
"""Unfinished journal entries by state, and for how long the oldest has been due."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What the pages report on, as callables, so that this module knows no other package.

    `threads` tells for each background thread whether it runs; `connected` whether Slack can reach Park; `writable`
    whether the journal takes writes; `policy` the fingerprint of the policy in force; `pbx` the PBX's state in words;
    `backlog` what the journal still has to do, None where it can't be read.
    """

    threads: Mapping[str, Callable[[], bool]]
    connected: Callable[[], bool]
    writable: Callable[[], bool]
    policy: Callable[[], str]
    pbx: Callable[[], str]
    backlog: Callable[[], Backlog | None]

    def live(self) -> Report:
        """Reports on the threads without waiting for anything: a dead one is mended by a restart only."""
        alive = {name: check() for name, check in self.threads.items()}
        return all(alive.values()), {name: "alive" if one else "dead" for name, one in alive.items()}

    def ready(self) -> Report:
        """Reports whether requests can be taken.

        A PBX that can't be reached does not count: all replicas have the same PBX, and Park still answers and keeps
        what is asked.
        """
        connected, writable = self.connected(), self.writable()
        return connected and writable, {
            "slack": "connected" if connected else "not connected",
            "journal": "can be written" if writable else "can't be written",
            "policy": self.policy(),
            "pbx": self.pbx(),
        }


class BacklogCollector(Collector):
    """Exports the journal's backlog as metrics; a journal that can't be read hides no other metric."""

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
"""Status, content type, body."""
_TEXT = "text/plain; charset=utf-8"


class HealthPages:
    """Nothing that these pages say is secret, and nothing is changed by them."""

    def __init__(self, checks: Checks) -> None:
        self.stopping = False
        """Not ready for more, and nothing to be killed for: what is running is being finished."""
        self._checks = checks
        self._waiting = CollectorRegistry()
        self._waiting.register(BacklogCollector(checks.backlog))
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
        return _told("alive", (True, {"park": "stopping"}) if self.stopping else self._checks.live())

    def _ready(self) -> Page:
        return _told("ready", (False, {"park": "stopping"}) if self.stopping else self._checks.ready())

    def _metrics(self) -> Page:
        return "200 OK", CONTENT_TYPE_LATEST, generate_latest(REGISTRY) + generate_latest(self._waiting)


def _told(what: str, report: Report) -> Page:
    well, parts = report
    body = json.dumps({what: well, **parts}, ensure_ascii=False) + "\n"
    return "200 OK" if well else "503 Service Unavailable", "application/json", body.encode()


THREADS = 2
"""A look at the journal may wait two seconds; another probe is answered meanwhile."""


class Health:
    """Off where `listen` is None: then it does nothing."""

    def __init__(self, listen: str | None, checks: Checks) -> None:
        self._listen, self._site = listen, HealthPages(checks)
        self._server: _Server | None = None

    def start(self) -> None:
        """Raise SettingsError where that address can't be had."""
        if self._listen is not None:
            self._server = _Server(self._site, _bound(*address_of(self._listen)))

    def stopping(self) -> None:
        """Tell that no more is taken."""
        self._site.stopping = True

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is not None:
            self._server.stop()

    @property
    def port(self) -> int | None:
        """The one that was free, where 0 was asked for."""
        return self._server.port if self._server else None


class _Server:
    def __init__(self, site: WSGIApplication, listening: socket.socket) -> None:
        self.port = listening.getsockname()[1]
        self._map: dict[int, socket.socket] = {}
        server = create_server(site, map=self._map, sockets=[listening], threads=THREADS, ident=None)
        assert isinstance(server, BaseWSGIServer)  # noqa: S101 - what waitress makes of one socket
        self._server = server
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="health")
        self._thread.start()

    def stop(self) -> None:
        """The trigger is closed last: what it was could be another's file by then."""
        self._stopping = True
        self._server.pull_trigger()
        self._thread.join()
        wasyncore.close_all(self._map)
        self._server.task_dispatcher.shutdown()

    def _run(self) -> None:
        """Waitress's own loop has no end but the process's."""
        while not self._stopping:
            wasyncore.loop(timeout=30, use_poll=True, map=self._map, count=1)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(f"PARK_HEALTH_LISTEN: {host}:{port} can't be listened on: {error}") from error
