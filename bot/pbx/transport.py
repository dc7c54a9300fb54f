"""Httpx transport with one wall-clock deadline per call."""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any

import httpcore
import httpx

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""One that goes on while the machine sleeps, where there is one."""
_latest: ContextVar[float] = ContextVar("latest", default=inf)


def moment() -> float:
    """Now, in seconds since any time."""
    return time.clock_gettime(_CLOCK)


@contextmanager
def over_by(latest: float | None) -> Iterator[None]:
    """Every deadline that this thread sets meanwhile ends by that moment."""
    token = _latest.set(inf if latest is None else latest)
    try:
        yield
    finally:
        _latest.reset(token)


class Deadline:
    """A moment `seconds` from now, by the wall's clock and not by the sum of anybody's time-outs."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = min(moment() + seconds, _latest.get())

    def left(self) -> float:
        """Seconds, never below 0."""
        return max(0.0, self._end - moment())


_deadline: ContextVar[Deadline] = ContextVar("deadline")


@contextmanager
def under(deadline: Deadline) -> Iterator[None]:
    """Everything that this thread sends and reads meanwhile ends by then."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _left(late: type[httpcore.TimeoutException]) -> float:
    left = _deadline.get().left()
    if not left:
        raise late("the time is up")
    return left


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Try each address of the host with the time that is left, not each with the whole."""
        error: httpcore.NetworkError | httpcore.TimeoutException = httpcore.ConnectError(f"{host} has no address")
        for found in _addresses(host, port):
            try:
                left = _left(httpcore.ConnectTimeout)
                return _Stream(super().connect_tcp(found, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error


def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host}: {error}") from error


class Transport(httpx.BaseTransport):
    """Raises httpx.ConnectError when nothing was sent, any other httpx.TransportError after that."""

    def __init__(self, context: ssl.SSLContext | None, connections: int) -> None:
        self._pool = httpcore.ConnectionPool(context, max_connections=connections, network_backend=_Backend())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the answer's head; the body is read by whoever iterates it."""
        with _in_httpx_words():
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    _verbatim(request.url),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def _verbatim(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _in_httpx_words():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _in_httpx_words() -> Iterator[None]:
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
        raise httpx.ConnectError(str(error)) from error
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise httpx.ReadError(str(error)) from error
