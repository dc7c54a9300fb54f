"""How often an answer of PostgreSQL's is waited for."""

from collections.abc import Callable, Generator
from typing import Any

from bot.journal import deadlines


def count_round_trips(on_trip: Callable[[], None]) -> Callable[[], None]:
    """Has `on_trip` called at each wait for an answer from now on; returns what ends that."""
    limited = deadlines._limited

    def counted(waiting: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        try:
            wanted = next(waiting)
            on_trip()
            while True:
                wanted = waiting.send((yield wanted))
        except StopIteration as done:
            return done.value

    def end() -> None:
        deadlines._limited = limited

    deadlines._limited = lambda gen, deadline: limited(counted(gen), deadline)
    return end
