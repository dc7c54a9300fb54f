"""Runs the turns of many periodic tasks: one thread waits for all of them, and each turn borrows a thread."""

import heapq
import threading
import time
from itertools import count
from math import inf

from bot.runtime.threads import MAX_SLEEP, PeriodicTask, ThreadPool

MOST = 64
"""Turns at once; a task whose PBX is slow occupies one thread, however long it takes."""


class TurnRunner:
    """Replaces the threads of its tasks: those of a hundred PBXs at rest need two. Thread-safe."""

    def __init__(self) -> None:
        """Prepares the threads, which start with the first task."""
        self._changed = threading.Condition()
        self._due: dict[PeriodicTask, float] = {}  # the latest moment of each task's next turn, by time.monotonic()
        self._queue: list[tuple[float, int, PeriodicTask]] = []  # a heap; entries that are not in _due are outdated
        self._order = count()
        self._running: set[PeriodicTask] = set()
        self._woken = False
        self._waits_until = inf
        self._pool = ThreadPool("turn", MOST)
        self._thread = threading.Thread(target=self._run, name="turns", daemon=True)

    def add(self, task: PeriodicTask) -> None:
        """Runs a task's first turn at once, and each following one when it is due."""
        with self._changed:
            self._schedule(task, 0.0)
            if self._thread.ident is None:
                self._thread.start()

    def wake(self) -> None:
        """Looks which tasks are due, after one was woken or the clock was set."""
        with self._changed:
            self._woken = True
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

    def _schedule(self, task: PeriodicTask, moment: float) -> None:
        self._due[task] = moment
        heapq.heappush(self._queue, (moment, next(self._order), task))
        if moment < self._waits_until:
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._due:
                    return
                ready = self._take_ready()
                self._running.update(ready)
                if not ready:
                    self._wait()
            for task in ready:
                self._pool.submit(self._take_turn, task)

    def _take_ready(self) -> list[PeriodicTask]:
        """Returns the tasks whose turn it is. All are asked only after a wake: the clock moves little by itself."""
        now = time.monotonic()
        if self._woken:
            self._woken = False
            return [task for task in self._due if task not in self._running and (task.is_woken or task.is_due)]
        ready = list[PeriodicTask]()
        while self._queue and self._queue[0][0] <= now:
            moment, _, task = heapq.heappop(self._queue)
            if self._due.get(task) == moment and task not in self._running:
                ready.append(task)
        return ready

    def _wait(self) -> None:
        """Waits for the next turn, and at most as long as the clock is trusted to be the same."""
        now = time.monotonic()
        self._waits_until = min(self._queue[0][0] if self._queue else inf, now + MAX_SLEEP.total_seconds())
        self._changed.wait(max(0.0, self._waits_until - now))
        self._woken |= time.monotonic() - now >= MAX_SLEEP.total_seconds()  # the clock may have been set meanwhile
        self._waits_until = inf

    def _take_turn(self, task: PeriodicTask) -> None:
        left = 0.0
        try:
            left = task.take_turn().total_seconds()
        finally:
            with self._changed:
                self._running.discard(task)
                if task in self._due:
                    self._schedule(task, time.monotonic() + (0.0 if task.is_woken else left))
                else:
                    self._changed.notify_all()  # `remove` waits for it
