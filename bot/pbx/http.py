"""Sends single requests to the PBX: concurrency limit, retries, metrics of calls."""

import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import httpx
import stamina
from stamina.instrumentation import set_on_retry_hooks

from bot.errors import PBXError, Said, SettingsError
from bot.pbx.requests import ApiRequest, ApiResponse, Dropped, NotSent, Throttled, build_url, parse_base_url
from bot.pbx.tls import tls_context
from bot.pbx.transport import Deadline, Transport, use_deadline
from bot.runtime.metrics import PBX_CALLS, PBX_ERRORS
from bot.runtime.scope import current_pbx
from bot.texts import pbx as texts

T = TypeVar("T")

MAX_RESPONSE_BYTES = 16 * 1024 * 1024
"""Limit of one response's body: a page of 100 items has about 50 KB, but the list of members has no pages."""
SLOW_AFTER = 1.5
"""Seconds without a response from which people are told that the PBX is slow."""
MAX_ATTEMPTS = 4
"""Attempts of one call, the first included."""
MAX_BACKOFF = 0.5
"""Longest pause between two attempts in seconds, unless the PBX sent Retry-After."""
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "park-bot"}

log = logging.getLogger(__name__)

# The last failure is raised and logged; one log line for each attempt would only be noise.
set_on_retry_hooks(())


class CallStats:
    """Logs and counts the calls to one PBX and keeps the state of the last one. Thread-safe."""

    def __init__(self) -> None:
        self.state = "not asked yet"
        self._failure: Said | None = None
        self._pbx = current_pbx()
        self._began: dict[int, float] = {}  # by thread

    @property
    def trouble(self) -> str:
        """What is wrong with the PBX right now, as text for users; empty if it answers as it should."""
        slow = time.monotonic() - SLOW_AFTER
        if self._failure is not None:
            return self._failure()
        return texts.SLOW if any(began < slow for began in tuple(self._began.values())) else ""

    def record_begin(self) -> None:
        """Records that this thread sends a request."""
        self._began[threading.get_ident()] = time.monotonic()

    def record_end(self) -> None:
        """Records that this thread's request has ended, with or without a response."""
        self._began.pop(threading.get_ident(), None)

    def record_response(self, request: ApiRequest, response: ApiResponse, started: float) -> None:
        """Records a response of any status; `started` is the request's time by `time.monotonic()`."""
        seconds = time.monotonic() - started
        self.state = "answers" if response.status < 500 else f"fails: HTTP {response.status}"
        self._failure = None if response.status < 500 else lambda: texts.failed(response.status)
        PBX_CALLS.labels(request.method, request.route, self._pbx).observe(seconds)
        if response.status >= 300:
            PBX_ERRORS.labels(request.method, request.route, f"{response.status // 100}xx", self._pbx).inc()
        level = logging.INFO if request.write else logging.DEBUG
        log.log(level, "%s %s: HTTP %d in %.0f ms", request.method, request.route, response.status, seconds * 1000)

    def record_failure(self, request: ApiRequest, error: PBXError) -> None:
        """Records a request that was not sent, or whose response was lost or unusable."""
        self.state, self._failure = "does not answer", lambda: error.said
        kind = "not sent" if isinstance(error, NotSent) else "no answer"
        PBX_ERRORS.labels(request.method, request.route, kind, self._pbx).inc()
        log.log(logging.WARNING if request.write else logging.INFO, "%s %s: %s", request.method, request.route, kind)


class HttpSender:
    """Sends requests from any thread, at most `in_flight` at a time.

    Uses the transport without httpx's client: its redirects, cookies and proxies from the environment could pass the
    token to another host, and it would take a tenth of a change's CPU time.
    """

    def __init__(self, url: str, *, ca_file: Path | None, verify: bool, in_flight: int) -> None:
        self.base_url = parse_base_url(url)
        self.stats = CallStats()
        self._slots = threading.BoundedSemaphore(in_flight)
        self._ca_file, self._verify, self._in_flight = ca_file, verify, in_flight
        self._ca_version = _version(ca_file)
        self._transport = self._new_transport()
        self._closed = False

    def send(self, request: ApiRequest, deadline: Deadline, *, token: str | None = None) -> ApiResponse:
        """Sends once and reads the whole response; raises NotSent, or `request`'s error for a lost or invalid one."""
        url = build_url(self.base_url, request.path, request.query)
        self.stats.record_begin()
        try:
            return self._send_in_slot(request, url, deadline, _headers(request, token))
        except PBXError as error:
            self.stats.record_failure(request, error)
            raise
        finally:
            self.stats.record_end()

    def close(self) -> None:
        """Closes every connection; later requests raise NotSent."""
        self._closed = True
        self._transport.close()

    def _new_transport(self) -> Transport:
        context = tls_context(httpx.URL(self.base_url), self._ca_file, verify=self._verify)
        return Transport(context, self._in_flight)

    def _reload_certificates(self) -> None:
        """Trusts what PBX_CA_FILE holds now, if it has changed; later requests connect anew."""
        if (version := _version(self._ca_file)) == self._ca_version:
            return
        try:
            self._transport, self._ca_version = self._new_transport(), version
        except SettingsError as error:
            log.warning("the certificates are not read again: %s", error)

    def _send_in_slot(
        self, request: ApiRequest, url: httpx.URL, deadline: Deadline, headers: Mapping[str, str]
    ) -> ApiResponse:
        if not self._slots.acquire(timeout=deadline.remaining()):
            raise NotSent(
                f"{request}: too many other calls were waiting for the PBX for {deadline.seconds:g} s",
                said=lambda: texts.OVERLOADED,
            )
        try:
            with use_deadline(deadline):
                return self._exchange(request, url, headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._reload_certificates()
            raise NotSent(f"{request}: the PBX can't be reached: {error}", said=_connect_failure(error)) from error
        except httpx.ReadTimeout as error:
            raise request.response_lost(f"no answer within {deadline.seconds:g} s", lambda: texts.TIMED_OUT) from error
        except httpx.RequestError as error:
            raise request.response_lost(f"the connection broke: {error}", lambda: texts.CONNECTION_BROKE) from error
        finally:
            self._slots.release()

    def _exchange(self, request: ApiRequest, url: httpx.URL, headers: Mapping[str, str]) -> ApiResponse:
        if self._closed:
            raise NotSent(f"{request}: the connection to the PBX was closed", said=lambda: texts.CLOSED)
        started = time.monotonic()
        http_request = httpx.Request(request.method, url, content=request.content, headers=headers)
        with closing(self._transport.handle_request(http_request)) as http_response:
            body = bytearray()
            for chunk in http_response.iter_bytes():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise request.response_invalid(f"the answer is longer than {MAX_RESPONSE_BYTES} bytes")
        response = ApiResponse(status=http_response.status_code, body=bytes(body), headers=dict(http_response.headers))
        self.stats.record_response(request, response, started)
        return response


def _connect_failure(error: BaseException) -> Said:
    """Returns why no connection was made, for users: what refused it is the cause of the cause."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return lambda: texts.CONNECTION_REFUSED
        if isinstance(cause, ssl.SSLError):
            reason = cause.reason or "the handshake failed"
            return lambda: texts.insecure(reason)
        cause = cause.__cause__ or cause.__context__
    timed_out = isinstance(error, httpx.ConnectTimeout)
    return lambda: texts.TIMED_OUT if timed_out else texts.UNREACHABLE


def _version(file: Path | None) -> tuple[int, int] | None:
    """Returns what changes when the file does; None if there is none."""
    try:
        status = file.stat() if file else None
    except OSError:
        return None
    return status and (status.st_mtime_ns, status.st_size)


def _headers(request: ApiRequest, token: str | None) -> dict[str, str]:
    headers = {**_HEADERS, **request.headers, **({} if token is None else {"Authorization": f"Bearer {token}"})}
    return headers if request.content is None else {**headers, "Content-Type": request.content_type}


def retrying(deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Repeats `attempt` after NotSent, Dropped and Throttled while `deadline` leaves time for it."""

    def backoff(error: Exception) -> bool | float:
        if isinstance(error, Throttled) and error.after is not None:
            return error.after if error.after < deadline.remaining() else False
        return isinstance(error, NotSent | Dropped | Throttled) and deadline.remaining() > MAX_BACKOFF

    return _CALLER(backoff, attempt)


_CALLER = stamina.RetryingCaller(attempts=MAX_ATTEMPTS, timeout=None, wait_max=MAX_BACKOFF, wait_jitter=0.1)
