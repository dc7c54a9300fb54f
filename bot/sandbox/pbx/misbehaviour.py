"""What each kind of fault does to a request."""

import json
import threading
import time
from collections.abc import Callable, Iterator

from werkzeug.wrappers import Response

from bot.sandbox.pbx.faults import Fault, Kind
from bot.sandbox.pbx.problem import Refusal

Serve = Callable[[], Response]
"""Carries the request out, and gives the answer that it should have had."""
HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def misbehave(fault: Fault, serve: Serve) -> Response:
    """Raise ConnectionAbortedError for a connection to be dropped."""
    fault.reached.set()
    if fault.hold:
        fault.hold.wait()
    return ACTS[fault.kind](fault, serve)


def _status(fault: Fault, serve: Serve) -> Response:
    if fault.lands:
        serve()
    return _json(Refusal(fault.status, "UNKNOWN", "Something went wrong."))


def _gateway(fault: Fault, serve: Serve) -> Response:
    if fault.lands:
        serve()
    return Response(HTML, 502, content_type="text/html; charset=utf-8")


def _throttled(fault: Fault, serve: Serve) -> Response:
    response = _json(Refusal(429, "UNKNOWN", "Too many requests."))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _expired(fault: Fault, serve: Serve) -> Response:
    return _json(Refusal(401, "UNAUTHORIZED", "The access token is invalid or has expired."))


def _drop_before(fault: Fault, serve: Serve) -> Response:
    raise ConnectionAbortedError


def _drop_after(fault: Fault, serve: Serve) -> Response:
    serve()
    raise ConnectionAbortedError


def _late(fault: Fault, serve: Serve) -> Response:
    def land() -> None:
        serve()
        fault.landed.set()

    timer = threading.Timer(fault.seconds, land)
    timer.daemon = True
    timer.start()
    raise ConnectionAbortedError


def _trickle(fault: Fault, serve: Serve) -> Response:
    response = _with_body(serve)
    response.response = _drops(response.get_data(), fault.seconds)
    return response


def _drops(content: bytes, seconds: float) -> Iterator[bytes]:
    for at in range(len(content)):
        time.sleep(seconds)
        yield content[at : at + 1]


def _redirect(fault: Fault, serve: Serve) -> Response:
    return Response("", 307, headers={"Location": fault.location})


def _malformed(fault: Fault, serve: Serve) -> Response:
    response = _with_body(serve)
    response.set_data(response.get_data().rstrip()[:-1])
    return response


def _oversized(fault: Fault, serve: Serve) -> Response:
    """Spaces: a client without a limit would read it without noticing."""
    response = _with_body(serve)
    response.set_data(response.get_data() + b" " * fault.size)
    return response


def _with_body(serve: Serve) -> Response:
    """Something to spoil, even where the answer to a write has no body."""
    response = serve()
    if not response.get_data():
        response.status_code = 200
        response.set_data(b'{"result": "as you wished"}')
    return response


def _slow(fault: Fault, serve: Serve) -> Response:
    time.sleep(fault.seconds)
    return serve()


def _json(refusal: Refusal) -> Response:
    return Response(json.dumps(refusal.body()), refusal.status, content_type="application/json")


ACTS: dict[Kind, Callable[[Fault, Serve], Response]] = {
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
