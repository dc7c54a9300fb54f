"""The site, served by threads of its own: nothing that Park does waits for who watches it."""

import socket
import threading
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from bot.errors import SettingsError
from bot.health.checks import Checks
from bot.health.site import Site
from bot.listen import address_of

THREADS = 2
"""A look at the journal may wait two seconds; another probe is answered meanwhile."""


class Health:
    """Off where `listen` is None: then it does nothing."""

    def __init__(self, listen: str | None, checks: Checks) -> None:
        self._listen, self._site = listen, Site(checks)
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
