"""The directory: groups, ring groups, users and memberships of the PBX by name, cached for about a minute.

Its answers are for resolving and showing names; a change reads the PBX itself before it writes.
"""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from bot.errors import Missing, PBXError
from bot.pbx import name_index
from bot.pbx.cache import Membership, SharedReads
from bot.pbx.client import PbxClient
from bot.pbx.models import FeatureCode, Member, ParkGroup, ParkServer, RingGroup, User
from bot.pbx.name_index import NameIndex
from bot.pbx.ordered_names import OrderedNames

LIFETIME = 60.0
"""Seconds for which anything that was read stays fresh."""
MAX_CLOSEST = 10
"""Names that are similar to an unknown one, from which suggestions are chosen."""

Kind: TypeAlias = Literal["group", "ring_group", "user"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MemberSearch:
    """The result of a search for a member: its group, or None after searching `searched` of `total` groups.

    Where the group is found that the member was seen in last, no others are counted.
    """

    group: ParkGroup | None
    searched: int
    total: int

    @property
    def partial(self) -> bool:
        """Whether the member may be in a group that was not searched."""
        return self.group is None and self.searched < self.total


class Directory:
    """Finds objects of the PBX by name. Everything it returns is at most `lifetime` seconds old, unless stated."""

    def __init__(
        self, pbx: PbxClient, *, lifetime: float = LIFETIME, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pbx = pbx
        self._groups = NameIndex(name_index.group_type(pbx), lifetime, clock)
        self._ring_groups = NameIndex(name_index.ring_group_type(pbx), lifetime, clock)
        self._users = NameIndex(name_index.user_type(pbx), lifetime, clock)
        self._indexes: dict[Kind, NameIndex[Any]] = {
            "group": self._groups,
            "ring_group": self._ring_groups,
            "user": self._users,
        }
        self._membership = Membership(lifetime, clock)
        self._clock = clock

    def unread(self, kinds: Collection[Kind]) -> list[Callable[[], None]]:
        """Returns what reads the first names of each kind that are not fresh, to be called side by side."""
        return [index.read_ahead for kind in kinds if not (index := self._indexes[kind]).is_read]

    def group(self, text: str, *, refresh: bool = False) -> list[ParkGroup]:
        """Returns all groups of this name; with `anew`, those that the PBX finds now, for a name that is not cached."""
        return self._groups.search(text) if refresh else self._groups.lookup(text)

    def ring_group(self, text: str, *, refresh: bool = False) -> list[RingGroup]:
        """Returns all ring groups of this name or extension number; `anew` as for `group`."""
        return self._ring_groups.search(text) if refresh else self._ring_groups.lookup(text)

    def user(self, text: str, *, refresh: bool = False) -> list[User]:
        """Returns all users of this extension number, display or account name, or e-mail; `anew` as for `group`."""
        return self._users.search(text) if refresh else self._users.lookup(text)

    def group_by_id(self, group_id: str) -> ParkGroup | None:
        """Returns the park group with this id; None if the PBX has none."""
        return self._groups.get(group_id, self._pbx.group)

    def ring_group_by_id(self, ring_group_id: str) -> RingGroup | None:
        """Returns the ring group with this id; None if the PBX has none."""
        return self._ring_groups.get(ring_group_id, self._pbx.ring_group)

    def all_groups(self) -> list[ParkGroup]:
        """Returns every group; unless the list is fresh, this takes one request for each 100."""
        return self._groups.all()

    def group_names(self) -> OrderedNames:
        """Returns the name of every group; unless the list is fresh, this takes one request for each 100."""
        self._groups.refresh()
        return self._groups.in_order()

    # The methods from here to `missing` send no request and may return what is stale.

    def closest_groups(self, text: str) -> list[str]:
        """Returns the most similar names of cached groups, best first; all are cached once a name was not found."""
        return [group.name for group in self._groups.closest(text, MAX_CLOSEST)]

    def closest_ring_groups(self, text: str) -> list[RingGroup]:
        """Returns the cached ring groups with the most similar names, as `closest_groups`."""
        return self._ring_groups.closest(text, MAX_CLOSEST)

    def closest_users(self, text: str) -> list[User]:
        """Returns the cached users with the most similar names, as `closest_groups`."""
        return self._users.closest(text, MAX_CLOSEST)

    def groups_age(self) -> float | None:
        """Returns how many seconds ago the list of groups was read; None if it never was."""
        return self._groups.list_age

    def cached_groups(self) -> list[ParkGroup]:
        """Returns the cached groups, for typeahead."""
        return self._groups.all_cached()

    def cached_group_names(self) -> OrderedNames:
        """Returns the names of the cached groups."""
        return self._groups.in_order()

    def cached_ring_group_names(self) -> OrderedNames:
        """Returns the names of the cached ring groups."""
        return self._ring_groups.in_order()

    def groups_seen(self, ids: Iterable[str]) -> list[ParkGroup]:
        """Returns the cached groups with these ids, in this order, without those that are gone."""
        return self._groups.seen(ids)

    def ring_groups_seen(self, ids: Iterable[str]) -> list[RingGroup]:
        """Returns the cached ring groups with these ids, as `groups_seen`."""
        return self._ring_groups.seen(ids)

    def cached_ring_groups(self) -> list[RingGroup]:
        """Returns the cached ring groups, for typeahead."""
        return self._ring_groups.all_cached()

    def cached_users(self) -> list[User]:
        """Returns the cached users, for typeahead."""
        return self._users.all_cached()

    def cached_members(self, group_id: str) -> tuple[Member, ...] | None:
        """Returns the cached members of a group, for typeahead; None if they were never read or have changed."""
        return self._membership.members(group_id)

    def cache_versions(self) -> tuple[int, int, int]:
        """Returns the versions of the cached groups, ring groups and users; each changes with the names."""
        return self._groups.version, self._ring_groups.version, self._users.version

    def missing(self, kind: Kind, texts: Collection[str]) -> list[str] | None:
        """Returns those texts that name no object of this kind; None unless the cache can tell for sure."""
        return self._indexes[kind].unknown(texts)

    def member_count(self, group_id: str) -> int | None:
        """Returns the number of a group's members if that is cached and fresh."""
        return self._membership.count(group_id)

    def group_of(self, extension: str) -> str | None:
        """Returns the id of the extension's group if that is cached and fresh."""
        return self._membership.group_of(extension)

    def last_seen_in(self, extension: str) -> str | None:
        """Returns the id of the group that the extension was last seen in, which may be stale."""
        return self._membership.last_seen_in(extension)

    def now(self) -> float:
        """Returns the time of the caches' clock, in seconds."""
        return self._clock()

    def load_all(self) -> None:
        """Reads all lists of names that are not fresh; raises PBXError."""
        for index in (self._groups, self._ring_groups, self._users):
            index.all()

    def store_group(self, group: ParkGroup) -> None:
        """Stores a group after a change that left its name as it was."""
        self._groups.replace(group)

    def invalidate_groups(self) -> None:
        """Makes all groups stale, after a change of names or a write whose outcome is unknown."""
        self._groups.invalidate()

    def invalidate_ring_groups(self) -> None:
        """Makes all ring groups stale, after one turned out to have another name."""
        self._ring_groups.invalidate()

    def invalidate_users(self) -> None:
        """Makes all users stale, after an extension turned out to belong to another one."""
        self._users.invalidate()

    def store_members(self, group_id: str, members: Iterable[Member], since: float | None = None) -> None:
        """Stores a group's complete list of members after it was read; `since`: the time of `now()` before that."""
        self._membership.store(group_id, members, since)

    def invalidate_members(self, group_id: str) -> None:
        """Removes a group's members from the cache, after a deletion or a write whose outcome is unknown."""
        self._membership.invalidate(group_id)

    def refresh_members(self, group_id: str) -> None:
        """Reads a group's members into the cache; raises PBXError."""
        began = self.now()
        try:
            self.store_members(group_id, self._pbx.members(group_id), began)
        except Missing:
            self.invalidate_members(group_id)

    def find(
        self,
        extension: str,
        *,
        visible: Callable[[ParkGroup], bool],
        limit: int = 200,
        progress: Callable[[int, int], None] | None = None,
        since: float | None = None,
    ) -> MemberSearch:
        """Searches the visible groups for a member, beginning with the group that it was last seen in.

        Args:
            limit: most lists of members that are read.
            progress: called after each group with the number searched so far and the total.
            since: a time of `now()`; lists that were read before it are read again.
        """
        likeliest = self._membership.last_seen_in(extension)
        if likeliest is not None and self._membership.contains(likeliest, extension, since=since):
            self._groups.refresh()
            for group in filter(visible, self._groups.seen([likeliest])):
                return MemberSearch(group, 1, 1)
        groups = sorted(filter(visible, self._groups.all()), key=lambda group: group.id != likeliest)
        searched = 0
        for group in groups:
            found = self._membership.contains(group.id, extension, since=since)
            if found is None:
                if not limit:
                    continue  # later groups may still be cached
                limit -= 1
                found = self._read_contains(group.id, extension)
            searched += 1
            if progress:
                progress(searched, len(groups))
            if found:
                return MemberSearch(group, searched, len(groups))
        return MemberSearch(None, searched, len(groups))

    def _read_contains(self, group_id: str, extension: str) -> bool:
        began = self.now()
        try:
            members = self._pbx.members(group_id)
        except Missing:  # deleted since the list of groups was read
            members = ()
        self._membership.store(group_id, members, began)
        return any(member.extension_number == extension for member in members)


class CachedValue(Generic[T]):
    """One value that is read when called and then shared for LIFETIME seconds. Thread-safe."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._reads = SharedReads()
        self._cached: tuple[float, T] | None = None
        self._invalidations = 0

    def __call__(self) -> T:
        """Returns the value, read again if it is older than LIFETIME."""
        with self._reads.turn():
            cached = self._cached
            if cached is None or not self.is_fresh:
                before, began = self._invalidations, self._clock()
                cached = (began, self._read())
                self._cached = cached if self._invalidations == before else None  # may be of before the change
            return cached[1]

    @property
    def is_fresh(self) -> bool:
        """Whether the value was read within LIFETIME."""
        cached = self._cached
        return cached is not None and self._clock() - cached[0] <= LIFETIME

    def try_read(self) -> None:
        """Reads the value if it is not fresh; where that fails, the next call tries again."""
        with suppress(PBXError):
            self()

    def invalidate(self) -> None:
        """Drops the value, so that the next call reads it, even if it is being read just now."""
        self._invalidations += 1
        self._cached = None


class ServerSettingsCache:
    """The call park server's settings and the star codes, for texts that mention them."""

    def __init__(self, pbx: PbxClient) -> None:
        self.server: CachedValue[ParkServer] = CachedValue(pbx.server)
        self.feature_codes: CachedValue[tuple[FeatureCode, ...]] = CachedValue(pbx.feature_codes)

    def unread(self) -> list[Callable[[], None]]:
        """Returns what reads each part that is not fresh, to be called beside other readings."""
        return [one.try_read for one in (self.server, self.feature_codes) if not one.is_fresh]
