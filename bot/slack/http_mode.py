"""HTTP mode: Slack posts to a request URL, and a proxy that ends TLS in front passes that on to here."""

import logging
import socket
import threading
from collections.abc import Iterable, Mapping
from math import inf
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_bolt import App
from waitress import wasyncore
from waitress.server import create_server

from bot.errors import SettingsError
from bot.slack.receiver import LISTENERS
from bot.slack.signed import Signed

PATH = "/slack/events"
"""Of the request URL, for commands, interactions, options and events alike."""
_LARGEST = 1 << 20
"""Bytes of a request: Slack's have some thousand."""

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # thirty people at once are no news


class HTTPMode:
    """Waitress reads whole requests before it spends a thread on them, so that no slow sender keeps Slack waiting."""

    def __init__(
        self,
        app: App,
        secret: str,
        listen: tuple[str, int],
        *,
        proxy: str | None = None,
        beside: Mapping[str, WSGIApplication] | None = None,
    ) -> None:
        """`proxy` is the address whose X-Forwarded headers are believed; `beside` has what is served at other paths."""
        self._listen, self._proxy = listen, proxy
        self._slack, self._beside = Signed(app, PATH, secret), beside or {}
        self._stopping = threading.Event()
        self._sockets: dict[int, Any] = {}
        self._thread = threading.Thread(target=self._serve, name="http-mode")

    def start(self) -> None:
        """Raise SettingsError where that address can't be listened on."""
        self._server: Any = create_server(
            self,
            map=self._sockets,
            sockets=[_listening(self._listen)],
            threads=LISTENERS,
            ident=None,
            max_request_body_size=_LARGEST,
            clear_untrusted_proxy_headers=True,
            **_believing(self._proxy),
        )
        self._thread.start()

    def stop(self) -> None:
        """What came in whole is answered. The trigger is closed last: what it was could be another's file by then."""
        again = self._stopping.is_set()
        self._stopping.set()
        if again or self._thread.ident is None:
            return
        self._server.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown()
        self._server.close()

    @property
    def connected(self) -> bool:
        """Whether somebody would answer."""
        return self._thread.is_alive() and not self._stopping.is_set()

    @property
    def alive(self) -> bool:
        return self._thread.ident is None or self._thread.is_alive()

    @property
    def where(self) -> str:
        """The address behind the proxy."""
        host, port = self._server.effective_host, self._server.effective_port
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._beside.get(environ["PATH_INFO"], self._slack)(environ, start_response)

    def _serve(self) -> None:
        """Until told to stop, then until the last request that was taken is answered."""
        while not self._stopping.is_set():
            self._turn()
        wasyncore.dispatcher.close(self._server)  # nobody comes in any more
        while self._server.active_channels:
            self._server.maintenance(inf)  # ends the connections for which nothing is done
            self._turn()

    def _turn(self) -> None:
        wasyncore.loop(timeout=1, use_poll=True, map=self._sockets, count=1)


def _listening(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        return socket.create_server(address, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(f"PARK_HTTP_LISTEN: {host}:{port} can't be listened on: {error.strerror}") from error


def _believing(proxy: str | None) -> dict[str, Any]:
    headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {} if proxy is None else {"trusted_proxy": proxy, "trusted_proxy_headers": headers}
