"""What the PBX refuses, and how it says so."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """One 4xx answer."""

    status: int
    code: str
    message: str

    def body(self) -> dict[str, Any]:
        """The documented shape of an error."""
        return {"errors": [{"code": self.code, "message": self.message}]}


class Problem(Exception):
    """Raised by an endpoint: nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def invalid(message: str) -> Problem:
    """400 VALIDATE_FAILED."""
    return Problem(Refusal(400, "VALIDATE_FAILED", message))


def unknown(what: str) -> Problem:
    """404: the documentation names no code for it."""
    return Problem(Refusal(404, "UNKNOWN", f"The {what} does not exist."))


def unauthorized(message: str) -> Problem:
    """401 UNAUTHORIZED."""
    return Problem(Refusal(401, "UNAUTHORIZED", message))


def denied(message: str) -> Problem:
    """403 DENIED."""
    return Problem(Refusal(403, "DENIED", message))
