"""Tells users privately that a request is still being worked on, so that they don't send it again."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from contextvars import Context, copy_context

from bot.messages.message import Messenger
from bot.messages.request import Request
from bot.runtime.logs import request_logging
from bot.texts import pbx as texts

log = logging.getLogger(__name__)

FIRST_NOTICE = 2.0
"""Seconds until the first notice: before a user wonders whether anything happens."""
STATUS_NOTICE = 0.5
"""Seconds until a status is shown below a direct message; a faster answer needs none."""
NEXT_NOTICE = 10.0
"""Seconds between notices that report progress."""
IDLE_SECONDS = 10.0
"""Seconds without an unfinished request after which the thread ends, so that a PBX at rest has none."""


class ProgressNotifier:
    """Sends notices about all unfinished requests from one thread, which runs while there are any."""

    def __init__(
        self,
        messenger: Messenger,
        is_finished: Callable[[Request], bool] = lambda request: False,
        pbx_trouble: Callable[[], str] = str,
    ) -> None:
        """Starts the thread, which first removes what an earlier process has left.

        Args:
            is_finished: Called before each notice; another replica may have finished the request.
            pbx_trouble: Returns what is wrong with the PBX right now, as text for users; empty if nothing is.
        """
        self.messenger, self.is_finished, self.pbx_trouble = messenger, is_finished, pbx_trouble
        self._due: list[tuple[float, int, Request, Context]] = []
        self._order = itertools.count()
        self._progress: dict[str, str] = {}  # by the keys of unfinished requests; empty while there is none to report
        self._told: set[str] = set()  # keys of requests with a notice, which disappears with the answer
        self._changed = threading.Condition()
        self._closed = False
        self._context = copy_context()  # names the PBX in the logs
        self._thread: threading.Thread | None = None
        with self._changed:
            self._start(self._run)

    def watch(self, request: Request) -> None:
        """Sends a notice unless the request is finished within FIRST_NOTICE seconds."""
        with self._changed:
            self._progress[request.key] = ""
            self._schedule(request, STATUS_NOTICE if request.direct else FIRST_NOTICE)

    def report(self, request: Request, text: str) -> None:
        """Sets the progress that the next notices report."""
        with self._changed:
            if request.key in self._progress:
                self._progress[request.key] = text

    def finish(self, request: Request, *, taken_over: bool = False) -> None:
        """Stops the notices about the request, and removes one that was sent.

        Args:
            taken_over: Another process may have sent one.
        """
        with self._changed:
            self._progress.pop(request.key, None)
            if taken_over:
                self._told.add(request.key)
            if request.key in self._told:
                self._schedule(request, 0)

    def watches(self, request: Request) -> bool:
        """Returns whether this process sends the notices about a request; else one may be another process's."""
        with self._changed:
            return request.key in self._progress

    @property
    def idle(self) -> bool:
        """Whether no notice of a finished request is left to be removed."""
        with self._changed:
            return self._told <= self._progress.keys()

    def close(self) -> None:
        """Stops the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _start(self, run: Callable[[], None]) -> None:
        run_in_context = self._context.copy().run
        self._thread = threading.Thread(target=run_in_context, args=(run,), name="progress-notifier", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.messenger.clear_left_over()
        except Exception:  # notices still have to be sent
            log.exception("notices of progress of an earlier process could not be removed")
        self._send_notices()

    def _send_notices(self) -> None:
        while (due := self._wait_for_due()) is not None:
            request, progress, context = due
            with request_logging(request):
                if progress is None:
                    self._remove(request)
                else:
                    context.run(self._send, request, progress)

    def _send(self, request: Request, text: str) -> None:
        try:
            if not (is_over := self.is_finished(request)):
                why = text or self.pbx_trouble() or texts.WORKING
                self.messenger.send_progress(request, texts.checking(request.line, why))
                is_over = self.is_finished(request)  # by another replica, which could not remove this notice
        except Exception:  # notices about other requests still have to be sent
            log.exception("could not say that it takes a while")
            is_over = False
        with self._changed:
            if is_over:
                self._progress.pop(request.key, None)
            self._told.add(request.key)
            if request.key not in self._progress:  # it was finished meanwhile
                self._schedule(request, 0)

    def _remove(self, request: Request) -> None:
        """Removes the notice about a finished request."""
        with self._changed:
            self._told.discard(request.key)
        try:
            self.messenger.clear_progress(request)
        except Exception:  # notices about other requests still have to be sent
            log.exception("a notice of progress could not be removed")

    def _wait_for_due(self) -> tuple[Request, str | None, Context] | None:
        """Waits for the next notice to send or to remove.

        Returns:
            Its request, its progress or None for a notice to remove, and the context variables of the request, among
            them its reader's language; None once closed, or if there has been nothing to send for a while.
        """
        with self._changed:
            while not self._closed:
                if not self._due:
                    if self._changed.wait_for(lambda: self._due or self._closed, IDLE_SECONDS):
                        continue
                    break
                if (left := self._due[0][0] - time.monotonic()) > 0:
                    self._changed.wait(left)
                    continue
                _, _, request, context = heapq.heappop(self._due)
                if (progress := self._progress.get(request.key)) is None:
                    if request.key in self._told:
                        return request, None, context
                    continue
                if progress:  # without progress there is nothing new to report later
                    context.run(self._schedule, request, NEXT_NOTICE)
                return request, progress, context
            self._thread = None  # the next request starts another
            return None

    def _schedule(self, request: Request, seconds: float) -> None:
        due = (time.monotonic() + seconds, next(self._order), request, copy_context())
        heapq.heappush(self._due, due)
        if self._due[0] is due:  # else the thread wakes early enough
            self._changed.notify()
        if self._thread is None and not self._closed:
            self._start(self._send_notices)
