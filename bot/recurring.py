"""What comes back by itself: a thread that does what is due, and sleeps until there is more."""

import logging
import threading
from abc import ABC, abstractmethod
from datetime import datetime, timedelta

from bot.clock import Now, utc_now

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
"""Before a journal or a Slack that is away is tried again, at least."""
NAP = timedelta(minutes=15)
"""The longest sleep: the clock that sleeps are measured by stands still while a machine does."""


class Recurring(ABC):
    """It goes by this machine's clock, which is there when the journal is not; `now` stands in for it."""

    def __init__(self, name: str, now: Now | None = None) -> None:
        self.now = now or utc_now
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name)

    @abstractmethod
    def turn(self) -> datetime:
        """Do what is due; when to come back."""

    def start(self) -> None:
        """What came due while nobody ran is done at once."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its thread, once started, still runs."""
        return self._thread.ident is None or self._thread.is_alive()

    def wake(self) -> None:
        """Look at the clock again."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Finish what is under way."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                due = self.turn()
            except Exception:  # a thread that dies would never come back
                log.exception("%s met a fault in Park", self._thread.name)
                due = self.now() + 60 * AGAIN
            self._sleep(due)

    def _sleep(self, due: datetime) -> None:
        with self._changed:
            while not (self._stopping or self._woken) and (left := due - self.now()) > timedelta():
                self._changed.wait(min(left, NAP).total_seconds())
            self._woken = False
