"""The policy as its file has it now: read again when that changes, and kept as it was where that is broken."""

import logging
import threading
from pathlib import Path

from bot.policy.read import read_policy
from bot.policy.rules import Policy, channel_only_rules

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int] | None
"""When the file was written, its size, its inode; None: there is none."""


class Policies:
    """Safe for threads: whoever decides takes `now` once."""

    def __init__(self, file: Path) -> None:
        """Raise PolicyError: to start with, it has to be right."""
        self.file = file
        self._looking = threading.Lock()
        self._seen = _stamp(file)
        self._now = read_policy(file)
        _warn(self._now)

    @property
    def now(self) -> Policy:
        """The last that was without a mistake."""
        return self._now

    def look(self, *, anyway: bool = False) -> bool:
        """Read the file again if it has changed, or anyway; whether the policy is another one now.

        Raise PolicyError once for each mistaken state of the file: the old policy stays.
        """
        with self._looking:
            stamp = _stamp(self.file)
            if stamp == self._seen and not anyway:
                return False
            self._seen = stamp
            policy = read_policy(self.file)
            changed = policy != self._now
            self._now = policy
        if changed:
            log.info("the policy was read again, its fingerprint is %s", policy.fingerprint)
            _warn(policy)
        return changed


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _warn(policy: Policy) -> None:
    for rule in channel_only_rules(policy):
        log.warning("Rule “%s” names no people: where its channels are public, whoever joins one may do it", rule.name)
