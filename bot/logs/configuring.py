"""The standard library's logging, made to say what may be said: JSON for machines, lines for people."""

import logging
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType

from structlog import dev, processors
from structlog.contextvars import merge_contextvars
from structlog.stdlib import PositionalArgumentsFormatter, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import Processor

from bot.logs.errors import plain_arguments, plain_exception
from bot.logs.hiding import Hiding

OURS = "bot"
THEIRS = "bot.slack.bolt"
"""A logger of Park's that Bolt and slack_sdk write to."""

log = logging.getLogger(__name__)


def configure(level: str = "WARNING", secrets: Iterable[str] = ()) -> None:
    """`level` is Park's own; libraries, who know nothing of what is secret, get no word in below a warning."""
    root, handler = logging.getLogger(), StandardError()
    handler.setFormatter(_formatter(Hiding(secrets)))
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


def _formatter(hiding: Hiding) -> ProcessorFormatter:
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
    shown: list[Processor] = [ProcessorFormatter.remove_processors_meta, hiding, render]
    return ProcessorFormatter(processors=shown, foreign_pre_chain=made, pass_foreign_args=True, use_get_message=False)


def _is_ours(name: str) -> bool:
    return name.split(".")[0] == OURS and not name.startswith(THEIRS)


def _fell(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None:
        log.critical("nobody caught this", exc_info=(kind, error, trace))
