"""How much one look may ask of the PBX."""

import logging
from collections.abc import Callable
from typing import TypeVar

from bot.errors import ParkError, PBXError

log = logging.getLogger(__name__)

Some = TypeVar("Some")


class Enough(ParkError):
    """The bound is reached, or nobody wants to wait any longer."""


class Bound:
    """So many requests, of which some are kept for what is found; `enough` is asked before each."""

    def __init__(self, most: int, kept: int, enough: Callable[[], bool]) -> None:
        self.left, self._kept, self._enough = most - kept, kept, enough

    def ask(self, call: Callable[[], Some], cost: int = 1) -> Some:
        """Raise Enough; what the PBX says against it is raised too."""
        if self.left < cost or self._enough():
            raise Enough("the bound of a look is reached")
        self.left -= cost
        return call()

    def open(self) -> None:
        """From now on what was kept may be used."""
        self.left, self._kept = self.left + self._kept, 0

    def try_for(self, call: Callable[[], Some], otherwise: Some) -> Some:
        """What can be done without."""
        try:
            return self.ask(call)
        except (Enough, PBXError) as fault:
            log.info("told without it: %s", fault)
            return otherwise
