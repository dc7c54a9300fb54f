"""HTTP transport for httpx in which one deadline covers a whole call: connecting, TLS, sending and reading."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any

import httpcore
import httpx

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine is suspended, on platforms that have such a clock."""
IDLE_SECONDS = 20.0
"""How long an idle connection is kept: a firewall that has forgotten it would let a whole deadline run out."""
_latest_end: ContextVar[float] = ContextVar("latest_end", default=inf)
_deadline: ContextVar["Deadline"] = ContextVar("deadline")


def deadline_clock() -> float:
    """Returns the time in seconds on the clock of deadlines; only differences are meaningful."""
    return time.clock_gettime(_CLOCK)


@contextmanager
def cap_deadlines(latest: float | None) -> Iterator[None]:
    """Ends every deadline created in this context at `latest`, a time of `moment()`, or earlier; None: no cap."""
    token = _latest_end.set(inf if latest is None else latest)
    try:
        yield
    finally:
        _latest_end.reset(token)


class Deadline:
    """The point in time, `seconds` from its creation, by which a call with all its retries must have ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = min(deadline_clock() + seconds, _latest_end.get())

    def remaining(self) -> float:
        """Returns the seconds that remain, never below 0."""
        return max(0.0, self._end - deadline_clock())


@contextmanager
def use_deadline(deadline: Deadline) -> Iterator[None]:
    """Applies `deadline` to everything that `Transport` sends and reads in this context."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _remaining(timeout_error: type[httpcore.TimeoutException]) -> float:
    left = _deadline.get().remaining()
    if not left:
        raise timeout_error("the time is up")
    return left


# httpx's own time-outs apply to each read and write, so that a slowly trickling response would never end.
class _Stream(httpcore.NetworkStream):
    """Limits each operation to the time that remains, whatever time-out the caller passes."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _remaining(httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class _Backend(httpcore.SyncBackend):
    def __init__(self) -> None:
        self._resolver = _Resolver()
        self._answered: str | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Tries the host's addresses in turn, the one that answered last first; they share the time that remains."""
        error: httpcore.NetworkError | httpcore.TimeoutException = httpcore.ConnectError(f"{host} has no address")
        addresses = sorted(self._resolver.addresses(host, port), key=lambda one: one != self._answered)
        for index, address in enumerate(addresses):
            try:
                timeout = _remaining(httpcore.ConnectTimeout) / (len(addresses) - index)
                stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
            else:
                self._answered = address
                return _Stream(stream)
        raise error


class _Resolver:
    """Looks host names up in threads of its own: the system's look-up has no deadline."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, int], Future[list[str]]] = {}

    def addresses(self, host: str, port: int) -> list[str]:
        """Returns the addresses of a host; callers that wait for the same host share one look-up."""
        with self._lock:
            if (found := self._pending.get((host, port))) is None:
                found = self._pending[host, port] = Future()
                threading.Thread(target=self._look_up, args=(host, port, found), name="pbx-dns", daemon=True).start()
        try:
            return found.result(_remaining(httpcore.ConnectTimeout))
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host}: its address could not be looked up in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error

    def _look_up(self, host: str, port: int, found: Future[list[str]]) -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found.set_exception(error)
        else:
            found.set_result(list(dict.fromkeys(str(info[4][0]) for info in infos)))
        finally:
            with self._lock:
                del self._pending[host, port]


class Transport(httpx.BaseTransport):
    """Connection pool under `use_deadline`.

    Raises httpx.ConnectError when nothing was sent, and another httpx.TransportError once something may have been.
    """

    def __init__(self, context: ssl.SSLContext | None, connections: int) -> None:
        self._pool = httpcore.ConnectionPool(
            context, max_connections=connections, keepalive_expiry=IDLE_SECONDS, network_backend=_Backend()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends `request` and reads the response's head; iterating the response reads its body."""
        with _translated_errors():
            response = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    _unchanged_url(request.url),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close()


def _unchanged_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _translated_errors():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
        raise httpx.ConnectError(str(error)) from error
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise httpx.ReadError(str(error)) from error
