"""Structured logging: setup, request id in every line, redaction of secrets."""

import json
import logging
import re
import sqlite3
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from urllib.parse import quote, quote_plus, unquote

import httpx
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from structlog import dev, processors
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import PositionalArgumentsFormatter, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.errors import ParkError, Refused, Rejected
from bot.messages.request import Request

_PLAIN = (
    ParkError, OSError, httpx.TransportError, SQLAlchemyError, sqlite3.Error,
    AttributeError, ImportError, NameError, RuntimeError, TypeError,
)  # fmt: skip
"""These speak of code, files and connections."""


def describe_error(error: BaseException) -> str:
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
        event["positional_args"] = tuple(
            describe_error(one) if isinstance(one, BaseException) else one for one in arguments
        )
    return event


def plain_exception(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A processor of structlog's: the traceback, and a line that some library has put the error's words into."""
    _, error, _ = event.pop("exc_info", None) or (None, None, None)
    if error is not None:
        chain = list(_chain(error))
        event["exception"] = "\n\nwhich led to:\n\n".join(map(_traced, chain))
        for one in chain:
            if str(one) and str(one) != describe_error(one):
                event["event"] = event["event"].replace(str(one), describe_error(one))
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
    return f"Traceback (most recent call last):\n{where}{type(error).__qualname__}: {describe_error(error)}"


HIDDEN = "[hidden]"
SHORTEST = 4
"""Letters: what is shorter would be found in every other word, and keeps nobody out."""

_REST = r"[^\s\"'<>\\]+"  # of an address: up to a blank, a quote or a bracket
_NAMES = r"\w*password|\w*secret|\w*token|ticket|trigger_id|response_url"
_SHAPES = tuple(
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"\bx(?:ox[a-z]|app)[-.][\w.%-]+", HIDDEN),  # Slack's tokens
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", HIDDEN),  # JSON web tokens
        (rf"\b(wss?://[^/\s\"'<>\\]+){_REST}", rf"\1/{HIDDEN}"),  # a socket's ticket
        (rf"\b(https?://hooks\.slack\.com/){_REST}", rf"\1{HIDDEN}"),  # a response_url, on Slack's own host
        (rf"/(commands|actions|app|workflows)/T[A-Z0-9]+/{_REST}", rf"/\1/{HIDDEN}"),  # and on any other
        (rf"/upload/v1/{_REST}", f"/upload/v1/{HIDDEN}"),
        (r"\b\d+\.\d+\.[0-9a-f]{12,}\b", HIDDEN),  # a trigger_id
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {HIDDEN}"),
        (rf"(?i)\b({_NAMES})((?:\\?[\"']\s*:|=)\s*\\?[\"']?)[^\s\"'&,;)}}\\]+", rf"\1\2{HIDDEN}"),
        (r"(://[^/\s:@]+:)[^@\s/]+@", rf"\1{HIDDEN}@"),
        (r"\bDETAIL:.*", f"DETAIL: {HIDDEN}"),  # PostgreSQL's, which shows the row
    )
)


class SecretRedactor:
    """A processor of structlog's, the last before a line is rendered."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        written = {way for secret in secrets if len(secret) >= SHORTEST for way in _ways(secret)}
        longest_first = sorted(written, key=len, reverse=True)
        self._given = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {key: self.hide(value) if isinstance(value, str) else value for key, value in event.items()}

    def hide(self, text: str) -> str:
        """The text without them."""
        if self._given is not None:
            text = self._given.sub(HIDDEN, text)
        for shape, shown in _SHAPES:
            text = shape.sub(shown, text)
        return text


def _ways(secret: str) -> Iterator[str]:
    """As it is, and as an address, a form, JSON or Python writes it."""
    yield from (secret, unquote(secret), quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1])


OURS = "bot"
THEIRS = "bot.slack.bolt"
"""A logger of Park's that Bolt and slack_sdk write to."""

log = logging.getLogger(__name__)


def configure(level: str = "WARNING", secrets: Iterable[str] = ()) -> None:
    """`level` is Park's own; libraries, who know nothing of what is secret, get no word in below a warning."""
    root, handler = logging.getLogger(), StandardError()
    handler.setFormatter(_formatter(SecretRedactor(secrets)))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or _is_ours(record.name))
    for old in [one for one in root.handlers if isinstance(one, StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)


def catch_all() -> None:
    """What Python would write to standard error by itself, it would write with every secret in it."""
    logging.captureWarnings(True)
    sys.excepthook = _fell
    threading.excepthook = lambda fell: _fell(fell.exc_type, fell.exc_value, fell.exc_traceback)


class StandardError(logging.Handler):
    """As it is at the moment: tests put others in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # a line that can't be said must stop nobody
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """logging's own would print what the line was made of."""
        with suppress(OSError, ValueError):  # nobody is left to tell
            kind = getattr(sys.exc_info()[0], "__name__", "error")
            sys.stderr.write(f"{record.name}, line {record.lineno}: a log line could not be written: {kind}\n")


def _formatter(redactor: SecretRedactor) -> ProcessorFormatter:
    made: list[Processor] = [
        merge_contextvars,
        add_log_level,
        add_logger_name,
        processors.TimeStamper(fmt="iso", utc=True),
        plain_arguments,
        PositionalArgumentsFormatter(),
        plain_exception,
    ]
    render: Processor = processors.JSONRenderer(ensure_ascii=False)
    if sys.stderr.isatty():
        render = dev.ConsoleRenderer(exception_formatter=dev.plain_traceback)
    shown: list[Processor] = [ProcessorFormatter.remove_processors_meta, redactor, render]
    return ProcessorFormatter(processors=shown, foreign_pre_chain=made, pass_foreign_args=True, use_get_message=False)


def _is_ours(name: str) -> bool:
    return name.split(".")[0] == OURS and not name.startswith(THEIRS)


def _fell(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None:
        log.critical("nobody caught this", exc_info=(kind, error, trace))


@contextmanager
def request_logging(request: Request, change: int | None = None) -> Iterator[None]:
    """What this thread does meanwhile, and what it gives a `bot.pool` to do, is done for that request."""
    with bound_contextvars(request=request.id, **({} if change is None else {"change": change})):
        yield
