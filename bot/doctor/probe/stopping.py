"""Being told to stop, which ends no call in its middle: what has been made is to be removed."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Set by Ctrl-C, SIGTERM or a terminal that goes away, as often as they come."""
    stop = threading.Event()

    def tell(*_: Any) -> None:
        if not stop.is_set():
            stop.set()
            sys.stderr.write("Stopping: what the probe has made is removed first.\n")

    before = {one: signal.signal(one, tell) for one in SIGNALS}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
