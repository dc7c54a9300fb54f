"""What goes wrong on purpose: scripted, matched by method and path, used up."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


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


class Faults:
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
