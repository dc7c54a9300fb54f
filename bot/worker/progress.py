""" "Checking ..." to those who wait."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

from bot.messages.message import Messenger
from bot.messages.request import Request
from bot.runtime.logs import request_logging

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds before a person wonders whether anything happens."""
NEWS = 10.0
"""Seconds between two words on how far it is."""


class ProgressNotifier:
    """One thread for all who wait."""

    def __init__(self, messenger: Messenger, is_over: Callable[[Request], bool] = lambda request: False) -> None:
        """`is_over` is asked last: another replica may have settled it."""
        self.messenger, self.is_over = messenger, is_over
        self._due: list[tuple[float, int, Request]] = []
        self._order = itertools.count()
        self._open: dict[str, str] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="slowness", daemon=True)
        self._thread.start()

    def watch(self, request: Request) -> None:
        """From now on."""
        with self._changed:
            self._open[request.key] = ""
            self._again(request, PATIENCE)

    def progress(self, request: Request, text: str) -> None:
        """How far it is, to be said when it is time to say something."""
        with self._changed:
            if request.key in self._open:
                self._open[request.key] = text

    def over(self, request: Request) -> None:
        """The answer is there."""
        with self._changed:
            self._open.pop(request.key, None)

    def close(self) -> None:
        """Stop saying it."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            request, progress = waiting
            text = progress or "the PBX is slow just now. No need to type it again."
            with request_logging(request):
                self._say(request, text)

    def _say(self, request: Request, text: str) -> None:
        try:
            if not self.is_over(request):
                self.messenger.checking(request, f"Checking “{request.line}” ... {text}")
        except Exception:  # the others who wait are to hear of it all the same
            log.exception("could not say that it takes a while")

    def _next(self) -> tuple[Request, str] | None:
        """Wait for the next one whose patience has run out, and how far it is; None once closed."""
        with self._changed:
            while not self._closed:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                request = heapq.heappop(self._due)[2]
                if request.key in self._open:
                    self._follow(request)
                    return request, self._open[request.key]
            return None

    def _follow(self, request: Request) -> None:
        """Only what tells how far it is has more to say later."""
        if self._open[request.key]:
            self._again(request, NEWS)

    def _again(self, request: Request, seconds: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), request))
        self._changed.notify()
