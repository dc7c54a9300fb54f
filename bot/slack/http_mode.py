"""HTTP mode; request signatures."""

import logging
import socket
import threading
from collections.abc import Iterable, Mapping
from math import inf
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest
from slack_sdk.signature import SignatureVerifier
from waitress import wasyncore
from waitress.server import create_server

from bot.errors import SettingsError
from bot.slack.bolt_app import LISTENERS

log = logging.getLogger(__name__)


class SignedRequestHandler(SlackRequestHandler):
    """Bolt's adapter for WSGI; the SDK's check of signature and time, which is Bolt's, comes before Bolt parses."""

    def __init__(self, app: App, path: str, secret: str) -> None:
        super().__init__(app, path)
        self._verifier = SignatureVerifier(secret)

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        """401 for what is not Slack's, or older than five minutes."""
        body, headers = request.environ["wsgi.input"].read(), request.get_headers()
        if b"ssl_check=1" in body.split(b"&"):  # Slack looks at the certificate, and may do so without a signature
            return BoltResponse(status=200)
        if not self._is_slacks(body, headers.get("x-slack-request-timestamp"), headers.get("x-slack-signature")):
            log.warning(
                "Refused what %s sent: its signature is not Slack's, or five minutes off by this machine's clock",
                request.environ.get("REMOTE_ADDR"),
            )
            return BoltResponse(status=401)
        return self.app.dispatch(BoltRequest(body=body.decode(), query=request.query_string, headers=headers))

    def _is_slacks(self, body: bytes, at: object, signature: object) -> bool:
        try:
            return self._verifier.is_valid(body, at, signature)  # type: ignore[arg-type]
        except (TypeError, ValueError):  # no number, no ASCII, no UTF-8: Slack sends none such
            return False


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
        self._slack, self._beside = SignedRequestHandler(app, PATH, secret), beside or {}
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
