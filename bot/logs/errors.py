"""What an error may say in a log: many quote what somebody typed, or what a message said."""

import sqlite3
import traceback
from collections.abc import Iterator

import httpx
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import EventDict, WrappedLogger

from bot.errors import ParkError, Refused, Rejected

_PLAIN = (
    ParkError, OSError, httpx.TransportError, SQLAlchemyError, sqlite3.Error,
    AttributeError, ImportError, NameError, RuntimeError, TypeError,
)  # fmt: skip
"""These speak of code, files and connections."""


def spoken(error: BaseException) -> str:
    """Its words where they quote nobody, else its name: the traceback tells where it came from."""
    if isinstance(error, Rejected):
        return f"the PBX said no: HTTP {error.status}, {error.code}"
    if isinstance(error, ValidationError):
        faults = (f"{'.'.join(map(str, one['loc']))} {one['type']}" for one in error.errors(include_input=False))
        return f"{error.title}: {', '.join(faults)}"
    if isinstance(error, _PLAIN) and not isinstance(error, Refused):
        return str(error)
    return type(error).__name__


def plain_arguments(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A processor of structlog's, for errors among what is put into a line."""
    arguments = event.get("positional_args")
    if isinstance(arguments, tuple):
        event["positional_args"] = tuple(spoken(one) if isinstance(one, BaseException) else one for one in arguments)
    return event


def plain_exception(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A processor of structlog's: the traceback, and a line that some library has put the error's words into."""
    _, error, _ = event.pop("exc_info", None) or (None, None, None)
    if error is not None:
        chain = list(_chain(error))
        event["exception"] = "\n\nwhich led to:\n\n".join(map(_traced, chain))
        for one in chain:
            if str(one) and str(one) != spoken(one):
                event["event"] = event["event"].replace(str(one), spoken(one))
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The first one first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return reversed(found)


def _traced(error: BaseException) -> str:
    where = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{where}{type(error).__qualname__}: {spoken(error)}"
