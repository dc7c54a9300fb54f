"""Signals that end a program, noticed whichever thread the kernel gives them to.

Python runs handlers in the main thread, once that runs Python again. A main thread that waits for a lock, as in
`Event.wait`, is woken only by a signal that the kernel has given to it, and not by one that another thread has got.
"""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether a signal to stop has arrived. Made and used in the main thread."""

    def __init__(self, *signals: signal.Signals) -> None:
        """Handles these signals from now on."""
        self._arrived = False
        for number in signals:
            signal.signal(number, self._handle)

    def wait(self) -> None:
        """Waits for one of the signals; handlers of other signals run meanwhile."""
        with _woken_by_signals() as arrivals:
            while not self._arrived:
                arrivals.recv(64)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._arrived = True  # without a lock, as the handler of another signal may interrupt this one


@contextmanager
def _woken_by_signals() -> Iterator[socket.socket]:
    """Opens a socket that gets a byte for each signal of the process (docs.python.org, signal.set_wakeup_fd)."""
    arrivals, sender = socket.socketpair()
    with arrivals, sender:
        sender.setblocking(False)
        previous = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            yield arrivals
        finally:
            signal.set_wakeup_fd(previous)
