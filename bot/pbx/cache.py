"""Caches of PBX objects and of group membership. Both are thread-safe and send nothing themselves."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.errors import PBXError
from bot.messages.text import fold
from bot.pbx.models import Member
from bot.pbx.ordered_names import OrderedNames
from bot.pbx.responses import Identified

T = TypeVar("T", bound=Identified)


class SharedReads:
    """Lets one thread read at a time; threads that were waiting when a read failed share its failure.

    Otherwise each of them would wait for the PBX as long as the first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures, self._last = 0, PBXError("nothing has failed")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for the turn to read.

        Raises:
            PBXError: a read failed while this thread waited.
        """
        failures = self._failures
        with self._lock:
            if self._failures != failures:
                raise self._last
            try:
                yield
            except PBXError as error:
                self._failures, self._last = self._failures + 1, error
                raise


@dataclass(frozen=True, slots=True)
class CacheMark:
    """The time at which a read began, and the number of invalidations before it."""

    at: float
    generation: int


class ObjectCache(Generic[T]):
    """Objects of one type, and the results of lookups among them.

    Entries are fresh for `lifetime` seconds of `clock`, or until `invalidate`. A read that began before an
    invalidation is not stored.
    """

    def __init__(
        self,
        lifetime: float,
        clock: Callable[[], float],
        labels: Callable[[T], Iterable[str | None]] = lambda one: (),
    ) -> None:
        """Starts empty; `labels` returns the names that objects are found by with `named`."""
        self._lifetime = lifetime
        self._clock = clock
        self._labels = labels
        # The ids of objects by each of their names, folded, in order; an object may have lost the name since.
        self._by_name = defaultdict[str, dict[str, None]](dict)
        self._lock = threading.Lock()
        self._objects: dict[str, tuple[T, CacheMark]] = {}
        self._results: dict[str, tuple[list[T], CacheMark]] = {}
        self._first_page_read: CacheMark | None = None
        self._list_read: CacheMark | None = None
        self._generation = 0
        self._ordered = OrderedNames(0, ())
        self.version = 0
        """Changes whenever an object comes, goes or is called otherwise."""

    def mark(self) -> CacheMark:
        """Returns the mark of a read that begins now, to be passed on with what was read."""
        with self._lock:
            return CacheMark(self._clock(), self._generation)

    def invalidate(self) -> None:
        """Makes every entry stale; the objects remain available from `all_seen`."""
        with self._lock:
            self._generation += 1
            self._results.clear()

    def store(
        self, objects: Iterable[T], since: CacheMark, *, first_page: bool = False, complete: bool = False
    ) -> bool:
        """Stores objects that were read; of two concurrent reads of an object, the one that began later counts.

        Args:
            first_page: the objects are those at the beginning of the PBX's list.
            complete: the objects are the whole list, so any other no longer exists.

        Returns:
            False if nothing is stored, since all became stale after the read began.
        """
        with self._lock:
            if since.generation != self._generation:  # may show the state before the change that caused it
                return False
            read = {one.id: (one, since) for one in objects}
            newer = {id: cached for id in read if (cached := self._objects.get(id)) and cached[1].at > since.at}
            self._count_changes(read | newer, gone=complete and not self._objects.keys() <= read.keys())
            if complete:
                self._objects, self._by_name = {}, defaultdict(dict)
            self._add(read | newer)
            self._first_page_read = since if first_page else self._first_page_read
            self._list_read = since if complete else self._list_read
            return True

    def replace(self, changed: T) -> None:
        """Stores an object as it is now, after a change that left its names as they were."""
        with self._lock:
            replaced = {changed.id: (changed, CacheMark(self._clock(), self._generation))}
            self._count_changes(replaced)
            self._add(replaced)
            self._results = {
                text: (found, since)
                for text, (found, since) in self._results.items()
                if changed.id not in {one.id for one in found}
            }

    def store_result(self, text: str, found: list[T], since: CacheMark) -> None:
        """Stores the result of looking `text` up."""
        with self._lock:
            self._results = {key: cached for key, cached in self._results.items() if self._is_fresh(cached[1])}
            self._results[text] = (found, since)

    def get(self, object_id: str) -> T | None:
        """Returns the object with this id if it is fresh."""
        with self._lock:
            cached, since = self._objects.get(object_id, (None, None))
            return cached if self._is_fresh(since) else None

    def named(self, text: str) -> tuple[list[T], bool]:
        """Returns the fresh objects that are or were called `text`, by folded names, and whether these are all."""
        with self._lock:
            found = [self._objects[id] for id in self._by_name.get(fold(text), ())]
            return [cached for cached, since in found if self._is_fresh(since)], self._is_fresh(self._list_read)

    def list_age(self) -> float | None:
        """Returns how many seconds ago the PBX's whole list was read; None if it never was."""
        with self._lock:
            return None if self._list_read is None else self._clock() - self._list_read.at

    def is_complete(self) -> bool:
        """Returns whether the PBX's whole list is fresh."""
        with self._lock:
            return self._is_fresh(self._list_read)

    def complete_list(self) -> list[T] | None:
        """Returns the PBX's whole list; None unless that is fresh."""
        with self._lock:
            return [cached for cached, _ in self._objects.values()] if self._is_fresh(self._list_read) else None

    def has_first_page(self) -> bool:
        """Returns whether the beginning of the PBX's list is fresh."""
        with self._lock:
            return self._is_fresh(self._first_page_read)

    def result(self, text: str) -> list[T] | None:
        """Returns the result of looking `text` up if it is fresh."""
        with self._lock:
            found, since = self._results.get(text, (None, None))
            return found if self._is_fresh(since) else None

    def all_seen(self) -> list[T]:
        """Returns all objects, fresh or stale, that are not known to be gone."""
        with self._lock:
            return [cached for cached, _ in self._objects.values()]

    def seen(self, ids: Iterable[str]) -> list[T]:
        """Returns the objects with these ids, fresh or stale, that are not known to be gone."""
        with self._lock:
            return [self._objects[id][0] for id in ids if id in self._objects]

    def in_order(self) -> OrderedNames:
        """Returns the first name of each object, fresh or stale, that is not known to be gone."""
        with self._lock:
            if self._ordered.version != self.version:
                labels = ((next(iter(self._labels(one)), None), id) for id, (one, _) in self._objects.items())
                named = ((label, id) for label, id in labels if label)
                self._ordered = OrderedNames.of(self.version, named)
            return self._ordered

    def _count_changes(self, objects: Mapping[str, tuple[T, CacheMark]], *, gone: bool = False) -> None:
        """Changes the version if these objects, which are to be stored, are new or have other names.

        Args:
            gone: whether some that are cached do not exist any more.
        """
        self.version += gone or any(self._is_renamed(one) for one, _ in objects.values())

    def _is_renamed(self, now: T) -> bool:
        before, _ = self._objects.get(now.id, (None, None))
        return before is None or (before != now and list(self._labels(before)) != list(self._labels(now)))

    def _add(self, objects: Mapping[str, tuple[T, CacheMark]]) -> None:
        self._objects.update(objects)
        for id, (one, _) in objects.items():
            for label in self._labels(one):
                if label:
                    self._by_name[fold(label)][id] = None

    def _is_fresh(self, since: CacheMark | None) -> bool:
        return since is not None and since.generation == self._generation and self._clock() - since.at < self._lifetime


class Membership:
    """The members of each park group, fresh for `lifetime` seconds of `clock`.

    A user is in at most one group, so the list that was read last decides.
    """

    def __init__(self, lifetime: float, clock: Callable[[], float]) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._group_of: dict[str, str] = {}
        self._present = defaultdict[str, set[str]](set)  # the extensions by group, as `_group_of` has them
        self._members: dict[str, tuple[Member, ...]] = {}
        self._read_at: dict[str, float] = {}
        self._changed_at: dict[str, float] = {}  # when each list was invalidated last

    def store(self, group_id: str, members: Iterable[Member], since: float | None = None) -> None:
        """Stores a group's complete list of members, unless it was invalidated or read anew after the read began.

        Args:
            since: when the read began; now by default.
        """
        with self._lock:
            began = self._clock() if since is None else since
            if began < max(self._changed_at.get(group_id, began), self._read_at.get(group_id, began)):
                return
            self._drop(group_id)
            self._members[group_id] = listed = tuple(members)
            for extension in {member.extension_number for member in listed}:
                if (before := self._group_of.get(extension)) is not None:
                    self._present[before].discard(extension)
                self._group_of[extension] = group_id
                self._present[group_id].add(extension)
            self._read_at[group_id] = began

    def invalidate(self, group_id: str) -> None:
        """Removes a group's members."""
        with self._lock:
            self._drop(group_id)
            self._read_at.pop(group_id, None)
            self._changed_at[group_id] = self._clock()

    def contains(self, group_id: str, extension: str, *, since: float | None = None) -> bool | None:
        """Returns whether a group has this member; None if its list is stale or was read before `since`."""
        with self._lock:
            known = self._is_fresh(group_id) and (since is None or self._read_at[group_id] >= since)
            return self._group_of.get(extension) == group_id if known else None

    def group_of(self, extension: str) -> str | None:
        """Returns the id of the extension's group if that is fresh."""
        with self._lock:
            group_id = self._group_of.get(extension)
            return group_id if group_id is not None and self._is_fresh(group_id) else None

    def count(self, group_id: str) -> int | None:
        """Returns the number of a group's members if that is fresh."""
        with self._lock:
            return len(self._present[group_id]) if self._is_fresh(group_id) else None

    def members(self, group_id: str) -> tuple[Member, ...] | None:
        """Returns a group's members, fresh or stale; None if they were never read, or are known to have changed."""
        with self._lock:
            listed = self._members.get(group_id)
            return listed and tuple(one for one in listed if self._group_of.get(one.extension_number) == group_id)

    def last_seen_in(self, extension: str) -> str | None:
        """Returns the id of the extension's group, fresh or stale."""
        with self._lock:
            return self._group_of.get(extension)

    def _is_fresh(self, group_id: str) -> bool:
        read_at = self._read_at.get(group_id)
        return read_at is not None and self._clock() - read_at < self._lifetime

    def _drop(self, group_id: str) -> None:
        self._members.pop(group_id, None)
        for extension in self._present.pop(group_id, ()):
            del self._group_of[extension]
