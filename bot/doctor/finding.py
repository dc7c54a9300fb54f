"""What the doctor says: one finding each, whoever reads it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """From what needs nobody to what keeps Park from working."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """`id` never changes its meaning: it is the check's, and after it what is wrong."""

    id: str
    severity: Severity
    text: str
    about: str | None = None
    """A variable, a channel, a scope: where a check finds several of a kind."""
    remedy: str | None = None
    """What to do about it; always there with a warning or an error."""
    answer: str | None = None
    """In one word, what a probe learnt of the PBX."""


def ok(id: str, text: str, *, answer: str | None = None) -> Finding:
    """Nothing to be done."""
    return Finding(id=id, severity=Severity.OK, text=text, answer=answer)


def skipped(id: str, text: str) -> Finding:
    """It could not be looked at, because of something else."""
    return Finding(id=id, severity=Severity.SKIPPED, text=text)


def warning(id: str, text: str, remedy: str, *, about: str | None = None) -> Finding:
    """Park works, but not as somebody will expect, or not for long."""
    return Finding(id=id, severity=Severity.WARNING, text=text, remedy=remedy, about=about)


def error(id: str, text: str, remedy: str, *, about: str | None = None) -> Finding:
    """Park does not work, or refuses to start."""
    return Finding(id=id, severity=Severity.ERROR, text=text, remedy=remedy, about=about)
