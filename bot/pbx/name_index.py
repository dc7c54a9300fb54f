"""Looks PBX objects up by name with few requests, and compares names."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.errors import Missing, Rejected
from bot.messages.text import fold
from bot.pbx.cache import ObjectCache, SharedReads
from bot.pbx.client import PbxClient
from bot.pbx.models import ParkGroup, RingGroup, User
from bot.pbx.ordered_names import OrderedNames
from bot.pbx.requests import Throttled
from bot.pbx.responses import Identified, Page, is_complete, iterate_pages

MIN_SIMILARITY = 60.0
"""Least similarity of a suggested name, of rapidfuzz's 100; chosen so that suggestions are recognisable."""
MAX_READINGS = 3
"""How often a list is read that became stale each time while it was read."""
MAX_SCANNED = 2000
"""Objects whose names are compared within a few milliseconds, so that Slack can still be acknowledged in time."""

Named = TypeVar("Named")
T = TypeVar("T", bound=Identified)
Labels = tuple[str | None, ...]
"""The names of one object, those that it lacks as None."""
Narrowing = dict[str, str]
"""A `filter` or `search` parameter of a list."""


def matching(text: str, objects: Iterable[Named], labels: Callable[[Named], Labels]) -> list[Named]:
    """Returns the objects called exactly `text`; if there are none, those that differ in case, width or spaces."""
    named = [(one, [label for label in labels(one) if label]) for one in objects]
    exact = [one for one, names in named if text in names]
    folded = fold(text)
    return exact or [one for one, names in named if folded in map(fold, names)]


def closest(text: str, objects: Iterable[Named], labels: Callable[[Named], Labels], limit: int) -> list[Named]:
    """Returns the objects with the names most similar to `text`, best first; at most `limit`."""
    from rapidfuzz import fuzz, process  # takes 4 MiB, so it is loaded when it is first needed

    candidates = list(objects)
    named = [(fold(label), index) for index, one in enumerate(candidates) for label in labels(one) if label]
    found = process.extract(
        fold(text), [name for name, _ in named], scorer=fuzz.WRatio, limit=None, score_cutoff=MIN_SIMILARITY
    )
    indexes = dict.fromkeys(named[position][1] for _, _, position in found)
    return [candidates[index] for index in indexes][:limit]


def closest_names(text: str, names: Iterable[str], limit: int = 10) -> list[str]:
    """Returns those of the names that are most similar to `text`, best first; at most `limit`."""
    return closest(text, names, lambda name: (name,), limit)


class Pages(Protocol[T]):
    """Reads the page of a list that begins at item `skip`, narrowed by `filter` or `search` if the PBX supports it."""

    def __call__(self, skip: int = 0, **narrowed: str | None) -> "Page[T]": ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType(Generic[T]):
    """How one type of object is listed and named."""

    pages: Pages[T]
    labels: Callable[[T], Labels]
    unique: Callable[[T], Labels]
    """Those labels that no two objects of the type share."""
    narrowings: Callable[[str], list[Narrowing]]
    """The ways to narrow the list for a text, the most promising first."""


def group_type(pbx: PbxClient) -> ResourceType[ParkGroup]:
    """Park groups: by name."""
    return ResourceType(
        pages=pbx.group_page,
        labels=lambda group: (group.name,),
        unique=lambda group: (group.name,),
        narrowings=lambda text: [_equals("name", text), {"search": text}],
    )


def ring_group_type(pbx: PbxClient) -> ResourceType[RingGroup]:
    """Ring groups: by name or extension number."""
    return ResourceType(
        pages=pbx.ring_group_page,
        labels=lambda group: (group.name, group.extension_number),
        unique=lambda group: (group.extension_number,),
        narrowings=lambda text: [*_equals_number(text), _equals("name", text), {"search": text}],
    )


def user_type(pbx: PbxClient) -> ResourceType[User]:
    """Users: by extension number, display name, account name or e-mail address."""
    return ResourceType(
        pages=pbx.user_page,
        labels=lambda user: (user.extension_number, user.display_name, user.name, user.email),
        unique=lambda user: (user.extension_number, user.name),
        narrowings=lambda text: [*_equals_number(text), {"search": text}],
    )


def _equals_number(text: str) -> list[Narrowing]:
    return [_equals("extension_number", text)] if text.isascii() and text.isdigit() else []


def _equals(field: str, text: str) -> Narrowing:
    literal = text.replace("'", "''")  # OData: a quote within a literal is doubled
    return {"filter": f"{field} eq '{literal}'"}


class NameIndex(Generic[T]):
    """Looks objects of one type up by name, through a cache.

    Up to 100 objects cost one request in a cache lifetime. With more, a name costs two or three requests, or the
    whole list on a PBX that does not narrow lists.
    """

    def __init__(self, resource_type: ResourceType[T], lifetime: float, clock: Callable[[], float]) -> None:
        """Starts with an empty cache, whose entries are fresh for `lifetime` seconds of `clock`."""
        self._type = resource_type
        self._cache = ObjectCache[T](lifetime, clock, resource_type.labels)
        self._reads = SharedReads()

    @property
    def version(self) -> int:
        """Changes whenever a cached object comes, goes or is called otherwise."""
        return self._cache.version

    @property
    def list_age(self) -> float | None:
        """How many seconds ago the PBX's whole list was read; None if it never was."""
        return self._cache.list_age()

    def lookup(self, text: str) -> list[T]:
        """Returns all objects called `text`; sends no request while the cache is fresh."""
        if not text.strip():
            return []
        cached = self._cached_lookup(text)
        if cached is not None:
            return cached
        with self._reads.turn():  # concurrent lookups wait here and then find the result in the cache
            cached = self._cached_lookup(text)
            return self._read_lookup(text) if cached is None else cached

    @property
    def is_read(self) -> bool:
        """Whether the first page was read within the lifetime, so that names are in memory."""
        return self._cache.has_first_page()

    def read_ahead(self) -> None:
        """Reads the first page if it was not read within the lifetime, as `lookup` would; raises PBXError."""
        with self._reads.turn():
            if not self.is_read:
                self._read_first_page()

    def search(self, text: str) -> list[T]:
        """Returns all objects called `text` that the PBX's own search finds, for names newer than the cache."""
        with self._reads.turn():
            return self._read_narrowed(text) if text.strip() else []

    def get(self, object_id: str, fetch: Callable[[str], T]) -> T | None:
        """Returns the object with this id, from the cache or by `fetch`; None if the PBX has none."""
        cached = self._cache.get(object_id)
        if cached is not None:
            return cached
        since = self._cache.mark()
        try:
            fetched = fetch(object_id)
        except Missing:
            return None
        self._cache.store([fetched], since)
        return fetched

    def all(self) -> list[T]:
        """Returns the whole list, from the cache while that is fresh."""
        cached = self._cache.complete_list()
        if cached is None:
            with self._reads.turn():
                cached = self._cache.complete_list()
                return self._read_all()[0] if cached is None else cached
        return cached

    def refresh(self) -> None:
        """Reads the whole list into the cache unless it is fresh, again if it became stale while it was read."""
        for _ in range(MAX_READINGS):
            if self._cache.is_complete():
                return
            with self._reads.turn():
                if self._cache.is_complete() or self._read_all()[1]:
                    return

    def in_order(self) -> OrderedNames:
        """Returns the names of the cached objects, fresh or stale."""
        return self._cache.in_order()

    def seen(self, ids: Iterable[str]) -> list[T]:
        """Returns the cached objects with these ids, fresh or stale."""
        return self._cache.seen(ids)

    def closest(self, text: str, limit: int) -> list[T]:
        """Returns the cached objects, fresh or stale, with the names most similar to `text`."""
        return closest(text, self._cache.all_seen(), self._type.labels, limit)

    def all_cached(self) -> list[T]:
        """Returns the cached objects, fresh or stale."""
        return self._cache.all_seen()

    def unknown(self, texts: Collection[str]) -> list[str] | None:
        """Returns those texts that are no object's name; None unless the whole list is fresh and short."""
        cached = self._cache.complete_list()
        if cached is None or len(cached) > MAX_SCANNED:
            return None
        known = {fold(label) for one in cached for label in self._type.labels(one) if label}
        return [text for text in texts if fold(text) not in known]

    def replace(self, changed: T) -> None:
        """Stores an object as it is now, after a change that left its names as they were."""
        self._cache.replace(changed)

    def invalidate(self) -> None:
        """Makes the cache stale; `closest` and `all_cached` keep working."""
        self._cache.invalidate()

    def _cached_lookup(self, text: str) -> list[T] | None:
        found, is_complete = self._cache.named(text)
        named = self._matching(text, found)
        if is_complete:
            return named
        result = self._cache.result(text)
        if result is not None:
            return result
        return [one for one in named if text in self._type.unique(one)] or None

    def _read_lookup(self, text: str) -> list[T]:
        if not self._cache.has_first_page():
            self._read_first_page()
            cached = self._cached_lookup(text)
            if cached is not None:
                return cached
        return self._read_narrowed(text) or self._matching(text, self._read_all()[0])

    def _read_narrowed(self, text: str) -> list[T]:
        results = (self._read_narrowed_by(narrowing, text) for narrowing in self._type.narrowings(text))
        return next(filter(None, results), [])

    def _read_narrowed_by(self, narrowing: Narrowing, text: str) -> list[T]:
        """Returns what matches; nothing if the PBX refuses to narrow, or ignores it and returns more than a page."""
        since = self._cache.mark()
        try:
            first = self._type.pages(0, **narrowing)
            if not is_complete(lambda skip: self._type.pages(skip, **narrowing), first):
                return []
        except Throttled:
            raise
        except Rejected:
            return []
        found = self._matching(text, first.items)
        self._cache.store(first.items, since)
        self._cache.store_result(text, found, since)
        return found

    def _read_first_page(self) -> None:
        since = self._cache.mark()
        first = self._type.pages(0)
        self._cache.store(first.items, since, first_page=True, complete=is_complete(self._type.pages, first))

    def _read_all(self) -> tuple[list[T], bool]:
        """Returns the whole list, and whether it is cached: it may have become stale while it was read."""
        since = self._cache.mark()
        objects = list(iterate_pages(self._type.pages))
        return objects, self._cache.store(objects, since, first_page=True, complete=True)

    def _matching(self, text: str, objects: Iterable[T]) -> list[T]:
        return matching(text, {one.id: one for one in objects}.values(), self._type.labels)
