"""What every request passes on its way in and out: latency, faults, and the record of calls."""

from collections.abc import Callable

from flask import Response, jsonify

from bot.sandbox.slack.faults import Drop, Fault, Faults
from bot.sandbox.slack.model import Call, Json
from bot.sandbox.slack.state import State


class Gate:
    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    def through(self, name: str, args: Json, token: str, answer: Callable[[], Response]) -> Response:
        """The answer, or the fault that was asked for; ConnectionAbortedError ends the connection without a word."""
        self._faults.delay(name)
        fault = self._faults.take(name)
        given = answer() if fault is None or fault.what is Drop.AFTER else _failed(fault)
        if fault and isinstance(fault.what, Drop):
            given = None
        self._record(name, args, token, given)
        if given is None:
            raise ConnectionAbortedError("a fault was asked for")
        return given

    def _record(self, name: str, args: Json, token: str, answer: Response | None) -> None:
        body = answer.get_json(silent=True) if answer is not None else None
        with self._state.changed:
            self._state.calls.append(Call(method=name, args=args, answer=body, token=token))
            self._state.changed.notify_all()


def _failed(fault: Fault) -> Response | None:
    if isinstance(fault.what, Drop):
        return None
    if isinstance(fault.what, int):
        return Response("upstream connect error", status=fault.what, mimetype="text/plain")
    answer = jsonify({"ok": False, "error": fault.what})
    if fault.what == "ratelimited":
        answer.status_code = 429
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer
