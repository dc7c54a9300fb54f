"""The policy in force; reload when the file changes."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from bot.errors import PolicyError, SlackFailure
from bot.messages.message import Message, Messenger
from bot.policy.loading import read_policy
from bot.policy.rules import Policy, channel_only_rules

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int] | None
"""When the file was written, its size, its inode; None: there is none."""


class PolicyStore:
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


EVERY = 2.0
"""Seconds: what a look costs is one stat."""


class PolicyWatcher:
    """A thread of its own; `changed` is called after another policy was read."""

    def __init__(
        self, policy_store: PolicyStore, messenger: Messenger, changed: Callable[[], None], every: float = EVERY
    ) -> None:
        self.policy_store, self.messenger, self.changed, self.every = policy_store, messenger, changed, every
        self._woken, self._stopping = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="lookout")

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def wake(self) -> None:
        """Read it now, whether it looks changed or not; called by a signal too, so it takes no lock that is held."""
        self._woken.set()

    def stop(self) -> None:
        """After the look under way."""
        self._stopping = True
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self, *, anyway: bool = False) -> None:
        """Take a changed policy; say where it is mistaken."""
        try:
            if self.policy_store.look(anyway=anyway):
                self.changed()
        except PolicyError as mistake:
            log.error("the policy stays as it was, for its file is mistaken now:\n%s", mistake)  # noqa: TRY400
            self._announce(str(mistake).partition("\n\n")[0])

    def _announce(self, mistakes: str) -> None:
        channel = self.policy_store.now.announce
        if channel is None:
            return
        try:
            self.messenger.post(channel, broken(mistakes))
        except SlackFailure as failure:
            log.warning("that could not be said in the policy's channel: %s", failure)

    def _run(self) -> None:
        while not self._stopping:
            woken = self._woken.wait(self.every)
            self._woken.clear()
            if not self._stopping:
                self._guarded(anyway=woken)

    def _guarded(self, *, anyway: bool) -> None:
        try:
            self.look(anyway=anyway)
        except Exception:  # a thread that dies would never look again
            log.exception("looking at the policy's file met a fault in Park")


def broken(mistakes: str) -> Message:
    """For all who look after Park."""
    return Message(
        title="Park's policy file has a mistake, so the policy stays as it was before",
        items=tuple(mistakes.split("\n")),
        notes=("Once the file is right, it is read by itself.",),
    )
