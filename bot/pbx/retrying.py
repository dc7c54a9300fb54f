"""Which calls are sent again, and when."""

from collections.abc import Callable
from typing import TypeVar

import stamina
from stamina.instrumentation import set_on_retry_hooks

from bot.pbx.call import Dropped, NotSent, Throttled
from bot.pbx.deadline import Deadline

T = TypeVar("T")

ATTEMPTS = 4
LONGEST_WAIT = 0.5

# Each failure that matters is raised in the end; one log line for each attempt would only be noise.
set_on_retry_hooks(())


def retrying(deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Try again what wasn't sent, what was throttled, and reads that were dropped, while there is time."""

    def pause(error: Exception) -> bool | float:
        if isinstance(error, Throttled) and error.after is not None:
            return error.after if error.after < deadline.left() else False
        return isinstance(error, NotSent | Dropped | Throttled) and deadline.left() > LONGEST_WAIT

    caller = stamina.RetryingCaller(attempts=ATTEMPTS, timeout=None, wait_max=LONGEST_WAIT, wait_jitter=0.1)
    return caller(pause, attempt)
