"""Injected faults of the HTTP endpoints, and the interceptor that applies them and records calls."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from flask import Response, jsonify

from bot.sandbox.slack.model import ApiCall, Json
from bot.sandbox.slack.state import SlackState


class Drop(Enum):
    """The connection ends without a response."""

    BEFORE = "nothing was done"
    AFTER = "the call was done"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`what` is a Slack error code, an HTTP status, or a Drop."""

    what: str | int | Drop
    retry_after: int = 1


class FaultQueue:
    """Pending faults by method: `*` is any method, `response_url`, `upload_url` and `file_download` those addresses."""

    def __init__(self, state: SlackState) -> None:
        self._state = state
        self._waiting: dict[str, list[Fault]] = {}
        self._latency: dict[str, float] = {}

    def fail(
        self, method: str, error: str | int | Drop = "ratelimited", *, times: int = 1, retry_after: int = 1
    ) -> None:
        """Makes the next `times` calls of `method` fail with a Slack error code, an HTTP status, or a Drop."""
        with self._state.changed:
            self._waiting.setdefault(method, []).extend([Fault(what=error, retry_after=retry_after)] * times)

    def latency(self, method: str, seconds: float) -> None:
        """Delays every call of `method`; 0 ends it."""
        with self._state.changed:
            self._latency[method] = seconds

    def clear(self) -> None:
        """Removes all faults and latencies."""
        with self._state.changed:
            self._waiting.clear()
            self._latency.clear()

    def take(self, method: str) -> Fault | None:
        """Removes and returns the fault for a call, or None."""
        with self._state.changed:
            line = self._waiting.get(method) or self._waiting.get("*")
            return line.pop(0) if line else None

    def waiting(self, method: str) -> int:
        """Returns the number of pending faults of the method."""
        with self._state.changed:
            return len(self._waiting.get(method, ()))

    def waits(self, method: str) -> str | int | Drop | None:
        """Returns the next fault of exactly this method, or None."""
        with self._state.changed:
            line = self._waiting.get(method)
            return line[0].what if line else None

    def latency_of(self, method: str) -> float:
        """Returns the seconds set for exactly this method."""
        with self._state.changed:
            return self._latency.get(method, 0.0)

    def delay(self, method: str) -> None:
        """Sleeps for the method's latency, or until the workspace stops."""
        with self._state.changed:
            seconds = self._latency.get(method, self._latency.get("*", 0.0))
        if seconds:
            self._state.wait(lambda: False, seconds)


class CallInterceptor:
    """Applies latency and faults to a call, and records it."""

    def __init__(self, state: SlackState, faults: FaultQueue) -> None:
        self._state = state
        self._faults = faults

    def handle(self, name: str, args: Json, token: str, answer: Callable[[], Response]) -> Response:
        """Returns the response or the injected fault; ConnectionAbortedError drops the connection."""
        self._faults.delay(name)
        fault = self._faults.take(name)
        given = answer() if fault is None or fault.what is Drop.AFTER else _fault_response(fault)
        if fault and isinstance(fault.what, Drop):
            given = None
        self._record(name, args, token, given)
        if given is None:
            raise ConnectionAbortedError("a fault was asked for")
        return given

    def _record(self, name: str, args: Json, token: str, answer: Response | None) -> None:
        body = answer.get_json(silent=True) if answer is not None else None
        with self._state.changed:
            self._state.calls.append(ApiCall(method=name, args=args, answer=body, token=token))
            self._state.changed.notify_all()


def _fault_response(fault: Fault) -> Response | None:
    if isinstance(fault.what, Drop):
        return None
    if isinstance(fault.what, int):
        return Response("upstream connect error", status=fault.what, mimetype="text/plain")
    answer = jsonify({"ok": False, "error": fault.what})
    if fault.what == "ratelimited":
        answer.status_code = 429
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer
