"""What goes wrong on purpose: scripted, matched by method and path, used up."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from werkzeug.wrappers import Response

from bot.sandbox.pbx.switches import Refusal


class Kind(StrEnum):
    """How a request fails. Where nothing else is said, the request was carried out as usual."""

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
    """Does its `kind` to the next `times` requests whose "METHOD /api/path" fits the pattern; None: to all."""

    kind: Kind
    match: str = "*"
    times: int | None = 1
    status: int = 500
    seconds: float = 0.5
    retry_after: str | None = None
    location: str = "http://elsewhere.invalid/api"
    size: int = 10_000_000
    lands: bool = False
    hold: threading.Event | None = None
    """The request waits, before anything is done, until this is set."""
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when a request met this fault."""
    landed: threading.Event = field(default_factory=threading.Event)
    """Set when a late write was carried out."""


class FaultQueue:
    """The script; the first fault that fits is used. `latency` in seconds goes before every answer."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.latencies: dict[str, float] = {}
        """By pattern, instead of the general one; the first that fits."""
        self.pending: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Last in the script."""
        with self._lock:
            self.pending.append(fault)
        return fault

    def clear(self) -> None:
        """No faults and no latency any more."""
        with self._lock:
            self.pending.clear()
            self.latencies.clear()
            self.latency = 0.0

    def delay(self, line: str) -> float:
        """Seconds to wait with this request."""
        with self._lock:
            own = (seconds for pattern, seconds in self.latencies.items() if fnmatchcase(line, pattern))
            return next(own, self.latency)

    def take(self, line: str) -> Fault | None:
        """The fault for this request, used up by one."""
        with self._lock:
            fault = next((fault for fault in self.pending if fnmatchcase(line, fault.match)), None)
            if fault and fault.times is not None:
                fault.times -= 1
                self.pending = [other for other in self.pending if other.times != 0]
            return fault


Handle = Callable[[], Response]
"""Carries the request out, and gives the answer that it should have had."""
BAD_GATEWAY_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def apply_fault(fault: Fault, serve: Handle) -> Response:
    """Raise ConnectionAbortedError for a connection to be dropped."""
    fault.reached.set()
    if fault.hold:
        fault.hold.wait()
    return _FAULT_HANDLERS[fault.kind](fault, serve)


def _status(fault: Fault, serve: Handle) -> Response:
    if fault.lands:
        serve()
    return _json_response(Refusal(fault.status, "UNKNOWN", "Something went wrong."))


def _gateway(fault: Fault, serve: Handle) -> Response:
    if fault.lands:
        serve()
    return Response(BAD_GATEWAY_HTML, 502, content_type="text/html; charset=utf-8")


def _throttled(fault: Fault, serve: Handle) -> Response:
    response = _json_response(Refusal(429, "UNKNOWN", "Too many requests."))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _expired(fault: Fault, serve: Handle) -> Response:
    return _json_response(Refusal(401, "UNAUTHORIZED", "The access token is invalid or has expired."))


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
    """Spaces: a client without a limit would read it without noticing."""
    response = _response_with_body(serve)
    response.set_data(response.get_data() + b" " * fault.size)
    return response


def _response_with_body(serve: Handle) -> Response:
    """Something to spoil, even where the answer to a write has no body."""
    response = serve()
    if not response.get_data():
        response.status_code = 200
        response.set_data(b'{"result": "as you wished"}')
    return response


def _slow(fault: Fault, serve: Handle) -> Response:
    time.sleep(fault.seconds)
    return serve()


def _json_response(refusal: Refusal) -> Response:
    return Response(json.dumps(refusal.body()), refusal.status, content_type="application/json")


_FAULT_HANDLERS: dict[Kind, Callable[[Fault, Handle], Response]] = {
    Kind.STATUS: _status,
    Kind.GATEWAY: _gateway,
    Kind.THROTTLED: _throttled,
    Kind.EXPIRED: _expired,
    Kind.DROP_BEFORE: _drop_before,
    Kind.DROP_AFTER: _drop_after,
    Kind.LATE: _late,
    Kind.TRICKLE: _trickle,
    Kind.REDIRECT: _redirect,
    Kind.MALFORMED: _malformed,
    Kind.OVERSIZED: _oversized,
    Kind.SLOW: _slow,
}
