"""A signal to stop is noticed in whichever thread it arrives, and however many follow it."""

import os
import signal
import threading
import time

from bot.runtime.signals import StopRequest
from tests.forked import ForkedProcess
from tests.waiting import PATIENCE


def _waits_while_another_thread_gets_the_signals() -> int:
    stop = StopRequest(signal.SIGTERM, signal.SIGINT)
    lines = list[str]()
    signal.signal(signal.SIGHUP, lambda *_: lines.append("read again"))

    def signals() -> None:
        time.sleep(0.3)  # the main thread waits by now; if it does not, the test proves less
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            signal.pthread_kill(threading.get_ident(), number)

    threading.Thread(target=signals).start()
    stop.wait()
    return 3 if lines == ["read again"] else 4


def test_a_signal_that_another_thread_gets_ends_the_wait() -> None:
    process = ForkedProcess(_waits_while_another_thread_gets_the_signals, dict(os.environ), None)
    try:
        assert process.wait(PATIENCE) == 3
    finally:
        process.kill()
        process.close()
