"""What is looked at, each time somebody asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.errors import JournalUnavailable
from bot.journal import Journal
from bot.journal.backlog import try_to_write
from bot.pbx.client import PBX
from bot.policy import Policies

Told = tuple[bool, dict[str, str]]
"""Whether all is well, and what each part says."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """`threads` live as long as Park does, unless something has gone wrong that a restart mends."""

    threads: Mapping[str, Callable[[], bool]]
    connected: Callable[[], bool]
    """Whether Slack can reach Park."""
    journal: Journal
    policies: Policies
    pbx: PBX

    def live(self) -> Told:
        """Waits for nothing."""
        alive = {name: check() for name, check in self.threads.items()}
        return all(alive.values()), {name: "alive" if one else "dead" for name, one in alive.items()}

    def ready(self) -> Told:
        """A PBX that is away makes nobody unready.

        Every replica has the same PBX, so there is none to turn to instead; and Park still answers: it says what is
        wrong, and keeps what is asked.
        """
        connected, writable = self.connected(), self._writable()
        return connected and writable, {
            "slack": "connected" if connected else "not connected",
            "journal": "can be written" if writable else "can't be written",
            "policy": self.policies.now.fingerprint,
            "pbx": self.pbx.state,
        }

    def _writable(self) -> bool:
        try:
            with self.journal.database.writing() as connection:
                try_to_write(connection)
        except JournalUnavailable:
            return False
        return True
