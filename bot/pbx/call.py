"""One call to the PBX and its answer, and what it means when the answer doesn't come."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import PBXError, Rejected, UnknownOutcome, Unreachable


class NotSent(Unreachable):
    """Nothing left this machine, so even a write may be sent again."""


class Dropped(Unreachable):
    """A read whose answer was lost, or a 5xx: worth another try."""


class Throttled(Rejected):
    """429: nothing was done; `after` is the PBX's own wish, in seconds."""

    def __init__(self, text: str, *, code: str = "UNKNOWN", after: float | None = None) -> None:
        super().__init__(text, status=429, code=code)
        self.after = after


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """`path` is segments, not yet encoded; `write` is whether the PBX may be another after it."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str | int] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    write: bool = False

    def lost(self, why: str) -> PBXError:
        """The answer never came."""
        return self._unknown(why) if self.write else Dropped(f"{self}: {why}")

    def nonsense(self, why: str) -> PBXError:
        """An answer came, but asking again would not make it better."""
        return self._unknown(why) if self.write else Unreachable(f"{self}: {why}")

    def _unknown(self, why: str) -> UnknownOutcome:
        return UnknownOutcome(f"{self}: {why}; the PBX may have done it all the same")

    def __str__(self) -> str:
        return f"{self.method} /{'/'.join(self.path)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name in lower case."""
