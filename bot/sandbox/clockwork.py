"""Park in a process of its own, as `python -m bot run` has it, but on a clock that its parent sets.

A line on standard input is the seconds that Park's clock is ahead; its end is the end of Park."""

import logging
import sys
from datetime import UTC, datetime, timedelta

from bot.app import Park
from bot.settings import Settings


def main(ahead: float) -> None:
    """Until the parent closes standard input, or is gone."""
    logging.basicConfig(level=logging.CRITICAL)
    clock = [timedelta(seconds=ahead)]
    with Park(Settings(_env_file=None), now=lambda: datetime.now(UTC) + clock[0]) as park:
        sys.stdout.write(f"{park}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            clock[0] = timedelta(seconds=float(line))
            park.wake()


if __name__ == "__main__":
    main(float(sys.argv[1]))
