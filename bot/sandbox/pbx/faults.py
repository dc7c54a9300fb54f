"""Injected faults: which request fails, and how."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from werkzeug.wrappers import Response

from bot.sandbox.pbx.switches import ErrorResponse


class FaultKind(StrEnum):
    """How a request fails; unless the text says otherwise, the request is carried out."""

    STATUS = "an error of `status` with a JSON body; carried out only if `lands`"
    GATEWAY = "502 with HTML; carried out only if `lands`"
    THROTTLED = "429, with Retry-After if `retry_after`; not carried out"
    EXPIRED = "401 as for an expired token; not carried out"
    DROP_BEFORE = "the connection is dropped; not carried out"
    DROP_AFTER = "the connection is dropped once it was carried out"
    LATE = "the connection is dropped at once; carried out `seconds` later"
    TRICKLE = "the body comes a byte every `seconds`"
    REDIRECT = "307 to `location`; not carried out"
    MALFORMED = "the body is cut JSON"
    OVERSIZED = "the body is JSON, and `size` bytes larger than it had to be"
    SLOW = "`seconds` of waiting first, then as usual"


@dataclass(kw_only=True, eq=False)
class Fault:
    """Applies `kind` to the next `times` requests whose "METHOD /api/path" matches the pattern; None is all."""

    kind: FaultKind
    match: str = "*"
    times: int | None = 1
    status: int = 500
    seconds: float = 0.5
    retry_after: str | None = None
    location: str = "http://elsewhere.invalid/api"
    size: int = 10_000_000
    lands: bool = False
    hold: threading.Event | None = None
    """The request waits for this event before anything is done."""
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when a request has met this fault."""
    landed: threading.Event = field(default_factory=threading.Event)
    """Set when a LATE write was carried out."""


class FaultQueue:
    """Pending faults, of which the first that matches is used, and latencies in seconds."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.latencies: dict[str, float] = {}
        """Seconds by pattern, instead of `latency`; the first match counts."""
        self.pending: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Appends a fault."""
        with self._lock:
            self.pending.append(fault)
        return fault

    def clear(self) -> None:
        """Removes all faults and latencies."""
        with self._lock:
            self.pending.clear()
            self.latencies.clear()
            self.latency = 0.0

    def delay(self, line: str) -> float:
        """Returns the latency of a request."""
        with self._lock:
            own = (seconds for pattern, seconds in self.latencies.items() if fnmatchcase(line, pattern))
            return next(own, self.latency)

    def take(self, line: str) -> Fault | None:
        """Returns the fault for a request and counts it as used."""
        with self._lock:
            fault = next((fault for fault in self.pending if fnmatchcase(line, fault.match)), None)
            if fault and fault.times is not None:
                fault.times -= 1
                self.pending = [other for other in self.pending if other.times != 0]
            return fault


Handle = Callable[[], Response]
"""Carries the request out and returns the normal response."""
BAD_GATEWAY_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def apply_fault(fault: Fault, serve: Handle) -> Response:
    """Applies the fault; ConnectionAbortedError makes the server drop the connection."""
    fault.reached.set()
    if fault.hold:
        fault.hold.wait()
    return _FAULT_HANDLERS[fault.kind](fault, serve)


def _status(fault: Fault, serve: Handle) -> Response:
    if fault.lands:
        serve()
    return _json_response(ErrorResponse(fault.status, "UNKNOWN", "Something went wrong."))


def _gateway(fault: Fault, serve: Handle) -> Response:
    if fault.lands:
        serve()
    return Response(BAD_GATEWAY_HTML, 502, content_type="text/html; charset=utf-8")


def _throttled(fault: Fault, serve: Handle) -> Response:
    response = _json_response(ErrorResponse(429, "UNKNOWN", "Too many requests."))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _expired(fault: Fault, serve: Handle) -> Response:
    return _json_response(ErrorResponse(401, "UNAUTHORIZED", "The access token is invalid or has expired."))


def _drop_before(fault: Fault, serve: Handle) -> Response:
    raise ConnectionAbortedError


def _drop_after(fault: Fault, serve: Handle) -> Response:
    serve()
    raise ConnectionAbortedError


def _late(fault: Fault, serve: Handle) -> Response:
    def land() -> None:
        serve()
        fault.landed.set()

    timer = threading.Timer(fault.seconds, land)
    timer.daemon = True
    timer.start()
    raise ConnectionAbortedError


def _trickle(fault: Fault, serve: Handle) -> Response:
    response = _response_with_body(serve)
    response.response = _one_byte_at_a_time(response.get_data(), fault.seconds)
    return response


def _one_byte_at_a_time(content: bytes, seconds: float) -> Iterator[bytes]:
    for at in range(len(content)):
        time.sleep(seconds)
        yield content[at : at + 1]


def _redirect(fault: Fault, serve: Handle) -> Response:
    return Response("", 307, headers={"Location": fault.location})


def _malformed(fault: Fault, serve: Handle) -> Response:
    response = _response_with_body(serve)
    response.set_data(response.get_data().rstrip()[:-1])
    return response


def _oversized(fault: Fault, serve: Handle) -> Response:
    """Appends spaces, which are valid JSON that a client without a limit would read."""
    response = _response_with_body(serve)
    response.set_data(response.get_data() + b" " * fault.size)
    return response


def _response_with_body(serve: Handle) -> Response:
    """Returns a response that has a body to spoil; responses to writes may have none."""
    response = serve()
    if not response.get_data():
        response.status_code = 200
        response.set_data(b'{"result": "as you wished"}')
    return response


def _slow(fault: Fault, serve: Handle) -> Response:
    time.sleep(fault.seconds)
    return serve()


def _json_response(refusal: ErrorResponse) -> Response:
    return Response(json.dumps(refusal.body()), refusal.status, content_type="application/json")


_FAULT_HANDLERS: dict[FaultKind, Callable[[Fault, Handle], Response]] = {
    FaultKind.STATUS: _status,
    FaultKind.GATEWAY: _gateway,
    FaultKind.THROTTLED: _throttled,
    FaultKind.EXPIRED: _expired,
    FaultKind.DROP_BEFORE: _drop_before,
    FaultKind.DROP_AFTER: _drop_after,
    FaultKind.LATE: _late,
    FaultKind.TRICKLE: _trickle,
    FaultKind.REDIRECT: _redirect,
    FaultKind.MALFORMED: _malformed,
    FaultKind.OVERSIZED: _oversized,
    FaultKind.SLOW: _slow,
}
