"""HTTP mode: a server for Slack's requests that verifies their signatures."""

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from math import inf
from typing import Any, Protocol

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest
from slack_bolt.adapter.wsgi.http_response import WsgiHttpResponse
from slack_sdk.signature import SignatureVerifier
from waitress import wasyncore
from waitress.server import create_server

from bot.errors import SettingsError
from bot.runtime.acknowledgement import Acknowledgement
from bot.slack.app_manifest import REQUEST_PATH
from bot.slack.bolt_app import LISTENERS, Dispatches, Receiver

log = logging.getLogger(__name__)
logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of every short queue

_MAX_BODY = 1 << 20
"""Bytes of a request; Slack's have some thousand."""


class Pages(Protocol):
    """Pages for people beside the address for Slack, such as those of the installation."""

    def handle(self, request: BoltRequest, path: str) -> BoltResponse | None:
        """Answers a GET request; None if there is no such page."""


class SignedRequestHandler(SlackRequestHandler):
    """Bolt's WSGI adapter, with the SDK's verification of signature and timestamp before Bolt parses a body."""

    def __init__(self, app: Dispatches, path: str, secret: str | None, pages: Pages | None = None) -> None:
        super().__init__(app, path)  # type: ignore[arg-type]  # of an App it uses only what is overridden here
        self._verifier, self._pages = SignatureVerifier(secret) if secret else None, pages

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers a request, and then does what waits for that.

        The body is written and not returned: Waitress sends at once what is written (PEP 3333, `write`), and what is
        returned once this method has ended.
        """
        acknowledgement, writers = Acknowledgement(), list[Callable[[bytes], Any]]()

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            writers.append(start_response(status, headers))

        try:
            with acknowledgement.awaited():
                body = b"".join(super().__call__(environ, start))  # type: ignore[arg-type]  # it calls `start` so
            writers[0](body)
        finally:
            acknowledgement.sent()
        return ()

    def _get_http_response(self, request: WsgiHttpRequest) -> WsgiHttpResponse:
        """Answers people's requests for pages, which have no signature, and what Slack posts."""
        if request.method == "GET":
            response = self._pages and self._pages.handle(_unsigned(request), request.path)
            response = response or BoltResponse(status=404, body="Not Found")
            return WsgiHttpResponse(status=response.status, headers=response.headers, body=response.body)
        return super()._get_http_response(request)

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        """Passes a signed request to Bolt; returns 401 for one that is not signed, or older than five minutes."""
        if self._verifier is None:  # payloads come over Socket Mode
            return BoltResponse(status=404)
        body, headers = request.environ["wsgi.input"].read(), request.get_headers()
        if b"ssl_check=1" in body.split(b"&"):  # Slack's check of the certificate may come without a signature
            return BoltResponse(status=200)
        if not self._is_valid(body, headers.get("x-slack-request-timestamp"), headers.get("x-slack-signature")):
            log.warning(
                "Refused what %s sent: its signature is not Slack's, or five minutes off by this machine's clock",
                request.environ.get("REMOTE_ADDR"),
            )
            return BoltResponse(status=401)
        return self.app.dispatch(BoltRequest(body=body.decode(), query=request.query_string, headers=headers))

    def _is_valid(self, body: bytes, timestamp: object, signature: object) -> bool:
        try:
            return self._verifier is not None and self._verifier.is_valid(body, timestamp, signature)  # type: ignore[arg-type]
        except (TypeError, ValueError):  # missing, no number, no ASCII or no UTF-8
            return False


def _unsigned(request: WsgiHttpRequest) -> BoltRequest:
    return BoltRequest(body="", query=request.query_string, headers=request.get_headers())


class HTTPMode:
    """Receives over HTTP with Waitress, which reads a whole request before it uses a thread for it."""

    def __init__(
        self,
        app: Dispatches,
        secret: str | None,
        listen: tuple[str, int],
        *,
        proxy: str | None = None,
        pages: Pages | None = None,
    ) -> None:
        """Prepares the server without listening yet.

        Args:
            secret: The app's signing secret; None serves only the pages.
            pages: Those with which people install the app, if it can be installed over OAuth.
            proxy: Address of the proxy whose X-Forwarded headers are trusted.
        """
        self._listen, self._proxy = listen, proxy
        self._handler = SignedRequestHandler(app, REQUEST_PATH, secret, pages)
        self._stopping = threading.Event()
        self._sockets: dict[int, Any] = {}
        self._thread = threading.Thread(target=self._serve, name="http-mode")

    def start(self) -> None:
        """Starts to listen; raises SettingsError where the address can't be used."""
        self._server: Any = create_server(
            self._handler,
            map=self._sockets,
            sockets=[_listening_socket(self._listen)],
            threads=LISTENERS,
            ident=None,
            max_request_body_size=_MAX_BODY,
            clear_untrusted_proxy_headers=True,
            **_proxy_options(self._proxy),
        )
        self._thread.start()

    def stop(self) -> None:
        """Answers the requests that were received completely, and closes the server.

        The server with its trigger is closed last: another file could get the trigger's descriptor.
        """
        was_stopping = self._stopping.is_set()
        self._stopping.set()
        if was_stopping or self._thread.ident is None:
            return
        self._server.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown()
        self._server.close()

    @property
    def connected(self) -> bool:
        """Whether a request would be answered."""
        return self._thread.is_alive() and not self._stopping.is_set()

    @property
    def alive(self) -> bool:
        """Whether its thread runs or was not started yet."""
        return self._thread.ident is None or self._thread.is_alive()

    @property
    def problem(self) -> str | None:
        """None: Slack rejects no connections, because Park opens none."""
        return None

    @property
    def where(self) -> str:
        """The URL behind the proxy."""
        host, port = self._server.effective_host, self._server.effective_port
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{REQUEST_PATH}"

    def _serve(self) -> None:
        """Runs the server until `stop`, and then until the last received request is answered."""
        while not self._stopping.is_set():
            self._poll()
        wasyncore.dispatcher.close(self._server)  # accepts no more connections
        while self._server.active_channels:
            self._server.maintenance(inf)  # closes idle connections
            self._poll()

    def _poll(self) -> None:
        wasyncore.loop(timeout=1, use_poll=True, map=self._sockets, count=1)


def _listening_socket(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        return socket.create_server(address, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(f"PARK_HTTP_LISTEN: {host}:{port} can't be listened on: {error.strerror}") from error


def _proxy_options(proxy: str | None) -> dict[str, Any]:
    headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {} if proxy is None else {"trusted_proxy": proxy, "trusted_proxy_headers": headers}


class SocketModeWithPages:
    """Receives over Socket Mode, and serves pages for people over HTTP beside it."""

    def __init__(self, socket_mode: Receiver, pages: Receiver) -> None:
        self._socket_mode, self._pages = socket_mode, pages

    def start(self) -> None:
        """Starts both; raises as they do."""
        self._pages.start()
        self._socket_mode.start()

    def stop(self) -> None:
        """Stops both."""
        self._socket_mode.stop()
        self._pages.stop()

    @property
    def connected(self) -> bool:
        """Whether Slack can deliver payloads now."""
        return self._socket_mode.connected

    @property
    def alive(self) -> bool:
        """Whether the threads of both run or were not started yet."""
        return self._socket_mode.alive and self._pages.alive

    @property
    def problem(self) -> str | None:
        """Why Slack rejects connections, with the remedy; None if it does not."""
        return self._socket_mode.problem

    @property
    def where(self) -> str:
        """How Slack delivers payloads, and where the pages are."""
        return f"{self._socket_mode.where}, pages at {self._pages.where}"
