"""Names -> groups, ring groups, users; short-lived server settings."""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, Literal, TypeVar

from bot.errors import Missing
from bot.pbx import cache as finding
from bot.pbx import name_index as kind
from bot.pbx.cache import MemberSearch, Membership, ObjectCache
from bot.pbx.client import PbxClient
from bot.pbx.models import FeatureCode, Member, ParkGroup, ParkServer, RingGroup, User
from bot.pbx.name_index import NameIndex


class Directory:
    """Whatever it knows is at most `lifetime` seconds old; a change reads for itself before it writes."""

    def __init__(self, pbx: PbxClient, *, lifetime: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._pbx = pbx
        self._groups = NameIndex(kind.groups(pbx), ObjectCache[ParkGroup](lifetime, clock))
        self._ring_groups = NameIndex(kind.ring_groups(pbx), ObjectCache[RingGroup](lifetime, clock))
        self._users = NameIndex(kind.users(pbx), ObjectCache[User](lifetime, clock))
        self._membership = Membership(lifetime, clock)
        self._clock = clock

    def group(self, text: str, *, anew: bool = False) -> list[ParkGroup]:
        """All groups that fit the name; `anew`: by asking the PBX, as for a name that memory hasn't."""
        return self._groups.anew(text) if anew else self._groups.named(text)

    def ring_group(self, text: str, *, anew: bool = False) -> list[RingGroup]:
        """All ring groups that fit the name or extension number; `anew` as above."""
        return self._ring_groups.anew(text) if anew else self._ring_groups.named(text)

    def user(self, text: str, *, anew: bool = False) -> list[User]:
        """All users that fit the extension number, display name, account name or e-mail; `anew` as above."""
        return self._users.anew(text) if anew else self._users.named(text)

    def closest_groups(self, text: str, limit: int = 3) -> list[ParkGroup]:
        """From memory; whole after a name that wasn't found."""
        return self._groups.closest(text, limit)

    def closest_ring_groups(self, text: str, limit: int = 3) -> list[RingGroup]:
        """From memory; whole after a name that wasn't found."""
        return self._ring_groups.closest(text, limit)

    def closest_users(self, text: str, limit: int = 3) -> list[User]:
        """From memory; whole after a name that wasn't found."""
        return self._users.closest(text, limit)

    def group_by_id(self, group_id: str) -> ParkGroup | None:
        """None when the PBX has no such group."""
        return self._groups.by_id(group_id, self._pbx.group)

    def ring_group_by_id(self, ring_group_id: str) -> RingGroup | None:
        """None when the PBX has no such ring group."""
        return self._ring_groups.by_id(ring_group_id, self._pbx.ring_group)

    def all_groups(self) -> list[ParkGroup]:
        """Every group, one request a hundred unless fresh."""
        return self._groups.everything()

    def remembered_groups(self) -> list[ParkGroup]:
        """From memory only, fresh or not: for typeahead."""
        return self._groups.remembered()

    def remembered_ring_groups(self) -> list[RingGroup]:
        """From memory only, fresh or not: for typeahead."""
        return self._ring_groups.remembered()

    def remembered_users(self) -> list[User]:
        """From memory only, fresh or not: for typeahead."""
        return self._users.remembered()

    def editions(self) -> tuple[int, int, int]:
        """Of groups, ring groups and users: another number whenever what is remembered of them is."""
        return self._groups.edition, self._ring_groups.edition, self._users.edition

    def warm(self) -> None:
        """Read all names that are not fresh, so that memory can answer; raise PBXError."""
        for shelf in (self._groups, self._ring_groups, self._users):
            shelf.everything()

    def note_group(self, group: ParkGroup) -> None:
        """After a change to a group that is called what it was."""
        self._groups.note(group)

    def forget_groups(self) -> None:
        """After a change to what groups are called, or whose end nobody knows: all are asked for again."""
        self._groups.forget()

    def forget_ring_groups(self) -> None:
        """One was found to be called otherwise."""
        self._ring_groups.forget()

    def note_members(self, group_id: str, members: Iterable[Member]) -> None:
        """Whoever reads a group's members tells."""
        self._membership.note(group_id, members)

    def forget_members(self, group_id: str) -> None:
        """After a write whose outcome is unknown, or a deletion."""
        self._membership.forget(group_id)

    def remembered_members(self, group_id: str) -> tuple[Member, ...] | None:
        """From memory only, fresh or not: for typeahead."""
        return self._membership.members(group_id)

    def read_members(self, group_id: str) -> None:
        """Ask for them anew; raise PBXError."""
        try:
            self.note_members(group_id, self._pbx.members(group_id))
        except Missing:
            self.forget_members(group_id)

    def missing(self, kind: Literal["group", "ring_group", "user"], texts: Collection[str]) -> list[str] | None:
        """Which of the names nothing has, by memory alone; None where that is not known for sure."""
        shelves: dict[str, NameIndex[Any]] = {
            "group": self._groups,
            "ring_group": self._ring_groups,
            "user": self._users,
        }
        return shelves[kind].missing(texts)

    def member_count(self, group_id: str) -> int | None:
        """How many members a group has, if that is known without asking."""
        return self._membership.count(group_id)

    def group_of(self, extension: str) -> str | None:
        """The id of the group an extension is in, if that is known without asking."""
        return self._membership.group_of(extension)

    def now(self) -> float:
        """By the clock that lifetimes go by, in seconds."""
        return self._clock()

    def find(
        self,
        extension: str,
        *,
        visible: Callable[[ParkGroup], bool],
        limit: int = 200,
        progress: Callable[[int, int], None] | None = None,
        since: float | None = None,
    ) -> MemberSearch:
        """Look through the visible groups, reading at most `limit` member lists; progress(looked, total).

        Member lists read before `since`, a moment of `now`, are read again.
        """
        groups = [group for group in self._groups.everything() if visible(group)]
        return finding.find(extension, groups, self._membership, self._pbx.members, limit, progress or _unseen, since)


def _unseen(looked: int, total: int) -> None:
    """Nobody is watching."""


T = TypeVar("T")

LIFETIME = 60.0
"""Seconds: as long as a name's in the directory."""


class CachedValue(Generic[T]):
    """One reading, shared by whoever asks while it is fresh."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        """Read anew where it is older than LIFETIME."""
        with self._lock:
            if self._kept is None or self._clock() - self._kept[0] > LIFETIME:
                self._kept = (self._clock(), self._read())
            return self._kept[1]

    def forget(self) -> None:
        """After a change."""
        with self._lock:
            self._kept = None


class ServerSettingsCache:
    """For words only: a change reads for itself."""

    def __init__(self, pbx: PbxClient) -> None:
        self.server: CachedValue[ParkServer] = CachedValue(pbx.server)
        self.feature_codes: CachedValue[tuple[FeatureCode, ...]] = CachedValue(pbx.feature_codes)
