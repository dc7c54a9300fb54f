"""The policy in force, and the background task that reads its file again when it changes."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import PolicyError, SlackFailure
from bot.messages.message import Message, Messenger
from bot.policy.loading import read_policy
from bot.policy.rules import Policy, channel_only_rules
from bot.runtime.threads import PeriodicTask
from bot.texts import policy as texts

log = logging.getLogger(__name__)

FileVersion = tuple[int, int, int] | None
"""Modification time in nanoseconds, size and inode of the policy file; None if it does not exist."""

POLL_INTERVAL = timedelta(seconds=2)
"""Time between two checks of the policy file, each of which costs one `stat`."""
FORCED_INTERVAL = 0.2
"""Seconds between the two looks at a changed file that is to be read at once."""


class PolicyStore:
    """Holds the last valid policy; thread-safe, provided that each decision reads `now` once."""

    def __init__(self, file: Path) -> None:
        """Reads the policy file.

        Raises:
            PolicyError: the file is missing or has a mistake.
        """
        self.file = file
        self._lock = threading.Lock()
        self._seen = self._version = _file_version(file)
        self._policy = read_policy(file)
        self.fault: str | None = None
        """Where the file, as it is now, has its first mistake; None while it is the policy in force."""
        _warn_of_channel_only_rules(self._policy)

    @property
    def now(self) -> Policy:
        """The policy in force."""
        return self._policy

    @property
    def state(self) -> str:
        """Fingerprint of the policy in force and, if the file is not what is in force, why."""
        fault = self.fault
        return self._policy.fingerprint + (f", kept from before: mistake in {fault}" if fault else "")

    def reload(self, *, force: bool = False) -> bool:
        """Reads the file again if it has changed and returns whether the policy differs.

        A changed file counts only once two looks find it alike, since it may still be being written.

        Args:
            force: read it even if the file looks unchanged, and look twice now instead of in the next call.

        Raises:
            PolicyError: the file is invalid; the policy in force stays. Raised once for each state of the file.
        """
        with self._lock:
            version = _file_version(self.file)
            if version == self._version and not force:
                return False
            if version not in (self._seen, self._version):
                self._seen = version
                if not force:
                    return False
                time.sleep(FORCED_INTERVAL)
            policy = self._read(version)
            changed = policy != self._policy
            self._policy = policy
        if changed:
            log.info("the policy was read again, its fingerprint is %s", policy.fingerprint)
            _warn_of_channel_only_rules(policy)
        return changed

    def _read(self, version: FileVersion) -> Policy:
        """Reads the file; returns the policy in force if it is changed again meanwhile, for the next call to read."""
        try:
            policy = read_policy(self.file)
        except PolicyError as error:
            if _file_version(self.file) != version:
                return self._policy
            self._version, self.fault = version, _first_mistake(self.file, error)
            raise
        if _file_version(self.file) != version:
            return self._policy
        self._version, self.fault = version, None
        return policy


def _first_mistake(file: Path, error: PolicyError) -> str:
    """The place of the first mistake, or what is wrong with the whole file; quotes nothing from the file."""
    line, _, text = error.faults[0]
    return f"{file.name}, line {line}" if line else f"{file.name}: {text}"


def _file_version(file: Path) -> FileVersion:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _warn_of_channel_only_rules(policy: Policy) -> None:
    for rule in channel_only_rules(policy):
        log.warning("Rule “%s” names no people: where its channels are public, whoever joins one may do it", rule.name)


class PolicyWatcher(PeriodicTask):
    """Reads a changed policy file, and posts to the policy's channel when the file has a mistake."""

    def __init__(self, policy_store: PolicyStore, messenger: Messenger, changed: Callable[[], None]) -> None:
        """`changed` is called after a different policy was read."""
        super().__init__("lookout", fault_delay=POLL_INTERVAL)
        self.policy_store, self.messenger, self.changed = policy_store, messenger, changed
        self._reread = False

    def turn(self) -> datetime:
        """Checks the file; after `wake`, reads it even if it looks unchanged."""
        reread = self._reread
        if reread:
            self._reread = False
        self.reload(force=reread)
        return self.now() + POLL_INTERVAL

    def wake(self) -> None:
        """Has the file read now, whether it looks changed or not."""
        self._reread = True
        super().wake()

    def reload(self, *, force: bool = False) -> None:
        """Adopts a changed policy, or reports that the file has a mistake."""
        try:
            if self.policy_store.reload(force=force):
                self.changed()
        except PolicyError as error:
            log.error("the policy stays as it was, for its file is mistaken now:\n%s", error)  # noqa: TRY400
            self._announce(str(error).partition("\n\n")[0])

    def _announce(self, mistakes: str) -> None:
        channel = self.policy_store.now.announce
        if channel is None:
            return
        try:
            self.messenger.post(channel, _invalid_file_message(mistakes))
        except SlackFailure as failure:
            log.warning("that could not be said in the policy's channel: %s", failure)


def _invalid_file_message(mistakes: str) -> Message:
    return Message(
        title=texts.INVALID_FILE,
        items=tuple(mistakes.split("\n")),
        notes=(texts.INVALID_FILE_NOTE,),
    )
