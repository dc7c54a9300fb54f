"""Which group an extension is in, learnt from the member lists that were read anyway: no endpoint tells."""

import threading
from collections.abc import Callable, Iterable

from bot.pbx.models import Member


class Membership:
    """A member list is fresh for `lifetime` seconds; a user is in one group at most, so what was read last counts."""

    def __init__(self, lifetime: float, clock: Callable[[], float]) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._group_of: dict[str, str] = {}
        self._members: dict[str, tuple[Member, ...]] = {}
        self._read_at: dict[str, float] = {}

    def note(self, group_id: str, members: Iterable[Member]) -> None:
        """These are now the group's members, and no others."""
        with self._lock:
            self._drop(group_id)
            self._members[group_id] = listed = tuple(members)
            self._group_of |= {member.extension_number: group_id for member in listed}
            self._read_at[group_id] = self._clock()

    def forget(self, group_id: str) -> None:
        """Nothing is known of the group's members."""
        with self._lock:
            self._drop(group_id)
            self._read_at.pop(group_id, None)

    def contains(self, group_id: str, extension: str, *, since: float | None = None) -> bool | None:
        """None where the group's members aren't known, or were read before `since`."""
        with self._lock:
            known = self._fresh(group_id) and (since is None or self._read_at[group_id] >= since)
            return self._group_of.get(extension) == group_id if known else None

    def group_of(self, extension: str) -> str | None:
        """The id of the group it is in, if that is known."""
        with self._lock:
            group_id = self._group_of.get(extension)
            return group_id if group_id is not None and self._fresh(group_id) else None

    def count(self, group_id: str) -> int | None:
        """How many members; None where they aren't known."""
        with self._lock:
            return sum(group == group_id for group in self._group_of.values()) if self._fresh(group_id) else None

    def members(self, group_id: str) -> tuple[Member, ...] | None:
        """As they were read last, however long ago; None where they never were, or are known to have changed."""
        with self._lock:
            listed = self._members.get(group_id)
            return listed and tuple(one for one in listed if self._group_of.get(one.extension_number) == group_id)

    def last_seen_in(self, extension: str) -> str | None:
        """The same, however long ago."""
        with self._lock:
            return self._group_of.get(extension)

    def _fresh(self, group_id: str) -> bool:
        read_at = self._read_at.get(group_id)
        return read_at is not None and self._clock() - read_at < self._lifetime

    def _drop(self, group_id: str) -> None:
        self._members.pop(group_id, None)
        self._group_of = {extension: group for extension, group in self._group_of.items() if group != group_id}
