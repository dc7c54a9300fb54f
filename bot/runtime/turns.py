"""Runs the turns of many periodic tasks: one thread waits for all of them, and each turn borrows a thread."""

import threading
import time
from datetime import timedelta

from bot.runtime.threads import MAX_SLEEP, PeriodicTask, ThreadPool

MOST = 64
"""Turns at once; a task whose PBX is slow occupies one thread, however long it takes."""


class TurnRunner:
    """Replaces the threads of its tasks: those of a hundred PBXs at rest need two. Thread-safe."""

    def __init__(self) -> None:
        """Prepares the threads, which start with the first task."""
        self._changed = threading.Condition()
        self._due: dict[PeriodicTask, float] = {}  # the latest moment of each task's next turn, by time.monotonic()
        self._running: set[PeriodicTask] = set()
        self._pool = ThreadPool("turn", MOST)
        self._thread = threading.Thread(target=self._run, name="turns", daemon=True)

    def add(self, task: PeriodicTask) -> None:
        """Runs a task's first turn at once, and each following one when it is due."""
        with self._changed:
            self._due[task] = 0.0
            if self._thread.ident is None:
                self._thread.start()
            self._changed.notify_all()

    def wake(self) -> None:
        """Looks which tasks are due, after one was woken or the clock was set."""
        with self._changed:
            self._changed.notify_all()

    def remove(self, task: PeriodicTask) -> None:
        """Runs no further turn of a task, and waits for the current one; the thread ends with the last task."""
        with self._changed:
            self._due.pop(task, None)
            self._changed.notify_all()
            self._changed.wait_for(lambda: task not in self._running)

    def close(self) -> None:
        """Ends the threads, after the current turns."""
        with self._changed:
            self._due.clear()
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()

    def runs(self, task: PeriodicTask) -> bool:
        """Returns whether a task gets its turns."""
        return task in self._due and self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._due:
                    return
                ready = [task for task in self._due if task not in self._running and self._is_due(task)]
                self._running.update(ready)
                if not ready:
                    self._changed.wait(self._seconds_left())
                    continue
            for task in ready:
                self._pool.submit(self._take_turn, task)

    def _is_due(self, task: PeriodicTask) -> bool:
        return task.is_woken or task.is_due or self._due[task] <= time.monotonic()

    def _seconds_left(self) -> float:
        """Returns how long nothing is due, and at most as long as the clock is trusted to be the same."""
        waiting = (due for task, due in self._due.items() if task not in self._running)
        left = min(waiting, default=time.monotonic() + MAX_SLEEP.total_seconds()) - time.monotonic()
        return max(0.0, min(left, MAX_SLEEP.total_seconds()))

    def _take_turn(self, task: PeriodicTask) -> None:
        left: timedelta | None = None
        try:
            left = task.take_turn()
        finally:
            with self._changed:
                self._running.discard(task)
                if task in self._due and left is not None:
                    self._due[task] = time.monotonic() + left.total_seconds()
                self._changed.notify_all()
