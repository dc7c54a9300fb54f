"""Switches for what goes wrong between a bot and Slack."""

from dataclasses import dataclass
from enum import Enum

from bot.sandbox.slack.state import State


class Drop(Enum):
    """The connection ends without an answer."""

    BEFORE = "nothing was done"
    AFTER = "the call was done"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`what` is a Slack error code, an HTTP status, or a Drop."""

    what: str | int | Drop
    retry_after: int = 1


class Faults:
    """Faults wait in a line for each method; `*` stands for every method, `response_url` for those addresses."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting: dict[str, list[Fault]] = {}
        self._latency: dict[str, float] = {}

    def fail(
        self, method: str, error: str | int | Drop = "ratelimited", *, times: int = 1, retry_after: int = 1
    ) -> None:
        """Let the next `times` calls of `method` fail: a Slack error code, an HTTP status, or a Drop."""
        with self._state.changed:
            self._waiting.setdefault(method, []).extend([Fault(what=error, retry_after=retry_after)] * times)

    def latency(self, method: str, seconds: float) -> None:
        """Let every call of `method` take that long before anything is done; 0 ends it."""
        with self._state.changed:
            self._latency[method] = seconds

    def clear(self) -> None:
        with self._state.changed:
            self._waiting.clear()
            self._latency.clear()

    def take(self, method: str) -> Fault | None:
        with self._state.changed:
            line = self._waiting.get(method) or self._waiting.get("*")
            return line.pop(0) if line else None

    def waiting(self, method: str) -> int:
        """How many calls of that method are still to fail."""
        with self._state.changed:
            return len(self._waiting.get(method, ()))

    def waits(self, method: str) -> str | int | Drop | None:
        """What the next call of `method` alone meets, if anything."""
        with self._state.changed:
            line = self._waiting.get(method)
            return line[0].what if line else None

    def latency_of(self, method: str) -> float:
        """Seconds, as they were set for exactly that."""
        with self._state.changed:
            return self._latency.get(method, 0.0)

    def delay(self, method: str) -> None:
        """Wait as long as the method's latency says; a stop of the workspace ends it."""
        with self._state.changed:
            seconds = self._latency.get(method, self._latency.get("*", 0.0))
        if seconds:
            self._state.wait(lambda: False, seconds)
