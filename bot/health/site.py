"""The pages, as a plain WSGI application."""

import json
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.health.checks import Checks, Told
from bot.health.waiting import Waiting
from bot.metrics import REGISTRY

Page = tuple[str, str, bytes]
"""Status, content type, body."""
_TEXT = "text/plain; charset=utf-8"


class Site:
    """Nothing that these pages say is secret, and nothing is changed by them."""

    def __init__(self, checks: Checks) -> None:
        self.stopping = False
        """Not ready for more, and nothing to be killed for: what is running is being finished."""
        self._checks = checks
        self._waiting = CollectorRegistry()
        self._waiting.register(Waiting(checks.journal))
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


def _told(what: str, told: Told) -> Page:
    well, parts = told
    body = json.dumps({what: well, **parts}, ensure_ascii=False) + "\n"
    return "200 OK" if well else "503 Service Unavailable", "application/json", body.encode()
