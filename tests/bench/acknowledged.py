"""Runs Park and writes the CPU of each part of its acknowledgements: `python -m tests.bench.acknowledged FILE`."""

import json
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

from slack_bolt import App

from bot.__main__ import main
from bot.journal.journal import Journal
from bot.slack import socket_mode
from bot.slack.bolt_app import MeasuredApp
from bot.slack.listeners import Listeners
from bot.slack.reader_languages import ReaderLanguages
from bot.slack.requests import RequestFactory
from bot.slack.socket_mode import SocketMode
from bot.worker import dispatcher
from bot.worker.dispatcher import Dispatcher
from bot.worker.progress import ProgressNotifier

PARTS: tuple[tuple[Any, str, str], ...] = (
    (SocketMode, "_dispatch", "the envelope is read and handed to a thread"),
    (SocketMode, "_acknowledge", "the payload becomes a request of Bolt's"),
    (MeasuredApp, "dispatch", "metrics"),
    (ReaderLanguages, "speaking_to", "language"),
    (App, "dispatch", "Bolt's dispatch and middleware"),
    (Listeners, "slash", "listener, log context"),
    (RequestFactory, "slash", "request with its key"),
    (Dispatcher, "submit", "dispatcher"),
    (dispatcher, "parse", "the line is parsed"),
    (dispatcher, "possible_channels", "policy"),
    (Dispatcher, "_footprint", "footprint"),
    (ProgressNotifier, "watch", "a notice is scheduled"),
    (Journal, "accept", "row, event and commit"),
    (socket_mode, "send_response", "the acknowledgement is sent"),
)
"""Where each part is, in the order in which they begin, and what it is; the parts within it are not counted in it."""


class Parts:
    """Measures the CPU of parts of the program, by thread."""

    def __init__(self) -> None:
        self._running = threading.local()
        self._lock = threading.Lock()
        self._found = defaultdict[str, list[float]](lambda: [0, 0.0])

    def measure(self, owner: Any, name: str, part: str) -> None:
        """Measures a function of a class or module from now on."""
        function: Callable[..., Any] = getattr(owner, name)

        @wraps(function)
        def measured(*arguments: Any, **named: Any) -> Any:
            outer, self._running.inner = getattr(self._running, "inner", 0.0), 0.0
            begun = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                taken = time.thread_time() - begun
                self._add(part, taken - self._running.inner)
                self._running.inner = outer + taken

        setattr(owner, name, measured)

    def _add(self, part: str, seconds: float) -> None:
        with self._lock:
            found = self._found[part]
            found[0] += 1
            found[1] += seconds

    def read(self) -> dict[str, list[float]]:
        """Returns how often each part has run, and its CPU seconds."""
        with self._lock:
            return {part: list(found) for part, found in self._found.items()}


if __name__ == "__main__":
    parts, path = Parts(), Path(sys.argv[1])
    for one in PARTS:
        parts.measure(*one)

    def write(_: int, __: FrameType | None) -> None:
        """Writes the file in one step, for whoever waits for it."""
        new = path.with_suffix(".new")
        new.write_text(json.dumps(parts.read()), encoding="utf-8")
        os.replace(new, path)

    signal.signal(signal.SIGUSR1, write)
    sys.exit(main(["run"]))
