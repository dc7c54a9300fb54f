"""Cached objects, group membership, search for a member."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.errors import Missing
from bot.pbx.models import Member, ParkGroup
from bot.pbx.responses import Identified

T = TypeVar("T", bound=Identified)


@dataclass(frozen=True, slots=True)
class CacheMark:
    """A moment at which a reading began, and how often all was forgotten before it."""

    at: float
    forgotten: int


class ObjectCache(Generic[T]):
    """Fresh for `lifetime` seconds of `clock`. A reading that began before forget() is not kept. Any thread may ask."""

    def __init__(self, lifetime: float, clock: Callable[[], float]) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._things: dict[str, tuple[T, CacheMark]] = {}
        self._answers: dict[str, tuple[list[T], CacheMark]] = {}
        self._began: CacheMark | None = None
        self._whole: CacheMark | None = None
        self._forgotten = 0
        self.edition = 0
        """Another number whenever what it holds is."""

    def now(self) -> CacheMark:
        """To be taken before asking the PBX."""
        with self._lock:
            return CacheMark(self._clock(), self._forgotten)

    def forget(self) -> None:
        """Nothing is fresh any more."""
        with self._lock:
            self._forgotten += 1
            self._answers.clear()

    def keep(self, things: Iterable[T], since: CacheMark, *, begins: bool = False, whole: bool = False) -> None:
        """`begins`: they begin the list; `whole`: they are all of it, and what isn't among them is gone.

        Of a thing that was read twice at once, what was asked for last counts.
        """
        with self._lock:
            if since.forgotten != self._forgotten:
                return
            read = {thing.id: (thing, since) for thing in things}
            later = {id: kept for id in read if (kept := self._things.get(id)) and kept[1].at > since.at}
            self._things = {**({} if whole else self._things), **read, **later}
            self.edition += 1
            self._began = since if begins else self._began
            self._whole = since if whole else self._whole

    def note(self, thing: T) -> None:
        """It is like that now, and is called what it was called before."""
        with self._lock:
            self._things = {**self._things, thing.id: (thing, CacheMark(self._clock(), self._forgotten))}
            self._answers = {
                text: (found, since)
                for text, (found, since) in self._answers.items()
                if thing.id not in {one.id for one in found}
            }
            self.edition += 1

    def answer(self, text: str, found: list[T], since: CacheMark) -> None:
        """All that fit `text`."""
        with self._lock:
            self._answers = {key: kept for key, kept in self._answers.items() if self._fresh(kept[1])}
            self._answers[text] = (found, since)

    def one(self, thing_id: str) -> T | None:
        """A thing that is fresh."""
        with self._lock:
            thing, since = self._things.get(thing_id, (None, None))
            return thing if self._fresh(since) else None

    def fresh(self) -> list[T]:
        """The things that are."""
        with self._lock:
            return [thing for thing, since in self._things.values() if self._fresh(since)]

    def whole(self) -> list[T] | None:
        """All there are, if that is known."""
        with self._lock:
            return [thing for thing, _ in self._things.values()] if self._fresh(self._whole) else None

    def began(self) -> bool:
        """Whether the beginning of the list is fresh."""
        with self._lock:
            return self._fresh(self._began)

    def found(self, text: str) -> list[T] | None:
        """All that fit `text`, if that was asked lately."""
        with self._lock:
            found, since = self._answers.get(text, (None, None))
            return found if self._fresh(since) else None

    def ever(self) -> list[T]:
        """All that was ever read and is not known to be gone."""
        with self._lock:
            return [thing for thing, _ in self._things.values()]

    def _fresh(self, since: CacheMark | None) -> bool:
        return since is not None and since.forgotten == self._forgotten and self._clock() - since.at < self._lifetime


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


@dataclass(frozen=True, slots=True)
class MemberSearch:
    """The group, or None after looking into `looked` of `total`."""

    group: ParkGroup | None
    looked: int
    total: int

    @property
    def partial(self) -> bool:
        """Whether it may be in a group that wasn't looked into."""
        return self.group is None and self.looked < self.total


def find(
    extension: str,
    groups: list[ParkGroup],
    membership: Membership,
    read: Callable[[str], tuple[Member, ...]],
    limit: int,
    progress: Callable[[int, int], None],
    since: float | None = None,
) -> MemberSearch:
    """Read member lists until the extension turns up, the one it was last seen in first; at most `limit` requests.

    What was read before `since` counts for nothing.
    """
    looked = 0
    for group in _likeliest_first(groups, membership.last_seen_in(extension)):
        inside = membership.contains(group.id, extension, since=since)
        if inside is None:
            if not limit:
                continue
            limit -= 1
            members = _members(read, group.id)
            membership.note(group.id, members)
            inside = any(member.extension_number == extension for member in members)
        looked += 1
        progress(looked, len(groups))
        if inside:
            return MemberSearch(group, looked, len(groups))
    return MemberSearch(None, looked, len(groups))


def _likeliest_first(groups: list[ParkGroup], likeliest: str | None) -> Iterable[ParkGroup]:
    return sorted(groups, key=lambda group: group.id != likeliest)


def _members(read: Callable[[str], tuple[Member, ...]], group_id: str) -> tuple[Member, ...]:
    try:
        return read(group_id)
    except Missing:  # deleted since the list was read
        return ()
