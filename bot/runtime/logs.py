"""Structured logs on standard error, with the request's id in each line and without secrets."""

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

_SAFE_ERRORS = (
    ParkError, OSError, httpx.TransportError, SQLAlchemyError, sqlite3.Error,
    AttributeError, ImportError, NameError, RuntimeError, TypeError,
)  # fmt: skip
"""Exceptions whose texts describe code, files and connections, and quote no user."""


def describe_error(error: BaseException) -> str:
    """The text of an error if it can't quote a user, or else the name of its class."""
    if isinstance(error, Rejected):
        return f"the PBX said no: HTTP {error.status}, {error.code}"
    if isinstance(error, ValidationError):
        faults = (f"{'.'.join(map(str, one['loc']))} {one['type']}" for one in error.errors(include_input=False))
        return f"{error.title}: {', '.join(faults)}"
    if isinstance(error, _SAFE_ERRORS) and not isinstance(error, Refused):
        return str(error)
    return type(error).__name__


def describe_error_arguments(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Structlog processor: replaces errors among the arguments of a line by their descriptions."""
    arguments = event.get("positional_args")
    if isinstance(arguments, tuple):
        event["positional_args"] = tuple(
            describe_error(one) if isinstance(one, BaseException) else one for one in arguments
        )
    return event


def format_exception(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Structlog processor: formats the traceback, and replaces error texts in the line itself."""
    _, error, _ = event.pop("exc_info", None) or (None, None, None)
    if error is not None:
        chain = list(_chain(error))
        event["exception"] = "\n\nwhich led to:\n\n".join(map(_format_traceback, chain))
        for one in chain:
            if str(one) and str(one) != describe_error(one):
                event["event"] = event["event"].replace(str(one), describe_error(one))
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, the first cause first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return reversed(found)


def _format_traceback(error: BaseException) -> str:
    where = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{where}{type(error).__qualname__}: {describe_error(error)}"


REDACTED = "[hidden]"
MIN_SECRET_LENGTH = 4
"""Characters; shorter secrets are not redacted, because they would match parts of ordinary words."""

_URL_REST = r"[^\s\"'<>\\]+"  # the rest of a URL, up to a blank, a quote or a bracket
_CREDENTIAL_KEYS = r"\w*password|\w*secret|\w*token|ticket|trigger_id|response_url"
_SECRET_PATTERNS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bx(?:ox[a-z]|app)[-.][\w.%-]+", REDACTED),  # Slack's tokens
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", REDACTED),  # JSON web tokens
        (rf"\b(wss?://[^/\s\"'<>\\]+){_URL_REST}", rf"\1/{REDACTED}"),  # a socket's ticket
        (rf"\b(https?://hooks\.slack\.com/){_URL_REST}", rf"\1{REDACTED}"),  # a response_url on Slack's own host
        (rf"/(commands|actions|app|workflows)/T[A-Z0-9]+/{_URL_REST}", rf"/\1/{REDACTED}"),  # one on another host
        (rf"/upload/v1/{_URL_REST}", f"/upload/v1/{REDACTED}"),
        (r"\b\d+\.\d+\.[0-9a-f]{12,}\b", REDACTED),  # a trigger_id
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {REDACTED}"),
        (rf"(?i)\b({_CREDENTIAL_KEYS})((?:\\?[\"']\s*:|=)\s*\\?[\"']?)[^\s\"'&,;)}}\\]+", rf"\1\2{REDACTED}"),
        (r"(://[^/\s:@]+:)[^@\s/]+@", rf"\1{REDACTED}@"),
        (r"\bDETAIL:.*", f"DETAIL: {REDACTED}"),  # PostgreSQL shows the row
    )
)


class SecretRedactor:
    """Structlog processor, the last before rendering: redacts given secrets and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._given: frozenset[str] = frozenset()
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Redacts these secrets too from now on."""
        self._given |= frozenset(secrets)
        encodings = {
            encoded for secret in self._given if len(secret) >= MIN_SECRET_LENGTH for encoded in _encodings(secret)
        }
        longest_first = sorted(encodings, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {key: self.redact(value) if isinstance(value, str) else value for key, value in event.items()}

    def redact(self, text: str) -> str:
        """Returns the text without secrets."""
        if self._secrets is not None:
            text = self._secrets.sub(REDACTED, text)
        for pattern, replacement in _SECRET_PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def _encodings(secret: str) -> Iterator[str]:
    """A secret as it appears in plain text, URLs, forms, JSON and Python."""
    yield from (secret, unquote(secret), quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1])


PARK_LOGGER = "bot"
BOLT_LOGGER = "bot.slack.bolt"
"""Name of Park's logger that Bolt and slack_sdk write to."""

log = logging.getLogger(__name__)


def configure(level: str = "WARNING", secrets: Iterable[str] = ()) -> None:
    """Sets up logging.

    Args:
        level: level of Park's own loggers; others, which don't know what is secret, log from WARNING on.
        secrets: values to redact.
    """
    root, handler = logging.getLogger(), StandardErrorHandler(SecretRedactor(secrets))
    handler.setFormatter(_formatter(handler.redactor))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or _is_ours(record.name))
    for old in [one for one in root.handlers if isinstance(one, StandardErrorHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(PARK_LOGGER).setLevel(level)


def redact_also(secrets: Iterable[str]) -> None:
    """Redacts secrets that were read while Park runs, such as a replaced token."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, StandardErrorHandler):
            handler.redactor.add(secrets)


def catch_all() -> None:
    """Logs warnings and uncaught exceptions, which Python would otherwise print with the secrets in them."""
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class StandardErrorHandler(logging.Handler):
    """Writes to the current `sys.stderr`, which tests replace."""

    def __init__(self, redactor: SecretRedactor) -> None:
        super().__init__()
        self.redactor = redactor

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # a line that cannot be written must not stop the caller
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Reports a line that could not be written; the base class would print its arguments."""
        with suppress(OSError, ValueError):  # standard error is gone
            kind = getattr(sys.exc_info()[0], "__name__", "error")
            sys.stderr.write(f"{record.name}, line {record.lineno}: a log line could not be written: {kind}\n")


def _formatter(redactor: SecretRedactor) -> ProcessorFormatter:
    prepare: list[Processor] = [
        merge_contextvars,
        add_log_level,
        add_logger_name,
        processors.TimeStamper(fmt="iso", utc=True),
        describe_error_arguments,
        PositionalArgumentsFormatter(),
        format_exception,
    ]
    render: Processor = processors.JSONRenderer(ensure_ascii=False)
    if sys.stderr.isatty():
        render = dev.ConsoleRenderer(exception_formatter=dev.plain_traceback)
    finish: list[Processor] = [ProcessorFormatter.remove_processors_meta, redactor, render]
    return ProcessorFormatter(
        processors=finish, foreign_pre_chain=prepare, pass_foreign_args=True, use_get_message=False
    )


def _is_ours(name: str) -> bool:
    return name.split(".")[0] == PARK_LOGGER and not name.startswith(BOLT_LOGGER)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None:
        log.critical("nobody caught this", exc_info=(kind, error, trace))


@contextmanager
def request_logging(request: Request, change: int | None = None) -> Iterator[None]:
    """Adds the request's id and the change's number to lines logged within, in thread pools too."""
    with bound_contextvars(request=request.id, **({} if change is None else {"change": change})):
        yield
